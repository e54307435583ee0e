//! Which commands an agent gets, and how they are described to it.

use std::any::TypeId;

use clap::{Arg, ArgAction, Command};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

/// A command that an agent may run.
#[derive(Debug)]
pub(super) struct AgentTool {
    /// Its name to the agent.
    pub(super) name: &'static str,
    /// The command.
    pub(super) command: &'static [&'static str],
    /// Options that it always has.
    pub(super) fixed: &'static [&'static str],
    /// Arguments that the agent must give, beside those that the command needs.
    needs: &'static [&'static str],
    /// Arguments of the command that the agent does not get.
    without: &'static [&'static str],
    /// What it does, if the command's own words say too much.
    about: Option<&'static str>,
    /// Whether it changes something.
    pub(super) writes: bool,
}

const fn reading(name: &'static str, command: &'static [&'static str]) -> AgentTool {
    AgentTool { name, command, fixed: &[], needs: &[], without: &[], about: None, writes: false }
}

const fn writing(name: &'static str, command: &'static [&'static str]) -> AgentTool {
    AgentTool { writes: true, ..reading(name, command) }
}

/// All of them. None shows a secret, reads a file of this machine, or goes on by itself without end.
pub(super) const TOOLS: [AgentTool; 24] = [
    reading("status", &["status"]),
    reading("doctor", &["doctor"]),
    reading("cost", &["cost"]),
    AgentTool { without: &["all", "follow"], ..reading("events_list", &["events", "list"]) },
    reading("events_get", &["events", "get"]),
    reading("events_body", &["events", "body"]),
    reading("events_diff", &["events", "diff"]),
    AgentTool {
        about: Some(
            "Wait until an event has ended, by its id or by its job's, and show it. Clients give up after a while: wait again with a \
             short timeout, such as 50s",
        ),
        ..reading("wait", &["wait"])
    },
    reading("reconcile", &["reconcile"]),
    reading("expect_ask", &["expect", "ask"]),
    reading("source_list", &["source", "list"]),
    reading("source_show", &["source", "show"]),
    reading("refused_list", &["refused", "list"]),
    reading("refused_show", &["refused", "show"]),
    reading("refused_explain", &["refused", "explain"]),
    reading("consumers_list", &["consumers", "list"]),
    reading("dlq_list", &["dlq", "list"]),
    reading("dlq_show", &["dlq", "show"]),
    reading("replay_list", &["replay", "list"]),
    reading("replay_show", &["replay", "show"]),
    AgentTool {
        fixed: &["--dry-run"],
        without: &["dry_run", "expect"],
        about: Some("Count the events that a replay would take, and change nothing"),
        ..reading("replay_count", &["replay"])
    },
    AgentTool {
        needs: &["expect"],
        without: &["dry_run"],
        about: Some(
            "Have events processed and published to all consumers again, by their ids or by a filter. Count them with \
             replay_count first",
        ),
        ..writing("replay", &["replay"])
    },
    writing("replay_run", &["replay", "run"]),
    writing("replay_pause", &["replay", "pause"]),
];

impl AgentTool {
    /// The description of the tool that the agent reads.
    pub(super) fn described(&self, commands: &Command) -> Tool {
        let command = self.of(commands);
        let about = self.about.map(str::to_owned).or_else(|| command.get_about().map(ToString::to_string));
        let hints = ToolAnnotations::new().read_only(!self.writes).destructive(false);
        Tool::new(self.name, about.unwrap_or_default(), self.schema(command)).with_annotations(hints)
    }

    /// Its command, as the command line describes it.
    pub(super) fn of<'a>(&self, commands: &'a Command) -> &'a Command {
        self.command.iter().fold(commands, |command, name| command.find_subcommand(name).expect("it is a command"))
    }

    /// The arguments that the agent may give.
    pub(super) fn arguments<'a>(&'a self, command: &'a Command) -> impl Iterator<Item = &'a Arg> {
        command.get_arguments().filter(|arg| !arg.is_hide_set() && !self.without.contains(&argument_name(arg).as_str()))
    }

    /// Whether the agent must give an argument that a person at a terminal need not.
    pub(super) fn must_have(&self, argument: &str) -> bool {
        self.needs.contains(&argument)
    }

    fn schema(&self, command: &Command) -> JsonObject {
        let properties: Map<String, Value> =
            self.arguments(command).map(|arg| (argument_name(arg), argument_schema(arg))).collect();
        let needed: Vec<String> = self
            .arguments(command)
            .filter(|arg| arg.is_required_set() || self.must_have(&argument_name(arg)))
            .map(argument_name)
            .collect();
        let schema =
            json!({"type": "object", "properties": properties, "required": needed, "additionalProperties": false});
        schema.as_object().cloned().unwrap_or_default()
    }
}

/// An argument's name to the agent: that of the option, or of the place.
pub(super) fn argument_name(arg: &Arg) -> String {
    arg.get_long().map_or_else(|| arg.get_id().to_string(), |long| long.replace('-', "_"))
}

/// Whether an argument may be given several times.
pub(super) fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append) || arg.get_num_args().is_some_and(|count| count.max_values() > 1)
}

/// Whether an argument is there or not, and has no value.
pub(super) fn is_flag(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}

fn argument_schema(arg: &Arg) -> Value {
    let about = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if is_flag(arg) {
        return json!({"type": "boolean", "description": about});
    }
    let is_number = [TypeId::of::<u16>(), TypeId::of::<u32>(), TypeId::of::<u64>(), TypeId::of::<usize>()]
        .iter()
        .any(|number| arg.get_value_parser().type_id() == *number);
    let mut value = json!({"type": if is_number { "integer" } else { "string" }});
    let names: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if !names.is_empty() {
        value["enum"] = json!(names);
    }
    let mut schema = if is_list(arg) { json!({"type": "array", "items": value}) } else { value };
    schema["description"] = json!(about);
    if let [default] = arg.get_default_values() {
        let default = default.to_string_lossy();
        schema["default"] = default.parse::<u64>().map_or_else(|_| json!(default), |number| json!(number));
    }
    schema
}
