//! Puts the recorded deliveries into the program, which needs no checkout then.

use std::fs;
use std::path::Path;

fn main() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/deliveries");
    println!("cargo::rerun-if-changed={folder}");
    let entries = fs::read_dir(folder).expect("the folder is beside this package");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    let entries: String = files.iter().map(|file| entry(file)).collect();
    let code =
        format!("/// The files by their senders.\nconst FILES: [(&str, &str); {}] = [\n{entries}];\n", files.len());
    #[expect(clippy::disallowed_methods, reason = "cargo names the folder of a build script's output so")]
    let output = std::env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&output).join("deliveries.rs"), code).expect("the output can be written");
}

fn entry(file: &Path) -> String {
    let sender = file.file_stem().expect("a file has a name").to_string_lossy();
    format!("    ({sender:?}, include_str!({file:?})),\n")
}
