//! The keys of a person at the terminal, one by one.

use std::io;

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use tokio::io::{AsyncReadExt as _, Stdin};

/// The terminal of standard input, which gives each key at once and shows none.
pub(crate) struct Keyboard {
    input: Stdin,
    /// How the terminal was before.
    before: Termios,
}

impl Keyboard {
    /// The terminal, if a person is at it: neither for a program that gives the input, nor in the background, where reading
    /// would stop this program. Ctrl-C stays what it is.
    pub(crate) fn open() -> Option<Keyboard> {
        let terminal = io::stdin();
        let before = tcgetattr(&terminal).ok()?;
        if tcgetpgrp(&terminal).ok()? != getpgrp() {
            return None;
        }
        let mut by_key = before.clone();
        by_key.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        by_key.special_codes[SpecialCodeIndex::VMIN] = 1;
        by_key.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(&terminal, OptionalActions::Now, &by_key).ok()?;
        Some(Keyboard { input: tokio::io::stdin(), before })
    }

    /// The next key; `None` if the terminal is gone.
    pub(crate) async fn key(&mut self) -> Option<char> {
        self.input.read_u8().await.ok().map(char::from)
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}
