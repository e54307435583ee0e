//! Enums of plain words.

/// A word that is none of those known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown word")]
pub struct UnknownWord;

/// Gives an enum of plain words its text, both ways.
macro_rules! string_enum {
    ($type:ty { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// All of them.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The word for it in records, messages and events.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::text::string_enum::UnknownWord;

            fn from_str(word: &str) -> Result<Self, $crate::text::string_enum::UnknownWord> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err($crate::text::string_enum::UnknownWord) }
            }
        }
    };
}
pub(crate) use string_enum;
