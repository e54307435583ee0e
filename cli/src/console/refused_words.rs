//! What a cause means, and what to do about it.

use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::verify::Refusal;

use crate::console::words::number;

/// What is to be done about a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fix {
    /// The source gets the sender's secret.
    Secret,
    /// The sender gets the source's URL.
    Url,
    /// Something on the way is to leave it alone.
    Way,
    /// The time is waived.
    Time,
    /// A clock is set right.
    Clock,
}

impl Fix {
    const fn of(refusal: Refusal) -> Fix {
        use Refusal as R;
        match refusal {
            R::TokenMissing | R::TokenWrong | R::UnknownSource | R::AroundFront => Fix::Url,
            R::CredentialWrong | R::SignatureWrong | R::AlgorithmWrong | R::ClaimWrong | R::AccountWrong => Fix::Secret,
            R::TimestampLate => Fix::Time,
            R::TimestampEarly => Fix::Clock,
            R::CredentialMissing
            | R::CredentialDoubled
            | R::CredentialMalformed
            | R::SignatureMissing
            | R::SignatureDoubled
            | R::SignatureMalformed
            | R::IdMissing
            | R::IdDoubled
            | R::TimestampMissing
            | R::TimestampDoubled
            | R::TimestampMalformed
            | R::HeaderMissing
            | R::HeaderDoubled
            | R::FieldMissing
            | R::BodyDigestMissing
            | R::BodyDigestWrong
            | R::BodyMalformed
            | R::BodyTooLarge
            | R::FormTooLong
            | R::ListTooLong
            | R::KeyMissing
            | R::KeyWrong => Fix::Way,
        }
    }
}

/// A step, with the command that takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// What to do.
    pub(crate) what: String,
    /// What is to be known of it.
    pub(crate) why: String,
    /// The command, or what to write.
    pub(crate) command: Option<String>,
}

impl Step {
    fn new(what: impl Into<String>, why: impl Into<String>, command: Option<String>) -> Step {
        Step { what: what.into(), why: why.into(), command }
    }
}

/// How a sender is called; that of a source without events is not known.
pub(crate) fn sender(provider: Option<Provider>) -> &'static str {
    let description = provider.and_then(Provider::description);
    description.map_or("the sender", |description| description.about.title.as_str())
}

/// A number of deliveries.
pub(crate) fn deliveries(count: usize) -> String {
    match count {
        1 => "1 delivery".to_owned(),
        many => format!("{} deliveries", number(many as u64)),
    }
}

/// A cause in a few words.
pub(crate) const fn cause(refusal: Refusal) -> &'static str {
    use Refusal as R;
    match refusal {
        R::AroundFront => "around the front",
        R::UnknownSource => "no such source",
        R::TokenMissing => "no token in the URL",
        R::TokenWrong => "wrong token in the URL",
        R::CredentialMissing => "no token in its header",
        R::CredentialDoubled => "header of the token sent twice",
        R::CredentialMalformed => "malformed token in its header",
        R::CredentialWrong => "wrong token in its header",
        R::SignatureMissing => "no signature",
        R::SignatureDoubled => "two signatures",
        R::SignatureMalformed => "malformed signature",
        R::SignatureWrong => "wrong signature",
        R::AlgorithmWrong => "wrong algorithm",
        R::ClaimWrong => "made for somebody else",
        R::AccountWrong => "made for another account",
        R::KeyMissing => "no certificate named",
        R::KeyWrong => "a certificate of another host",
        R::IdMissing => "no id",
        R::IdDoubled => "two ids",
        R::TimestampMissing => "no time",
        R::TimestampDoubled => "two times",
        R::TimestampMalformed => "malformed time",
        R::TimestampLate => "made too long ago",
        R::TimestampEarly => "made in the future",
        R::HeaderMissing => "a signed header is missing",
        R::HeaderDoubled => "a signed header sent twice",
        R::FieldMissing => "a signed field is missing",
        R::BodyDigestMissing => "no digest of the body",
        R::BodyDigestWrong => "digest of another body",
        R::BodyMalformed => "body not packed as said",
        R::BodyTooLarge => "body too large, once unpacked",
        R::FormTooLong => "too many fields",
        R::ListTooLong => "too many events",
    }
}

/// What a cause means, in a sentence.
pub(crate) fn meaning(refusal: Refusal, sender: &str) -> String {
    let text = match refusal {
        Refusal::SignatureWrong => {
            format!("{sender} signs with a secret that this source does not have, or the body was changed on the way.")
        }
        Refusal::UnknownSource => "No source has these names.".to_owned(),
        Refusal::AroundFront => "They came to ingest around the front that the stack has.".to_owned(),
        Refusal::TokenMissing => format!("{sender} posts to a URL without this source's token."),
        Refusal::TokenWrong => format!("{sender} posts to a URL with a token that this source does not have."),
        Refusal::CredentialWrong => format!("{sender} sends a token or a password that this source does not have."),
        Refusal::TimestampLate => {
            "They prove themselves, and were made too long before they arrived: copies sent again, or a slow way."
                .to_owned()
        }
        Refusal::TimestampEarly => "They prove themselves, and were made in the future: a clock is wrong.".to_owned(),
        Refusal::ClaimWrong | Refusal::AccountWrong => {
            format!("They are {sender}'s, and were made for somebody else.")
        }
        other => {
            format!("What would prove that they are {sender}'s is not there, or not as it should be: {}.", cause(other))
        }
    };
    // A sender that is not known has no name.
    text.strip_prefix("the ").map_or(text.clone(), |rest| format!("The {rest}"))
}

