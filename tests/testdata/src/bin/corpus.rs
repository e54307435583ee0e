//! `corpus unpack FOLDER` writes the inputs that are kept for the fuzzer, and the recorded deliveries, to where it reads
//! them. `corpus add TARGET FILE..` keeps what it has found.

use std::error::Error;
use std::path::Path;

use testdata::corpus::{add, unpack};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["unpack", folder] => unpack(Path::new(folder))?,
        ["add", target, files @ ..] => files.iter().try_for_each(|file| add(target, Path::new(file)))?,
        _ => return Err("usage: corpus unpack FOLDER | corpus add TARGET FILE..".into()),
    }
    Ok(())
}
