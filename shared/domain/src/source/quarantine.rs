//! The option `quarantine`: refused deliveries are stored for a while, so that they can be explained and released.

use serde::Deserialize;

/// How many refused deliveries of a source are stored, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quarantine {
    /// How many of one minute are stored, whichever instances receive them.
    pub per_minute: u32,
    /// For how many hours each is stored.
    pub hours: u32,
}

/// What is wrong with the option. The source takes deliveries all the same, and stores none that it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum QuarantineError {
    #[error(
        "`quarantine` is off: `per_minute` must be 1 to 1000, since each stored delivery costs up to 18 write units, and one minute is one key of the table, which takes 1000 a second"
    )]
    PerMinute,
    #[error(
        "`quarantine` is off: `hours` must be 1 to 168, since an unverified delivery must not be stored for longer than a week"
    )]
    Hours,
}

impl Default for Quarantine {
    fn default() -> Quarantine {
        Quarantine { per_minute: 30, hours: 72 }
    }
}

impl Quarantine {
    pub(super) fn check(self) -> Result<Quarantine, QuarantineError> {
        if !(1..=1000).contains(&self.per_minute) {
            return Err(QuarantineError::PerMinute);
        }
        if !(1..=168).contains(&self.hours) {
            return Err(QuarantineError::Hours);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use crate::source::Source;
    use crate::source::source_name::SourceName;

    fn check(written: &str, expected: Option<(u32, u32)>, warning: &str) {
        let json = format!(r#"{{"provider":"get3w","secrets":["0123456789abcdef01234567"]{written}}}"#);
        let source = Source::parse(SourceName::parse("test").expect("a name"), &json).expect("the source is sound");
        assert_eq!(source.quarantine.map(|it| (it.per_minute, it.hours)), expected, "{written}");
        assert_eq!(source.own_warnings().join("\n").get(..warning.len()), Some(warning), "{written}");
        assert!(source.options.is_ok(), "no event waits on account of it");
    }

    #[test]
    fn it_is_off_unless_it_is_asked_for_within_bounds() {
        check("", None, "");
        check(r#","quarantine":null"#, None, "");
        check(r#","quarantine":{}"#, Some((30, 72)), "");
        check(r#","quarantine":{"per_minute":1,"hours":168}"#, Some((1, 168)), "");
        check(r#","quarantine":{"per_minute":1000,"hours":1}"#, Some((1000, 1)), "");
        for per_minute in [0, 1001] {
            let written = format!(r#","quarantine":{{"per_minute":{per_minute}}}"#);
            check(&written, None, "`quarantine` is off: `per_minute` must be 1 to 1000");
        }
        for hours in [0, 169] {
            let written = format!(r#","quarantine":{{"hours":{hours}}}"#);
            check(&written, None, "`quarantine` is off: `hours` must be 1 to 168");
        }
    }
}
