//! docs/cli.md, made of the command line. `UPDATE_EXPECT=1 cargo test -p landfall reference` writes it anew.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};
use expect_test::expect_file;

use crate::arguments::Arguments;
use crate::error::EXIT_CODES;

/// A longer list of possible values is that of all senders, which have a page of their own.
const VALUES_MAX: usize = 8;

const HEAD: &str = "# landfall

`landfall` is the operator's tool. A release holds it, and `cargo install --path cli` installs it from a checkout: one binary,
`target/release/landfall`. It signs in as the AWS CLI does: by environment, profile or SSO. With `--local` it works on the
stack that `make up` has started.

Data goes to standard output, as a table, as one JSON document or as one a line; words go to standard error. Secrets are
read from a prompt, a file or standard input, never from an argument. A command that changes something asks first; where
nobody can answer, it refuses without `--yes`.

`cargo test -p landfall` holds this page against the code.
";

#[test]
fn the_page_is_current() {
    let mut command = Arguments::command();
    command.build();
    let mut page = HEAD.to_owned();
    page.push_str("\n## Exit codes\n\n| code | means |\n|---|---|\n");
    for (code, meaning) in EXIT_CODES {
        writeln!(page, "| {code} | {meaning} |").expect("a text takes any");
    }
    page.push_str("\n## Options of all commands\n\n");
    page.push_str(&options(command.get_arguments().filter(|option| option.is_global_set())));
    leaves(&command, "landfall", &mut page);
    expect_file!["../../docs/cli.md"].assert_eq(&page);
}

/// The commands that do something, each with its options.
fn leaves(command: &Command, name: &str, page: &mut String) {
    let children = command.get_subcommands().filter(|child| child.get_name() != "help" && !child.is_hide_set());
    for child in children {
        let name = format!("{name} {}", child.get_name());
        if child.is_subcommand_required_set() {
            leaves(child, &name, page);
            continue;
        }
        let about = child.get_about().map(ToString::to_string).unwrap_or_default();
        write!(page, "\n## {name}\n\n{about}.\n").expect("a text takes any");
        let own = options(child.get_arguments().filter(|option| !option.is_global_set()));
        if !own.is_empty() {
            write!(page, "\n{own}").expect("a text takes any");
        }
        leaves(child, &name, page);
    }
}

/// A table of options.
fn options<'a>(arguments: impl Iterator<Item = &'a Arg>) -> String {
    let is_shown =
        |argument: &&Arg| !argument.is_hide_set() && !["help", "version"].contains(&argument.get_id().as_str());
    let rows: Vec<String> = arguments.filter(is_shown).map(row).collect();
    if rows.is_empty() { String::new() } else { format!("| option | meaning |\n|---|---|\n{}", rows.concat()) }
}

fn row(argument: &Arg) -> String {
    let value = argument.get_value_names().and_then(<[_]>::first).map(ToString::to_string).unwrap_or_default();
    let is_flag = argument.get_num_args().is_some_and(|count| !count.takes_values());
    let name = match argument.get_long() {
        Some(long) if is_flag => format!("--{long}"),
        Some(long) => format!("--{long} {value}"),
        None => value,
    };
    let mut meaning = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let values = argument.get_possible_values();
    let values: Vec<&str> =
        values.iter().filter(|value| !value.is_hide_set()).map(clap::builder::PossibleValue::get_name).collect();
    if !is_flag && (1..=VALUES_MAX).contains(&values.len()) {
        write!(meaning, " ({})", values.join(", ")).expect("a text takes any");
    }
    if let [default] = argument.get_default_values()
        && !is_flag
    {
        write!(meaning, "; default: {}", default.to_string_lossy()).expect("a text takes any");
    }
    if let Some(variable) = argument.get_env() {
        write!(meaning, "; variable: {}", variable.to_string_lossy()).expect("a text takes any");
    }
    format!("| `{}` | {} |\n", name.replace('|', "\\|"), meaning.replace('|', "\\|"))
}
