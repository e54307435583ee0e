//! The log: one JSON object a line on standard output, where Lambda collects it.
//!
//! **Never logged:** a body or a part of one, a token, a signature, a secret, a header's value, a URL's path. What is
//! logged is named field by field by whoever logs it; nothing is printed whole.

use std::io::Write;
use std::sync::OnceLock;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For somebody who looks for a fault.
    Debug,
    /// The normal course of things.
    Info,
    /// Something that an operator should look at in time.
    Warn,
    /// Something that an operator should look at now.
    Error,
}

static LEAST: OnceLock<Level> = OnceLock::new();

impl Level {
    /// Reads a level's name, as Lambda's own settings spell it.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(name: &str) -> Result<Level, &'static str> {
        match name.to_ascii_uppercase().as_str() {
            "TRACE" | "DEBUG" => Ok(Level::Debug),
            "INFO" => Ok(Level::Info),
            "WARN" => Ok(Level::Warn),
            "ERROR" | "FATAL" => Ok(Level::Error),
            _ => Err("a log level is DEBUG, INFO, WARN or ERROR"),
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }
}

/// Sets the least level that is written, once, before anything is, and has panics logged like everything else: where
/// they happened, never what they say, which could quote what was sent.
pub fn start(least: Level) {
    // A second call changes nothing: the level belongs to the process.
    let _ = LEAST.set(least);
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        write(Level::Error, "panic", serde_json::json!({ "location": location }));
    }));
}

/// Writes a line: `message` says what happened, the fields of `fields` say to what.
pub fn write(level: Level, message: &str, fields: impl Serialize) {
    if level < LEAST.get().copied().unwrap_or(Level::Info) {
        return;
    }
    let mut line = Map::new();
    line.insert("timestamp".to_owned(), Value::from(clock::now().to_string()));
    line.insert("level".to_owned(), Value::from(level.as_str()));
    line.insert("message".to_owned(), Value::from(message));
    if let Ok(Value::Object(fields)) = serde_json::to_value(fields) {
        // What is not known is left out instead of written as null.
        line.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    }
    let mut text = Value::Object(line).to_string();
    text.push('\n');
    // One write for the whole line, so that lines of tasks never mix. If nobody reads the output there is nobody to tell.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
