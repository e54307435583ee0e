//! The functions under the roles that the template gives them.

use crate::error::Result;
use crate::functions::FUNCTIONS;
use crate::project::Project;
use crate::stack::program;
use crate::tools::{MINISTACK, MOTO, SAM, check_node, install_beside, install_node_modules};

/// Runs them on implementations of AWS that evaluate policies, with all permissions and without each of them in turn.
pub(crate) fn check(project: &Project) -> Result<()> {
    check_node(project)?;
    install_beside(project, &[SAM, MINISTACK, MOTO], || {
        project.say("building the functions, and what takes permissions away");
        project.build(&[FUNCTIONS.as_slice(), &["permissions"]].concat())
    })?;
    install_node_modules(project, &project.path("tests/implementations"), None)?;
    project.say("the permissions");
    project.run(program(project, "permissions").arg("--dir").arg(project.target.join("permissions")))
}
