//! The senders that Landfall knows.

pub mod compiled_provider;

use std::fmt;
use std::str::FromStr;

/// Makes the enum of the names that the build script lists, in their order.
macro_rules! catalogue {
    ($($variant:ident => $name:literal, $description:literal, $details:expr, $polls:literal;)*) => {
        /// A kind of sender: what the catalogue, `docs/providers`, describes, and one more.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Provider {
            $(#[doc = concat!("The catalogue's `", $name, "`.")] $variant,)*
            /// One that the operator has described, in the source's secret.
            Custom,
        }

        impl Provider {
            /// All of the catalogue, by name.
            pub const ALL: [Provider; [$($name),*].len()] = [$(Provider::$variant),*];

            /// Its name in configuration, records and events.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Provider::$variant => $name,)*
                    Provider::Custom => "custom",
                }
            }

            /// The catalogue's description of it; none of one that the operator has described.
            const fn texts(self) -> Option<DescriptionTexts> {
                match self {
                    $(Provider::$variant => Some(DescriptionTexts {
                        description: $description,
                        details: &$details,
                        polls: $polls,
                    }),)*
                    Provider::Custom => None,
                }
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// A description of the catalogue, as JSON texts.
struct DescriptionTexts {
    /// All but the rest.
    description: &'static str,
    /// The details of each shape.
    details: &'static [&'static str],
    /// The polls.
    polls: &'static str,
}

/// A name that is no provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such provider; the catalogue is in docs/providers")]
pub struct UnknownProvider;

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(name: &str) -> Result<Provider, UnknownProvider> {
        let mut known = Provider::ALL.into_iter().chain([Provider::Custom]);
        known.find(|provider| provider.as_str() == name).ok_or(UnknownProvider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for provider in Provider::ALL.into_iter().chain([Provider::Custom]) {
            assert_eq!(provider.as_str().parse(), Ok(provider));
        }
        assert_eq!("acme".parse::<Provider>(), Err(UnknownProvider));
    }
}
