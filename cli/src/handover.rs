//! Handing a text over to the operator, who needs it at the sender.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::error::{Error, Result};

/// Where the operator finds the text.
#[derive(Clone, Debug)]
pub struct Handover {
    /// How prose names it.
    pub prose: String,
    /// How a shell reads it, and the line before that asks for it.
    pub shell: (String, Option<String>),
    /// The text, if it is to be shown as data.
    pub shown: Option<String>,
    /// The file that it is in.
    pub file: Option<String>,
}

impl Handover {
    /// Of a text that anybody may know.
    #[must_use]
    pub fn public(text: &str) -> Handover {
        Handover {
            prose: text.to_owned(),
            shell: (format!("'{text}'"), None),
            shown: Some(text.to_owned()),
            file: None,
        }
    }

    /// Of the secret `text`, which `what` names. With a file it is only there, and only for the file's owner.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn secret(what: &str, text: &str, file: Option<&Path>) -> Result<Handover> {
        let Some(file) = file else {
            return Ok(Handover {
                prose: format!("<the {what} below>"),
                shell: (format!("\"${what}\""), Some(format!("read -rs {what}   # paste it, then press Enter"))),
                shown: Some(text.to_owned()),
                file: None,
            });
        };
        let name = file.display().to_string();
        let open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
        let written = open.and_then(|mut file| writeln!(file, "{text}"));
        written.map_err(|error| Error::Usage(format!("{name} cannot be written: {error}")))?;
        Ok(Handover {
            prose: format!("<what is in {name}>"),
            shell: (format!("\"$(cat '{name}')\""), None),
            shown: None,
            file: Some(name),
        })
    }
}
