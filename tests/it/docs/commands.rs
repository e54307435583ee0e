//! Every block of commands is run by the shell, page by page, with stand-ins for all that reaches the outside. What the
//! stand-ins were called with is held against what exists; a command that is none of them is not known.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::tool::landfall;

use super::pages::{Page, all, root};
use super::targets::targets;
use super::tutorials::is_tutorial;
use crate::deploy::program;

/// What the shell itself or every system has. All else must be a stand-in.
const OF_THE_SYSTEM: [&str; 6] = ["cat", "cut", "date", "rm", "sha256sum", "wc"];

/// Each is recorded with its arguments, between the control characters that are there for this. Where the AWS CLI reads a file, its content is recorded; what it would answer is
/// a word, so that whatever goes on with it can.
const STAND_INS: &str = r#"
PATH=$TOOLS
record() { { printf '%s\x1f' "$@"; printf '\x1e'; } >> "$RECORD"; }
aws() {
  local arguments=() argument
  for argument; do
    case $argument in file://*) argument=$(cat "${argument#file://}");; esac
    arguments+=("$argument")
  done
  record aws "${arguments[@]}"
  echo answered
}
make() { record make "$@"; }
landfall() { record landfall "$@"; }
curl() { record curl "$@"; }
openssl() { cat > /dev/null; record openssl "$@"; echo 0123456789abcdef0123456789abcdef; }
vi() { record vi "$@"; }
jq() { record jq "$@"; echo {}; }
unset EDITOR
command_not_found_handle() { echo "$1 is not known" >&2; return 127; }
"#;

/// What the commands of `page` call, each a command with its arguments. Those that a tutorial runs locally are run in
/// earnest elsewhere.
pub(crate) fn calls(page: &Page) -> Vec<Vec<String>> {
    let blocks = if is_tutorial(page) { page.commands_on_aws() } else { page.blocks("sh") };
    let script = blocks.join("\n");
    if script.is_empty() {
        return Vec::new();
    }
    let place = std::env::temp_dir().join(format!("landfall-docs-{:016x}", fastrand::u64(..)));
    let tools = place.join("tools");
    fs::create_dir_all(&tools).expect("there is a place for temporary files");
    for tool in OF_THE_SYSTEM {
        let found = ["/usr/bin", "/bin"].iter().map(|folder| format!("{folder}/{tool}"));
        let found = found.into_iter().find(|path| fs::exists(path).unwrap_or(false));
        symlink(found.unwrap_or_else(|| panic!("this system has no {tool}")), tools.join(tool)).expect("a fresh name");
    }
    symlink(root().join("examples").canonicalize().expect("the examples"), place.join("examples")).expect("fresh");
    let record = place.join("record");
    let ran = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &format!("{STAND_INS}\n{script}")])
        .current_dir(&place)
        .env("TOOLS", &tools)
        .env("RECORD", &record)
        .output()
        .expect("there is a shell");
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    let recorded = fs::read_to_string(&record).unwrap_or_default();
    fs::remove_dir_all(&place).expect("it is ours");
    assert!(ran.status.success(), "{}: {told}", page.path);
    let calls = recorded.split_terminator('\x1e');
    calls.map(|call| call.split_terminator('\x1f').map(str::to_owned).collect()).collect()
}

/// Panics unless a call of jq names a field of the file that it reads: `."job-completed".event`.
fn check_jq(call: &[String]) {
    let [filter, file] = &call[1..] else { panic!("jq takes a filter and a file: {call:?}") };
    let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let pointer = filter.replace('.', "/").replace('"', "");
    assert!(value.pointer(&pointer).is_some(), "{file} has no {filter}");
}

/// Panics unless a call of the operator's tool has commands, options and values that it takes.
fn check_landfall(page: &Page, call: &[String]) {
    let asked = Command::new(program()).args(&call[1..]).arg("--help").output().expect("the tool is built");
    let said = String::from_utf8_lossy(&asked.stderr);
    assert!(asked.status.success(), "{}: {}: {said}", page.path, call.join(" "));
}

/// Panics unless each of `calls` of the AWS CLI is one that it takes. In place of the command itself, each has its page.
fn check_aws(calls: &[Vec<String>]) {
    let lines: Vec<String> = calls.iter().map(|call| serde_json::to_string(call).expect("texts")).collect();
    let mut checker = Command::new(root().join(".venv-sam/bin/python"))
        .arg(root().join("tests/it/docs/aws_commands.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("SAM is installed by `make build`");
    checker.stdin.take().expect("its input").write_all(lines.join("\n").as_bytes()).expect("it reads all");
    let output = checker.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Panics unless each of `calls` of the tool is one that it takes.
async fn check_tool(page: &Page, calls: &[Vec<String>]) {
    for call in calls.iter().filter(|call| call[0] == "landfall") {
        // What comes before is read first.
        let arguments: Vec<&str> = call[1..].iter().map(String::as_str).chain(["--help"]).collect();
        let run = landfall(&arguments, "").await;
        assert_eq!(run.code, Some(0), "{}: {}", page.path, run.words);
    }
}

#[tokio::test]
async fn every_command_is_known() {
    let targets = targets();
    let (mut seen, mut of_aws) = (BTreeSet::new(), Vec::new());
    for page in all() {
        let calls = calls(&page);
        check_tool(&page, &calls).await;
        let is_of_aws = calls.iter().filter(|call| call[0] == "aws");
        of_aws.extend(is_of_aws.map(|call| [std::slice::from_ref(&page.path), &call[1..]].concat()));
        for target in calls.iter().filter(|call| call[0] == "make").flat_map(|call| &call[1..]) {
            assert!(target.contains('=') || targets.contains(target), "{}: there is no make {target}", page.path);
        }
        calls.iter().filter(|call| call[0] == "landfall").for_each(|call| check_landfall(&page, call));
        calls.iter().filter(|call| call[0] == "jq").for_each(|call| check_jq(call));
        seen.extend(calls.into_iter().map(|call| call[..call.len().min(3)].join(" ")));
    }
    check_aws(&of_aws);
    assert!(seen.len() > 40, "only {} commands were found", seen.len());
}

#[test]
fn what_does_not_exist_is_found() {
    let page = |text: &str| Page { path: "page".to_owned(), text: format!("\n```sh\n{text}\n```\n") };
    let fails = |text: &str| {
        let page = page(text);
        let check = || {
            check_aws(&calls(&page));
        };
        std::panic::catch_unwind(check).is_err()
    };
    assert!(!fails("aws sqs list-queues"));
    for wrong in ["lss", "aws sqs list-ques", "aws sqs list-queues --al", "aws sqs send-message --queue-url u", "if"] {
        assert!(fails(wrong), "{wrong}");
    }
}
