//! The functions under the roles that the template gives them.

use crate::error::Result;
use crate::functions::{self, Profile};
use crate::project::Project;
use crate::stack::program;
use crate::tools::{MINISTACK, MOTO, SAM, check_node, install_node_modules};

/// Runs them on implementations of AWS that evaluate policies, with all permissions and without each of them in turn.
pub(crate) fn check(project: &Project, profile: Profile) -> Result<()> {
    check_node(project)?;
    let functions = functions::build_beside(project, profile, &["permissions"], &[SAM, MINISTACK, MOTO])?;
    install_node_modules(project, &project.path("tests/implementations"), None)?;
    project.say("the permissions");
    let mut permissions = program(project, "permissions");
    permissions.arg("--dir").arg(project.target.join("permissions"));
    project.run(permissions.arg("--binaries").arg(functions))
}
