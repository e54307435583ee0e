//! The options by which a source is set up.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{Error, Result};
use crate::sender::Sender;

/// What a new source shall be like.
#[derive(Clone, Debug, Default, Args)]
pub struct SourceOptions {
    /// Copy outputs into the bucket; default: no
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"])]
    pub archive: Option<String>,
    /// For senders whose token is in a header of your choice: its name
    #[arg(long, value_name = "HEADER")]
    pub token_header: Option<String>,
    /// Your account at a sender that signs for all of its customers with the same keys; without it, a token in the URL says
    /// that a delivery is yours
    #[arg(long)]
    pub account: Option<String>,
    /// Where secrets come from and go to
    #[command(flatten)]
    pub files: SecretFiles,
}

/// Where secrets come from and go to: never through an argument, and never into a log.
#[derive(Clone, Debug, Default, Args)]
pub struct SecretFiles {
    /// Holds the sender's secret, token, name:password or public key; - is standard input
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// Write a URL that holds a token to this file instead of the terminal
    #[arg(long, value_name = "FILE")]
    pub url_file: Option<PathBuf>,
    /// Write a token that is made for a header to this file instead of the terminal
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}

impl SourceOptions {
    /// # Errors
    /// If an option makes no sense with that sender.
    pub fn check(&self, sender: &Sender) -> Result<()> {
        let name = sender.provider;
        let problem = if self.token_header.is_some() && !sender.leaves_header_out() {
            Some(format!("--token-header: you cannot choose the header with {name}"))
        } else if self.account.is_some() && sender.account_place().is_none() {
            Some(format!("--account: the deliveries of {name} name none, or its keys are yours alone"))
        } else {
            None
        };
        problem.map_or_else(|| self.files.check(sender), |problem| Err(Error::Usage(problem)))
    }
}

impl SecretFiles {
    /// # Errors
    /// If the sender needs no secret, or there is no such file.
    pub fn check(&self, sender: &Sender) -> Result<()> {
        match &self.secret_file {
            Some(_) if sender.shared().is_none() => {
                Err(Error::Usage(format!("--secret-file: {} needs none", sender.provider)))
            }
            Some(file) if file != Path::new("-") && !file.is_file() => {
                Err(Error::Usage(format!("--secret-file: there is no file {}", file.display())))
            }
            _ => Ok(()),
        }
    }

    /// The secret in the file, if one is given.
    ///
    /// # Errors
    /// If it cannot be read, or is empty.
    pub fn read(&self) -> Result<Option<String>> {
        let Some(file) = &self.secret_file else {
            return Ok(None);
        };
        let text = if file == Path::new("-") { io::read_to_string(io::stdin()) } else { fs::read_to_string(file) };
        let text = text.map_err(|error| Error::Usage(format!("--secret-file {}: {error}", file.display())))?;
        match text.trim() {
            "" => Err(Error::Usage("That cannot be used: there is none.".into())),
            text => Ok(Some(text.to_owned())),
        }
    }
}
