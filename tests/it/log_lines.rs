//! The log lines that the functions' unit tests keep in `tests/log_lines`.

use std::collections::BTreeMap;
use std::fs;

/// All of them, by the names of their files without the ending.
pub(crate) fn all() -> BTreeMap<String, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/log_lines");
    let files = fs::read_dir(folder)
        .expect("the folder is part of the project")
        .map(|file| file.expect("it can be read").path());
    let lines = files.map(|path| {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a plain name").to_owned();
        (name, fs::read_to_string(&path).expect("a text"))
    });
    lines.collect()
}
