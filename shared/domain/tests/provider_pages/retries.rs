//! A sender's attempts in figures.

use domain::description::Retries;

use crate::words::{all, either};

/// A sentence, if anything is known.
pub(crate) fn in_figures(retries: &Retries) -> Option<String> {
    let Retries { timeout_seconds, after_seconds, success } = retries;
    let mut parts = Vec::new();
    parts.extend(timeout_seconds.map(|seconds| format!("an attempt ends after {seconds} s")));
    parts.extend(
        success
            .as_ref()
            .map(|statuses| format!("success is {}", either(&statuses.iter().map(u16::to_string).collect::<Vec<_>>()))),
    );
    parts.extend(after_seconds.as_ref().map(|pauses| pauses_in_figures(pauses)));
    (!parts.is_empty())
        .then(|| format!("In figures, as `landfall trigger --like-sender` plays it: {}.", parts.join("; ")))
}

fn pauses_in_figures(pauses: &[f64]) -> String {
    match pauses {
        [] => "there is no second attempt".to_owned(),
        [first, rest @ ..] if rest.len() > 2 && rest.iter().all(|pause| pause == first) => {
            format!("{} more attempts follow, {first} s apart", pauses.len())
        }
        pauses => {
            let pauses: Vec<String> = pauses.iter().map(f64::to_string).collect();
            format!("the next attempts follow after {} s", all(&pauses))
        }
    }
}
