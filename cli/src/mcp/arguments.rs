//! What an agent gives a tool, as the words of a command line.

use clap::{Arg, Command};
use rmcp::model::JsonObject;
use serde_json::Value;

use crate::error::{Error, Result};

use super::tools::{AgentTool, argument_name, is_flag, is_list};

/// The words of the command line. Each value stands where it can be nothing but a value.
pub(super) fn words(tool: &AgentTool, given: &JsonObject, commands: &Command) -> Result<Vec<String>> {
    let known: Vec<&Arg> = tool.arguments(tool.of(commands)).collect();
    if let Some(unknown) = given.keys().find(|name| !known.iter().any(|arg| argument_name(arg) == **name)) {
        let names: Vec<String> = known.iter().map(|arg| argument_name(arg)).collect();
        return Err(Error::Usage(format!("{} takes no {unknown}; it takes: {}", tool.name, names.join(", "))));
    }
    let mut words: Vec<String> =
        ["landfall"].iter().chain(tool.command).chain(tool.fixed).map(|word| (*word).to_owned()).collect();
    let mut places = Vec::new();
    for arg in known {
        let name = argument_name(arg);
        let values = match given.get(&name) {
            None | Some(Value::Null) if tool.must_have(&name) => {
                return Err(Error::Usage(format!("{} needs {name}", tool.name)));
            }
            None | Some(Value::Null) => continue,
            Some(Value::Bool(is_on)) if is_flag(arg) => {
                words.extend(is_on.then(|| format!("--{}", name.replace('_', "-"))));
                continue;
            }
            Some(Value::Array(values)) if is_list(arg) => values.iter().map(text).collect(),
            Some(value) if !is_flag(arg) => vec![text(value)],
            Some(_) => return Err(Error::Usage(format!("{name} is true or false"))),
        };
        match arg.get_long() {
            Some(long) => words.extend(values.into_iter().map(|value| format!("--{long}={value}"))),
            None => places.extend(values),
        }
    }
    if !places.is_empty() {
        words.push("--".to_owned());
        words.extend(places);
    }
    Ok(words)
}

/// A value as it is typed.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
