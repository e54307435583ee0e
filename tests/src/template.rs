//! `template.yaml` as CloudFormation sees it: after SAM's transform.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// The template, with its intrinsic functions and conditions as they are written.
pub static TEMPLATE: LazyLock<Value> = LazyLock::new(|| {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let output = Command::new(root.join(".venv-sam/bin/python"))
        .arg(root.join("tests/src/template/transform.py"))
        .arg(root.join("template.yaml"))
        // The transform asks which partition it is in.
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .output()
        .expect("SAM is installed by `make build`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("transform.py prints JSON")
});
