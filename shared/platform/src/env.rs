//! A function's settings, from its environment.

use std::fmt::Display;

use domain::download::target::Loopback;

use crate::log::{self, Level};

/// Reads settings and remembers everything that is wrong with them, so that an operator is told all of it at once.
pub struct Env {
    lookup: fn(&str) -> Option<String>,
    problems: Vec<String>,
}

/// The environment lacks something, or something in it makes no sense. The function must not start.
#[derive(Debug, thiserror::Error)]
#[error("the function cannot start; fix these environment variables: {}", problems.join("; "))]
pub struct EnvError {
    problems: Vec<String>,
}

impl Env {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Env {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
        let lookup = |name: &str| std::env::var(name).ok();
        Env::of(lookup)
    }

    /// Settings from elsewhere, for tests.
    #[must_use]
    pub fn of(lookup: fn(&str) -> Option<String>) -> Env {
        Env { lookup, problems: Vec::new() }
    }

    /// A setting that must be there and not empty. An empty text stands for one that is not: [`Env::finish`] then
    /// fails, and nobody gets to use it.
    pub fn required(&mut self, name: &str) -> String {
        let value = self.optional(name).unwrap_or_default();
        if value.is_empty() {
            self.problems.push(format!("{name} is missing"));
        }
        value
    }

    /// A setting that may be absent.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// A setting with a form of its own, and what stands for it when it is absent.
    pub fn parsed<T, E: Display>(&mut self, name: &str, default: T, parse: impl FnOnce(&str) -> Result<T, E>) -> T {
        let Some(value) = self.optional(name) else {
            return default;
        };
        match parse(&value) {
            Ok(parsed) => parsed,
            Err(error) => {
                self.problems.push(format!("{name}: {error}"));
                default
            }
        }
    }

    /// Starts the log: the least level that is written, and the function's name, which its metrics have.
    pub fn start_log(&mut self) {
        let least = self.parsed("LOG_LEVEL", Level::Info, Level::parse);
        log::start(least, self.optional("AWS_LAMBDA_FUNCTION_NAME"));
    }

    /// Whether assets, answers and keys may come of a server on this machine. The template never sets it: on Lambda,
    /// nothing that a sender or a secret may name should lead back inside.
    pub fn loopback(&mut self) -> Loopback {
        const NAME: &str = "TEST_ONLY_ALLOW_LOOPBACK";
        let loopback = self.parsed(NAME, Loopback::Refused, |value| match value {
            "1" => Ok(Loopback::AllowedForTests),
            _ => Err("only tests set it, to 1"),
        });
        if loopback == Loopback::AllowedForTests {
            let trouble = format!("{NAME} is set: for tests only");
            log::write(Level::Warn, "start", serde_json::json!({ "trouble": trouble }));
        }
        loopback
    }

    /// Whether anything was wrong so far, for a program that writes no log.
    ///
    /// # Errors
    /// If anything was; the error names all of it.
    pub fn check(self) -> Result<(), EnvError> {
        if self.problems.is_empty() { Ok(()) } else { Err(EnvError { problems: self.problems }) }
    }

    /// Gives `settings` if nothing was wrong while they were read.
    ///
    /// # Errors
    /// If anything was; the error names all of it.
    pub fn finish<T>(self, settings: T) -> Result<T, EnvError> {
        let Err(error) = self.check() else { return Ok(settings) };
        // What the runtime prints of an error is no line of the log's form, and Lambda may filter it out.
        log::write(Level::Error, "start", serde_json::json!({ "trouble": error.to_string() }));
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "TABLE" => Some("ledger".to_owned()),
            "EMPTY" => Some(String::new()),
            "BYTES" => Some("many".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn all_problems_are_named_at_once() {
        let mut env = Env::of(lookup);
        let settings = (
            env.required("TABLE"),
            env.required("EMPTY"),
            env.required("QUEUE"),
            env.parsed("BYTES", 1, str::parse::<u32>),
        );
        let error = env.finish(settings).unwrap_err().to_string();
        assert_eq!(
            error,
            "the function cannot start; fix these environment variables: EMPTY is missing; QUEUE is missing; BYTES: invalid digit found in string"
        );
    }

    #[test]
    fn absent_settings_have_their_defaults() {
        let mut env = Env::of(lookup);
        let settings = (env.required("TABLE"), env.parsed("SCALE", 7, str::parse::<u32>));
        assert_eq!(env.finish(settings).unwrap(), ("ledger".to_owned(), 7));
    }
}
