//! What an agent is answered.

use rmcp::model::{CallToolResult, ContentBlock};

use crate::error::Error;
use crate::output::Record;

/// More of a command's data would fill what an agent can read.
const DATA_MAX_BYTES: usize = 256 * 1024;

/// The answer to a call: its data, and then what the command says. What it found that is bad is an answer, too.
pub(super) fn answer(record: &Record, error: Option<&Error>) -> CallToolResult {
    let shown = &record.data[..record.data.len().min(DATA_MAX_BYTES)];
    let mut said = record.words.clone();
    if shown.len() < record.data.len() {
        said.push_str(&format!(
            "These are the first {} of {} bytes: narrow it down, or run the command at a terminal.\n",
            shown.len(),
            record.data.len()
        ));
    }
    if let Some(error) = error {
        said.push_str(&error.to_string());
    }
    if record.data.is_empty() && said.is_empty() {
        said.push_str("There is nothing.");
    }
    let texts = [String::from_utf8_lossy(shown).into_owned(), said.trim_end().to_owned()];
    let content = texts.into_iter().filter(|text| !text.is_empty()).map(ContentBlock::text).collect();
    match error {
        None | Some(Error::Failed(_) | Error::TimedOut(_)) => CallToolResult::success(content),
        Some(_) => CallToolResult::error(content),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_an_answer_and_what_is_not_done_an_error() {
        let record = Record { data: b"{}\n".to_vec(), words: "1 log line\n".to_owned() };
        let check = |error: Option<Error>, is_error: bool, expected: &[&str]| {
            let answer = answer(&record, error.as_ref());
            let texts: Vec<&str> =
                answer.content.iter().filter_map(|content| Some(&*content.as_text()?.text)).collect();
            assert_eq!((answer.is_error, texts.as_slice()), (Some(is_error), expected));
        };
        check(None, false, &["{}\n", "1 log line"]);
        check(Some(Error::Failed("it was given up".into())), false, &["{}\n", "1 log line\nit was given up"]);
        check(Some(Error::TimedOut("not yet".into())), false, &["{}\n", "1 log line\nnot yet"]);
        check(Some(Error::Conflict("no".into())), true, &["{}\n", "1 log line\nno"]);
    }

    #[test]
    fn no_answer_is_empty() {
        let content = answer(&Record::default(), None).content;
        assert_eq!(content.len(), 1, "{content:?}");
    }

    #[test]
    fn a_long_answer_says_what_it_lacks() {
        let record = Record { data: vec![b'x'; DATA_MAX_BYTES + 1], words: String::new() };
        let answer = answer(&record, None);
        let texts: Vec<&str> = answer.content.iter().filter_map(|content| Some(&*content.as_text()?.text)).collect();
        assert!(texts[0].len() == DATA_MAX_BYTES && texts[1].contains("of 262145 bytes"), "{}", texts[1]);
    }
}
