//! `landfall`: the operator's tool.

use std::process::ExitCode;

fn main() -> ExitCode {
    landfall::main()
}
