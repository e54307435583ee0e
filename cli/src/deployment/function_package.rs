//! A function as Lambda takes it.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{Error, Result};

/// Where an ELF file says which machine runs it, and the machines that Lambda has.
const MACHINE_AT: usize = 18;
const X86_64: [u8; 2] = [0x3e, 0];
const ARM64: [u8; 2] = [0xb7, 0];

/// A function as Lambda takes it. The same binary gives the same bytes.
pub(super) struct FunctionPackage {
    /// What it is built for, as the template calls it.
    pub(super) architecture: &'static str,
    pub(super) zip: Vec<u8>,
}

impl FunctionPackage {
    pub(super) fn read(bootstrap: &Path) -> Result<FunctionPackage> {
        let binary = fs::read(bootstrap)
            .map_err(|error| Error::NotFound(format!("{} cannot be read: {error}", bootstrap.display())))?;
        let architecture = architecture(&binary).ok_or_else(|| {
            Error::Usage(format!("{} is no program for Linux on x86_64 or arm64", bootstrap.display()))
        })?;
        let zip = pack(&binary).map_err(|error| Error::Failed(format!("{}: {error}", bootstrap.display())))?;
        Ok(FunctionPackage { architecture, zip })
    }
}

fn architecture(binary: &[u8]) -> Option<&'static str> {
    let machine = binary.starts_with(b"\x7fELF").then(|| binary.get(MACHINE_AT..MACHINE_AT + 2)).flatten()?;
    [(X86_64, "x86_64"), (ARM64, "arm64")].into_iter().find(|(known, _)| machine == known).map(|(_, name)| name)
}

fn pack(binary: &[u8]) -> std::result::Result<Vec<u8>, zip::result::ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    // No time of its own: it would change what the bytes are named by.
    zip.start_file("bootstrap", options.last_modified_time(DateTime::default()).unix_permissions(0o755))?;
    zip.write_all(binary)?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::{architecture, pack};

    fn elf(machine: [u8; 2]) -> Vec<u8> {
        [b"\x7fELF".as_slice(), &[0; 14], &machine, b"code"].concat()
    }

    #[test]
    fn a_binary_says_which_machine_it_is_for() {
        let check = |binary: &[u8], expected| assert_eq!(architecture(binary), expected);
        check(&elf([0x3e, 0]), Some("x86_64"));
        check(&elf([0xb7, 0]), Some("arm64"));
        check(&elf([0x08, 0]), None);
        check(b"#!/bin/sh", None);
        check(b"\x7fELF", None);
    }

    #[test]
    fn a_package_holds_the_binary_which_may_be_executed_and_is_the_same_each_time() {
        let binary = elf([0x3e, 0]);
        let zip = pack(&binary).expect("it can be packed");
        assert_eq!(pack(&binary).expect("it can be packed"), zip);
        let mut archive = zip::ZipArchive::new(Cursor::new(zip)).expect("it is an archive");
        assert_eq!(archive.len(), 1);
        let mut file = archive.by_name("bootstrap").expect("it holds the binary");
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        let mut read = Vec::new();
        file.read_to_end(&mut read).expect("it can be read");
        assert_eq!(read, binary);
    }
}
