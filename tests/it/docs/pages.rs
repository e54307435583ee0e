//! The pages that people read: every Markdown file of the project.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Behind the fence of commands that a tutorial does not run locally.
const ON_AWS: &str = " on-aws";

/// A page.
pub(crate) struct Page {
    /// Its path from the root: `docs/runbook.md`.
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// All pages, by path.
pub(crate) fn all() -> Vec<Page> {
    let mut pages: Vec<Page> = paths()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let path = path.strip_prefix(root()).expect("it was found below the root");
            Page { path: path.to_str().expect("paths are plain").to_owned(), text }
        })
        .collect();
    pages.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(pages.len() > 12, "only {} pages were found", pages.len());
    pages
}

/// All files and folders of the project.
pub(crate) fn paths() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    walk(root(), &mut paths);
    paths
}

/// What is made here, and not written, is not the project's.
fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("a folder that opens can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_made = matches!(name, "target" | "node_modules" | "dist") || name.starts_with('.');
        if is_made {
            continue;
        }
        if path.is_dir() {
            walk(&path, paths);
        }
        paths.push(path);
    }
}

impl Page {
    /// Each fenced block, with what stands behind its fence.
    fn fenced(&self) -> impl Iterator<Item = (&str, &str)> {
        self.text.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'))
    }

    /// The fenced blocks of the language `language`, but for those that are for AWS alone.
    pub(crate) fn blocks(&self, language: &str) -> Vec<&str> {
        let is_wanted = |fence: &str| fence.split(' ').next() == Some(language) && !fence.ends_with(ON_AWS);
        self.fenced().filter(|(fence, _)| is_wanted(fence)).map(|(_, block)| block).collect()
    }

    /// The commands of the page that are for AWS alone.
    pub(crate) fn commands_on_aws(&self) -> Vec<&str> {
        self.fenced().filter(|(fence, _)| fence.ends_with(ON_AWS)).map(|(_, block)| block).collect()
    }

    /// The fenced blocks that are files, each with its name.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, String)> {
        let named = self.fenced().filter_map(|(fence, block)| Some((fence.split_once(' ')?.1, block)));
        named.filter(|(name, _)| name.contains('.')).map(|(name, block)| (name, format!("{block}\n")))
    }

    /// The page without its fenced blocks.
    pub(crate) fn prose(&self) -> String {
        self.text.split("\n```").step_by(2).collect::<Vec<_>>().join("\n")
    }

    /// What stands between back quotes in its prose.
    pub(crate) fn quoted(&self) -> Vec<String> {
        self.prose().split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// The anchors that its headings get.
    pub(crate) fn anchors(&self) -> BTreeSet<String> {
        let prose = self.prose();
        let headings = prose.lines().filter(|line| line.starts_with('#'));
        let kept = |it: &char| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_');
        let heading = |line: &str| line.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect();
        headings.map(heading).map(|heading: String| heading.replace(' ', "-")).collect()
    }
}
