//! Changes to a recorded body.

use std::fs::{self, File};
use std::io::Write as _;
use std::process::Command;

use platform::random;
use serde_json::Value;

use crate::error::{Error, Result};

/// `body` with another value at a JSON pointer, as `change` says it: `/status=failed`, `/timings={"inference":1}`.
///
/// # Errors
/// If there is no such place in the body, or it is no JSON.
pub fn set(body: &[u8], change: &str) -> Result<Vec<u8>> {
    let usage = |fault: String| Error::Usage(format!("--set {change}: {fault}"));
    let (pointer, value) =
        change.split_once('=').ok_or_else(|| usage("write a JSON pointer, `=` and a value".into()))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    let mut tree: Value = serde_json::from_slice(body).map_err(|_| usage("the body is no JSON".into()))?;
    let (parent, name) = pointer.rsplit_once('/').ok_or_else(|| usage("a JSON pointer begins with `/`".into()))?;
    let name = name.replace("~1", "/").replace("~0", "~");
    let missing = || usage("the body has no such place".into());
    match tree.pointer_mut(parent).ok_or_else(missing)? {
        Value::Object(members) => drop(members.insert(name, value)),
        Value::Array(items) => {
            let item = name.parse().ok().and_then(|index: usize| items.get_mut(index));
            *item.ok_or_else(missing)? = value;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Err(missing()),
    }
    Ok(tree.to_string().into_bytes())
}

/// `body` as the person at the terminal leaves it in `editor`.
///
/// # Errors
/// If the editor fails.
pub fn in_editor(body: &[u8], editor: &str) -> Result<Vec<u8>> {
    let path = std::env::temp_dir().join(format!("landfall-{}.json", random::token()));
    File::create_new(&path)?.write_all(body)?;
    let mut words = editor.split_whitespace();
    let status = Command::new(words.next().unwrap_or("vi")).args(words).arg(&path).status();
    let edited = fs::read(&path);
    fs::remove_file(&path)?;
    match status {
        Ok(status) if status.success() => Ok(edited?),
        Ok(status) => Err(Error::NotAgreed(format!("{editor}: {status}; nothing was sent"))),
        Err(error) => Err(Error::NotFound(format!("{editor}: {error}; set EDITOR to another one"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: &str, expected: &str) {
        let body = br#"{"status": "completed", "outputs": [{"url": "a"}], "a/b": 1}"#;
        let changed = set(body, change).map(|body| String::from_utf8(body).unwrap());
        assert_eq!(changed.unwrap_or_else(|error| error.to_string()), expected);
    }

    #[test]
    fn a_value_is_json_or_a_text() {
        check("/status=failed", r#"{"a/b":1,"outputs":[{"url":"a"}],"status":"failed"}"#);
        check("/outputs/0/url=null", r#"{"a/b":1,"outputs":[{"url":null}],"status":"completed"}"#);
        check("/a~1b={\"c\":1}", r#"{"a/b":{"c":1},"outputs":[{"url":"a"}],"status":"completed"}"#);
        check("/new=1.5", r#"{"a/b":1,"new":1.5,"outputs":[{"url":"a"}],"status":"completed"}"#);
        check("/outputs/1=1", "--set /outputs/1=1: the body has no such place");
        check("/status/a=1", "--set /status/a=1: the body has no such place");
        check("status", "--set status: write a JSON pointer, `=` and a value");
        check("status=1", "--set status=1: a JSON pointer begins with `/`");
    }
}
