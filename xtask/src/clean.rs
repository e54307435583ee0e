//! What was built or installed here.

use std::fs;
use std::path::PathBuf;

use crate::error::Result;
use crate::project::Project;
use crate::stack;
use crate::tools::remove;

const MADE: [&str; 13] = [
    ".aws-sam",
    ".venv-bench",
    ".venv-checkov",
    ".venv-ministack",
    ".venv-moto",
    ".venv-sam",
    ".venv-vectors",
    "benches/contenders/node/dist",
    "benches/contenders/node/node_modules",
    "examples/consumers/typescript/dist",
    "deploy/requirements/prose/node_modules",
    "examples/consumers/typescript/node_modules",
    "tests/implementations/node_modules",
];

/// Stops all local stacks and removes all that was built or installed.
pub(crate) fn clean(project: &Project) -> Result<()> {
    let entries = fs::read_dir(&project.target).into_iter().flatten().flatten();
    let stacks: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|it| it.join("emulator.json").exists()).collect();
    for directory in stacks {
        stack::stop(project, &directory)?;
    }
    for made in MADE {
        remove(&project.path(made))?;
    }
    remove(&project.target)
}
