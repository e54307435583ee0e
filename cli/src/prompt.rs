//! Asking the person at the terminal.
//!
//! Answers are lines of standard input, so a script can give them too. Secrets are asked for at a terminal only, where
//! they are not shown.

use std::io::{self, IsTerminal as _, Write as _};

use crate::error::{Error, Result};

/// Asks, unless it must not.
#[derive(Clone, Copy, Debug)]
pub struct Prompt {
    assumes_yes: bool,
}

impl Prompt {
    /// With `assumes_yes`, it asks nothing.
    #[must_use]
    pub fn new(assumes_yes: bool) -> Prompt {
        Prompt { assumes_yes }
    }

    /// Whether it asks nothing.
    #[must_use]
    pub fn assumes_yes(&self) -> bool {
        self.assumes_yes
    }

    /// Asks whether to go on.
    ///
    /// # Errors
    /// If the answer is no, or nobody can be asked.
    pub fn agree(&self, question: &str) -> Result<()> {
        if self.assumes_yes {
            return Ok(());
        }
        let answer = read(&format!("{question} [y/N]: "))?;
        match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Error::NotAgreed("Nothing was changed.".into())),
        }
    }

    /// Asks for a text until `check` finds no problem with it.
    ///
    /// # Errors
    /// If nobody can be asked, or the default will not do and nothing may be asked.
    pub fn ask(
        &self,
        what: &str,
        why: &str,
        default: &str,
        check: impl Fn(&str) -> std::result::Result<(), String>,
    ) -> Result<String> {
        loop {
            let answer = match self.assumes_yes {
                true => String::new(),
                false => read(&format!("{what} ({why}) [{default}]: "))?,
            };
            let answer = if answer.is_empty() { default.to_owned() } else { answer };
            match check(&answer) {
                Ok(()) => return Ok(answer),
                Err(problem) if self.assumes_yes => return Err(Error::Usage(format!("{what}: {problem}"))),
                Err(problem) => writeln!(io::stderr(), "{what}: {problem}")?,
            }
        }
    }

    /// Asks for a text that is not shown; an empty one if nothing may be asked.
    ///
    /// # Errors
    /// If nobody can be asked.
    pub fn secret(&self, question: &str) -> Result<String> {
        if self.assumes_yes {
            return Ok(String::new());
        }
        if !io::stdin().is_terminal() {
            return Err(Error::NotAgreed("A secret is asked for at a terminal only: use --secret-file.".into()));
        }
        Ok(rpassword::prompt_password(format!("{question}: "))?.trim().to_owned())
    }
}

fn read(question: &str) -> Result<String> {
    let mut errors = io::stderr();
    write!(errors, "{question}")?;
    errors.flush()?;
    let mut line = String::new();
    match io::stdin().read_line(&mut line)? {
        0 => {
            writeln!(errors)?;
            let text = "Nobody answers: the input has ended. Answer the questions, or use --yes with options for what \
                differs from the defaults; see --help.";
            Err(Error::NotAgreed(text.into()))
        }
        _ => Ok(line.trim().to_owned()),
    }
}
