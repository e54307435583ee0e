//! The example consumers, all by the same cases.

use crate::error::Result;
use crate::project::Project;
use crate::tools::{check_node, check_python, install_node_modules};

/// Tests them in Rust, Python and TypeScript.
pub(crate) fn check(project: &Project) -> Result<()> {
    project.say("the consumer in Rust");
    // Its core alone: with its table and bucket, which need the AWS SDK, it is part of `make test`.
    project.run(&mut project.cargo(&["test", "-p", "consumer", "--no-default-features", "--test", "cases"]))?;

    project.say("the consumer in Python");
    check_python(project)?;
    let mut python = project.command(&project.python);
    project.run(python.args(["-B", "-m", "unittest"]).current_dir(project.path("examples/consumers/python")))?;

    project.say("the consumer in TypeScript");
    check_node(project)?;
    let folder = project.path("examples/consumers/typescript");
    install_node_modules(project, &folder, None)?;
    project.run(project.command("npm").arg("test").current_dir(folder))
}
