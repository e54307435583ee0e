//! The functions under the roles that the template gives them.

use crate::error::Result;
use crate::functions::{self, Architecture, FUNCTIONS, Profile};
use crate::project::Project;
use crate::stack::program;
use crate::tools::{MINISTACK, MOTO, SAM, check_node, install_beside, install_node_modules};

/// Runs them on implementations of AWS that evaluate policies, with all permissions and without each of them in turn.
pub(crate) fn check(project: &Project, profile: Profile) -> Result<()> {
    check_node(project)?;
    install_beside(project, &[SAM, MINISTACK, MOTO], || {
        project.say(match profile {
            Profile::Local => "building the functions, and what takes permissions away",
            Profile::Release => "building what takes permissions away",
        });
        let functions = if profile == Profile::Local { FUNCTIONS.as_slice() } else { &[] };
        project.build(&[functions, &["permissions"]].concat())
    })?;
    install_node_modules(project, &project.path("tests/implementations"), None)?;
    let binaries = match profile {
        Profile::Local => "debug",
        Profile::Release => {
            functions::build(project, Architecture::here())?;
            "lambda"
        }
    };
    project.say("the permissions");
    let mut permissions = program(project, "permissions");
    permissions.arg("--dir").arg(project.target.join("permissions"));
    project.run(permissions.arg("--binaries").arg(project.target.join(binaries)))
}
