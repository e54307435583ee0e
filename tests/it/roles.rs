//! Each role against the calls that its function can make: neither may have what the other lacks.
//!
//! What a function can call is read from its binary. Of the SDK, the linker keeps the operations that the function uses,
//! and each of them names its module; calls that are made without the SDK name their target. So a call that somebody adds
//! is missed in the role, and a permission that nobody needs any more is found there, without a run that would have to
//! come by every call.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::template::{list, of_type, resource};

#[test]
fn ingest_may_do_what_it_calls() {
    check("Ingest");
}

#[test]
fn process_may_do_what_it_calls() {
    check("Process");
}

#[test]
fn sweep_may_do_what_it_calls() {
    check("Sweep");
}

/// Compares the role of `function` with what it calls, and with what AWS does by the role on the function's behalf.
fn check(function: &str) {
    let mut needed: BTreeSet<String> = calls(&function.to_lowercase()).iter().filter_map(Call::permission).collect();
    assert!(!needed.is_empty(), "{function}: the binary names no operation; is their form still the same?");
    // A missing object is else reported as a denied one, which looks as if it could pass.
    if needed.contains("s3:GetObject") {
        needed.insert("s3:ListBucket".to_owned());
    }
    needed.extend(on_behalf_of(function).into_iter().map(str::to_owned));

    let role = resource(&format!("{function}Role"));
    let statements = list(&role["Policies"]).iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
    // What a parameter adds is asked for by AWS's services, not by the binary.
    let allowed: BTreeSet<String> = statements.filter(|it| it.get("Fn::If").is_none()).flat_map(actions).collect();
    let lacking: Vec<&String> = needed.difference(&allowed).collect();
    let needless: Vec<&String> = allowed.difference(&needed).collect();
    assert!(
        lacking.is_empty() && needless.is_empty(),
        "{function}Role lacks {lacking:?} and has no use for {needless:?}"
    );
}

/// What Lambda itself does with the role.
fn on_behalf_of(function: &str) -> Vec<&'static str> {
    let mut actions = vec!["logs:CreateLogStream", "logs:PutLogEvents"];
    if of_type("AWS::Lambda::EventSourceMapping").any(|mapping| mapping["FunctionName"]["Ref"] == function) {
        actions.extend(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]);
    }
    actions
}

fn actions(statement: &Value) -> Vec<String> {
    assert_eq!(statement["Effect"], "Allow", "{statement}");
    let actions = match &statement["Action"] {
        Value::Array(actions) => actions.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        action => vec![action.as_str().expect("a statement names its actions").to_owned()],
    };
    assert!(actions.iter().all(|action| !action.contains('*')), "{statement}");
    actions
}

/// An operation, by its service and its module in the SDK.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    service: String,
    operation: String,
}

impl Call {
    /// The action that IAM wants for it.
    fn permission(&self) -> Option<String> {
        let action = match (self.service.as_str(), self.operation.as_str()) {
            // The sign-in to directory buckets, of which Landfall has none. Every S3 client can do it.
            ("s3", "create_session") => return None,
            ("s3", "head_object") => "GetObject".to_owned(),
            ("s3", "create_multipart_upload" | "upload_part" | "complete_multipart_upload") => "PutObject".to_owned(),
            (_, operation) => camel_case(operation),
        };
        Some(format!("{}:{action}", self.service))
    }
}

fn camel_case(operation: &str) -> String {
    let capitalised = |word: &str| word[..1].to_uppercase() + &word[1..];
    operation.split('_').map(capitalised).collect()
}

/// How requests name an operation, whoever makes them.
const TARGETS: [(&str, &str); 3] =
    [("AmazonSQS.", "sqs"), ("DynamoDB_20120810.", "dynamodb"), ("secretsmanager.", "secretsmanager")];

/// Every operation that the binary of `function` names.
fn calls(function: &str) -> BTreeSet<Call> {
    const SDK: &str = "aws_sdk_";
    let file = BUILD.target.join("lambda").join(function).join("bootstrap");
    let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}; `make build` makes it", file.display()));
    let text: &str = &String::from_utf8_lossy(&bytes);
    let direct = TARGETS.iter().flat_map(|(prefix, service)| {
        let operations = BUILD.sdk.iter().find(|sdk| sdk.service == *service).expect("the SDK knows the service");
        text.match_indices(prefix).filter_map(move |(at, _)| {
            let target = &text[at + prefix.len()..];
            let is_named = |name: &&String| target.starts_with(&camel_case(name));
            let operation = operations.names.iter().filter(is_named).max_by_key(|name| name.len())?;
            Some(Call { service: (*service).to_owned(), operation: operation.clone() })
        })
    });
    let by_sdk = text.match_indices(SDK).filter_map(|(at, _)| {
        let (service, rest) = text[at + SDK.len()..].split_once("::")?;
        let operations = BUILD.sdk.iter().find(|sdk| sdk.service == service)?;
        let module = rest.strip_prefix("operation::")?;
        // In a binary, one text follows another without a gap.
        let operation = operations.names.iter().filter(|name| module.starts_with(*name)).max_by_key(|name| name.len());
        let operation = operation.unwrap_or_else(|| panic!("{service} has no operation {:.40}", module));
        Some(Call { service: service.to_owned(), operation: operation.clone() })
    });
    by_sdk.chain(direct).collect()
}

/// What cargo knows of this build.
struct Build {
    target: PathBuf,
    sdk: Vec<Sdk>,
}

/// The operations that the SDK has for a service.
struct Sdk {
    service: String,
    names: Vec<String>,
}

static BUILD: LazyLock<Build> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--locked", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .expect("cargo runs, since it runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let sdk = list(&metadata["packages"]).iter().filter_map(|package| {
        let service = package["name"].as_str()?.strip_prefix("aws-sdk-")?.to_owned();
        let folder = Path::new(package["manifest_path"].as_str()?).parent()?.join("src/operation");
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let paths = files.map(|file| file.expect("a folder can be read").path());
        let names = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
        Some(Sdk { service, names: names.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect() })
    });
    let target = PathBuf::from(metadata["target_directory"].as_str().expect("cargo knows where it builds"));
    Build { target, sdk: sdk.collect() }
});
