//! The tutorials are run on the local stack, each by one shell, and print what they say that they print.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use futures_util::future::join_all;
use tests::stack::{REGION, Stack};
use tests::world::run;

use super::pages::{Page, all, root};

/// What a reader's shell has and this one must make: the AWS CLI and the operator's tool. The stack is up, and stays so.
const SHELL: &str = r#"
aws() { "$PYTHON" -B "$PROJECT/tests/it/docs/aws.py" "$@"; }
landfall() { "$LANDFALL" "$@"; }
make() { case $* in up|down) ;; *) echo "make $*: not in a tutorial" >&2; return 1;; esac; }
for tool in curl openssl; do
  command -v "$tool" > /dev/null || { echo "the tutorials need $tool: install it" >&2; exit 1; }
done
"#;

/// A reader's folder: the project, as far as tutorials look at it, and whatever they write.
struct Folder(PathBuf);

impl Folder {
    fn of(stack: &Stack) -> Folder {
        let folder = std::env::temp_dir().join(format!("landfall-tutorial-{:016x}", fastrand::u64(..)));
        fs::create_dir_all(folder.join("target/local")).expect("there is a place for temporary files");
        for name in ["docs", "examples", ".venv-sam"] {
            symlink(root().join(name).canonicalize().expect("it is there"), folder.join(name)).expect("a fresh name");
        }
        let values = serde_json::to_vec(stack).expect("it was read from JSON");
        fs::write(folder.join("target/local/stack.json"), values).expect("it is ours");
        Folder(folder)
    }

    /// Writes the files that the page has as blocks. What is a file of the project must say the same there.
    fn write_files(&self, page: &Page) {
        for (name, text) in page.files() {
            match fs::read_to_string(root().join(name)) {
                Ok(existing) => assert_eq!(text, existing, "{}: {name} says something else", page.path),
                Err(_) => fs::write(self.0.join(name), text).expect("it is ours"),
            }
        }
    }

    /// Runs the commands, and gives what they printed.
    fn run(&self, page: &Page) -> String {
        let project = root().canonicalize().expect("the root");
        let script = page.blocks("sh").join("\n");
        let ran = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &format!("{SHELL}\n{script}")])
            .current_dir(&self.0)
            .env("PYTHON", project.join(".venv-sam/bin/python"))
            .env("PROJECT", &project)
            .env("LANDFALL", crate::deploy::program())
            .env("AWS_DEFAULT_REGION", REGION)
            .output()
            .expect("there is a shell");
        let said = String::from_utf8_lossy(&ran.stderr);
        let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(ran.status.success(), "{}: {said}\n{printed}", page.path);
        printed
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether `line` is `expected`, in which `…` stands for anything.
fn is_like(line: &str, expected: &str) -> bool {
    let mut parts = expected.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for part in parts {
        let Some((_, after)) = rest.split_once(part).filter(|_| !part.is_empty()) else { return part.is_empty() };
        rest = after;
    }
    rest.is_empty()
}

/// Panics unless the lines of `expected` are among those that were printed, in this order.
fn check_printed(page: &Page, printed: &str) {
    // A source that was made a moment ago may have to be asked for again, which curl does.
    let printed = printed.replace(r#"{"error":"not accepted; please send it again"}"#, "");
    let mut lines = printed.lines();
    for expected in page.blocks("text").iter().flat_map(|block| block.lines()) {
        let found = lines.any(|line| is_like(line.trim_end(), expected));
        assert!(found, "{}: nothing like this was printed, at its place: {expected}\n{printed}", page.path);
    }
}

/// The page with another name for each source that it creates, so that it can run again on the same stack.
fn with_fresh_names(page: &Page) -> Page {
    let made = page.text.split(" --name ").skip(1);
    let names = made.filter_map(|rest| rest.split_whitespace().next());
    let text =
        names.fold(page.text.clone(), |text, name| text.replace(name, &format!("{name}-{:08x}", fastrand::u32(..))));
    Page { path: page.path.clone(), text }
}

/// Whether the commands of a page are run here.
pub(crate) fn is_tutorial(page: &Page) -> bool {
    Path::new(&page.path).starts_with("docs/tutorials")
}

#[test]
fn every_tutorial_runs_and_prints_what_it_says() {
    run(async |world| {
        let tutorials: Vec<Page> = all().into_iter().filter(is_tutorial).collect();
        assert!(tutorials.len() > 3, "only {} tutorials were found", tutorials.len());
        let runs = tutorials.into_iter().map(|page| {
            tokio::task::spawn_blocking(move || {
                let (page, folder) = (with_fresh_names(&page), Folder::of(&world.stack));
                folder.write_files(&page);
                check_printed(&page, &folder.run(&page));
            })
        });
        for outcome in join_all(runs).await {
            outcome.expect("a tutorial runs");
        }
    });
}

#[test]
fn an_ellipsis_stands_for_anything() {
    let check = |line, expected, answer| assert_eq!(is_like(line, expected), answer, "{line} by {expected}");
    check("accepted", "accepted", true);
    check("accepted 1", "accepted", false);
    check("id a/b in 5 ms", "id … in … ms", true);
    check("id a/b in 5 s", "id … in … ms", false);
    check("id a/b", "id …", true);
    check("an id", "id …", false);
}