/// What to do about stored deliveries. `latest` is the name of one.
pub(crate) fn steps(refusal: Refusal, source: &SourceName, sender: &str, latest: &str) -> Vec<Step> {
    let fix = Fix::of(refusal);
    let waive = if fix == Fix::Time { " --waive-time" } else { "" };
    let release = format!("landfall refused release --source {source} --cause {refusal}{waive}");
    let mut steps = vec![first_step(fix, source, sender, Some(latest))];
    if fix == Fix::Clock {
        steps.push(again(sender));
        return steps;
    }
    steps.push(Step::new(
        "See which of them are genuine by then",
        "Each is verified anew, with what the secret says then; nothing is changed",
        Some(format!("{release} --dry-run")),
    ));
    steps.push(Step::new(
        "Release them",
        "They become events as on arrival, each once; what was delivered again is a duplicate",
        Some(release),
    ));
    steps
}

/// What to do where nothing is stored. `has_table` says whether the stack could store anything.
pub(crate) fn steps_without(
    refusal: Refusal,
    source: Option<&SourceName>,
    provider: Option<Provider>,
    has_table: bool,
) -> Vec<Step> {
    let sender = self::sender(provider);
    let Some(source) = source.filter(|_| !matches!(refusal, Refusal::UnknownSource | Refusal::AroundFront)) else {
        return vec![
            Step::new(
                "Compare the names with those of your sources",
                "A name that is almost one of them is a mistake in a URL; the others are most likely a scan, and harm nobody",
                Some("landfall source list".to_owned()),
            ),
            Step::new("Have the sender deliver again", "Nothing of such a delivery is stored", None),
        ];
    };
    let mut steps = vec![first_step(Fix::of(refusal), source, sender, None), again(sender)];
    let retries = provider.and_then(Provider::description).map(|description| description.about.retries.as_str());
    if let (Some(step), Some(retries)) = (steps.last_mut(), retries.filter(|retries| !retries.is_empty())) {
        retries.clone_into(&mut step.why);
    }
    if !has_table {
        steps.push(Step::new(
            "Deploy a table for refused deliveries",
            "Nothing in it is verified, and it goes with the stack",
            Some("landfall deploy --parameter Quarantine=on".to_owned()),
        ));
    }
    steps.push(Step::new(
        "Have the source store what it refuses from now on",
        "An option of the source's secret; what was refused before cannot be stored any more",
        Some(r#""quarantine": {"per_minute": 30, "hours": 72}"#.to_owned()),
    ));
    steps
}

fn again(sender: &str) -> Step {
    Step::new(format!("Have {sender} deliver again"), "The sender's page says whether it can, and how", None)
}

fn first_step(fix: Fix, source: &SourceName, sender: &str, latest: Option<&str>) -> Step {
    let rotate = Some(format!("landfall source rotate {source}"));
    match fix {
        Fix::Secret => Step::new(
            format!("Give the source what {sender} signs with now"),
            "It is put in front of the others, which go on counting",
            rotate,
        ),
        Fix::Url => Step::new(
            format!("Give {sender} the URL of this source, with its token"),
            "Of a token only its digest is stored, so a new one is made; the others go on counting",
            rotate,
        ),
        Fix::Way => Step::new(
            "Let through what proves a delivery",
            "CloudFront and proxies drop headers that they do not know, and some write bodies anew",
            Some(match latest {
                Some(latest) => format!("landfall refused show {latest}"),
                None => format!("landfall source show {source}"),
            }),
        ),
        Fix::Time => Step::new(
            "Be sure that they are not a stranger's copies",
            "What was accepted in the last 30 days is a duplicate in any case",
            latest.map(|latest| format!("landfall refused explain {latest}")),
        ),
        Fix::Clock => Step::new(
            format!("Have {sender}'s clock set right"),
            "The checks say by how much it is off",
            latest.map(|latest| format!("landfall refused explain {latest}")),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_has_words_a_meaning_and_steps() {
        let source = SourceName::parse("glossi-prod").expect("a name");
        let mut causes: Vec<&str> = Refusal::ALL.into_iter().map(cause).collect();
        causes.sort_unstable();
        causes.dedup();
        assert_eq!(causes.len(), Refusal::ALL.len());
        for refusal in Refusal::ALL {
            let told = meaning(refusal, "Glossi");
            assert!(told.ends_with('.'), "{told}");
            let stored = steps(refusal, &source, "Glossi", "glossi-prod/20250901T0726/29");
            let releases =
                stored.iter().filter_map(|step| step.command.as_deref()).filter(|it| it.contains(" release "));
            // What was made in the future stays so.
            assert_eq!(releases.count(), if refusal == Refusal::TimestampEarly { 0 } else { 2 }, "{refusal}");
            for has_table in [true, false] {
                let steps = steps_without(refusal, Some(&source), Some(Provider::Glossi), has_table);
                assert!(steps.iter().all(|step| !step.command.as_deref().unwrap_or_default().contains("release")));
            }
        }
    }
}
