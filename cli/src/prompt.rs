//! Asking the person at the terminal.
//!
//! Answers are lines of standard input, so a script can give them too. Secrets can only be typed at a terminal, where they
//! are not shown.

use std::io::{self, IsTerminal as _, Write as _};

use crate::error::{Error, Result};

/// A question, why it is asked, and what an empty answer means.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What is asked for.
    pub what: &'a str,
    /// What it is good for.
    pub why: &'a str,
    /// The usual answer.
    pub default: &'a str,
}

/// Asks, unless it must not.
#[derive(Clone, Copy, Debug)]
pub struct Prompt {
    answers: Answers,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answers {
    /// Somebody at the terminal, or a script.
    Asked,
    /// Everything is agreed to, and the defaults hold.
    Assumed,
    /// Nobody: standard input is for something else.
    Absent,
}

impl Prompt {
    /// With `assumes_yes`, it asks nothing.
    #[must_use]
    pub fn new(assumes_yes: bool) -> Prompt {
        Prompt { answers: if assumes_yes { Answers::Assumed } else { Answers::Asked } }
    }

    /// One that has nobody to ask, and agrees to nothing.
    #[must_use]
    pub const fn of_nobody() -> Prompt {
        Prompt { answers: Answers::Absent }
    }

    /// Whether it asks nothing.
    #[must_use]
    pub fn assumes_yes(&self) -> bool {
        self.answers == Answers::Assumed
    }

    /// Asks whether to go on.
    ///
    /// # Errors
    /// If the answer is no, or nobody can be asked.
    pub fn agree(&self, question: &str) -> Result<()> {
        if self.assumes_yes() {
            return Ok(());
        }
        let answer = self.read(&format!("{question} [y/N]: "))?;
        match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Error::NotAgreed("Nothing was changed.".into())),
        }
    }

    /// Asks for a text until `check` finds no problem with it. What is `given` already is not asked for.
    ///
    /// # Errors
    /// If nobody can be asked, or what is given or usual will not do.
    pub fn ask(
        &self,
        question: &Question<'_>,
        given: Option<&str>,
        check: impl Fn(&str) -> std::result::Result<(), String>,
    ) -> Result<String> {
        let Question { what, why, default } = question;
        let usage = |problem| Error::Usage(format!("{what}: {problem}"));
        if let Some(given) = given.or(self.assumes_yes().then_some(default)) {
            return check(given).map(|()| given.to_owned()).map_err(usage);
        }
        loop {
            let answer = self.read(&format!("{what} ({why}) [{default}]: "))?;
            let answer = if answer.is_empty() { (*default).to_owned() } else { answer };
            match check(&answer) {
                Ok(()) => return Ok(answer),
                Err(problem) => writeln!(io::stderr(), "{what}: {problem}")?,
            }
        }
    }

    /// Asks for a text that is not shown; an empty one if nothing may be asked.
    ///
    /// # Errors
    /// If nobody can be asked.
    pub fn secret(&self, question: &str) -> Result<String> {
        if self.assumes_yes() {
            return Ok(String::new());
        }
        if self.answers == Answers::Absent || !io::stdin().is_terminal() {
            return Err(Error::NotAgreed("A secret can only be typed at a terminal: use --secret-file.".into()));
        }
        Ok(rpassword::prompt_password(format!("{question}: "))?.trim().to_owned())
    }

    fn read(self, question: &str) -> Result<String> {
        if self.answers == Answers::Absent {
            return Err(Error::NotAgreed(format!("Nobody can be asked here: {question}")));
        }
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
}
