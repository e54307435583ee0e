//! `landfall completions` and `landfall man`.

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::context::Context;
use crate::error::Result;

/// The options of `landfall completions`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints a script that completes the command line.
pub(crate) fn run(arguments: &Arguments, mut command: Command, context: &Context) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "landfall", &mut script);
    context.output.text(&String::from_utf8_lossy(&script))
}

/// Prints the man page, with all commands.
pub(crate) fn man(mut command: Command, context: &Context) -> Result<()> {
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    for (name, child) in leaves(&command, "landfall") {
        let man = Man::new(child.display_name(&name));
        page.extend_from_slice(format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes());
        // Without the head, which a page has once.
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    context.output.text(&String::from_utf8_lossy(&page))
}

fn leaves(command: &Command, name: &str) -> Vec<(String, Command)> {
    let children = command.get_subcommands().filter(|child| child.get_name() != "help" && !child.is_hide_set());
    children.fold(Vec::new(), |mut found, child| {
        let name = format!("{name} {}", child.get_name());
        if child.has_subcommands() {
            found.extend(leaves(child, &name));
        } else {
            found.push((name, child.clone()));
        }
        found
    })
}
