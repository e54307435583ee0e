//! What docs/reliability.md says of what fails, held against what was seen when a permission was missing.

use std::fs;

use ::tests::implementation::root;

use crate::measured::Measured;
use crate::template::Template;

/// What a missing permission is like, by function and what is taken away; the texts are the lifecycle's own.
const ALIKE: [(&str, &str, &str); 42] = [
    ("Ingest", "dynamodb:PutItem on table/Ledger", "the ledger fails or hangs"),
    ("Ingest", "dynamodb:UpdateItem on table/Ledger", "and the record cannot be brought forward either"),
    ("Ingest", "dynamodb:GetItem on table/Ledger", "ingest cannot read the directory of sources"),
    ("Ingest", "sqs:SendMessage on EventsQueue", "the queue fails or hangs"),
    ("Ingest", "s3:PutObject on bucket/bodies/*", "the bucket fails, for a large body"),
    ("Ingest", "secretsmanager:GetSecretValue on secret:landfall/source/*", "the source's secret cannot be read"),
    ("Ingest", LEDGER_AND_QUEUE, "ledger and queue fail"),
    ("Process", "dynamodb:PutItem on table/Ledger", "the ledger fails while process claims"),
    ("Process", "dynamodb:UpdateItem on table/Ledger", "the ledger fails while process claims"),
    ("Process", "sqs:DeleteMessage on EventsQueue", "SQS delivers a message twice, or late"),
    ("Process", "sqs:ChangeMessageVisibility on EventsQueue", "the ledger fails while process claims"),
    ("Process", "sqs:SendMessage on DeadLetterQueue", "and the dead-letter queue fails"),
    ("Process", "s3:GetObject on bucket/bodies/*", "the bucket fails while process works"),
    ("Process", "s3:PutObject on bucket/bodies/*", "the bucket fails while process works"),
    ("Process", "s3:PutObject on bucket/bodies/*", "the bucket fails while process makes a record"),
    ("Process", "s3:PutObject on bucket/events/*", "the bucket fails while process works"),
    ("Process", "s3:GetObject on bucket/assets/*", "the bucket fails while assets are archived"),
    ("Process", "s3:PutObject on bucket/assets/*", "the bucket fails while assets are archived"),
    ("Process", "s3:AbortMultipartUpload on bucket/assets/*", "process dies within an upload in parts"),
    ("Process", "s3:ListBucket on bucket", "the bucket fails while assets are archived"),
    ("Process", "sns:Publish on Topic", "the topic fails"),
    (
        "Process",
        "secretsmanager:GetSecretValue on secret:landfall/source/*",
        "process cannot read the source's secret, and has not before",
    ),
    (
        "Process",
        "secretsmanager:GetSecretValue on secret:landfall/source/*",
        "the ledger fails while process reads an expectation, or the source's secret cannot be read",
    ),
    ("Process", "dynamodb:GetItem on table/Ledger", "process cannot read a job's record"),
    ("Process", "sqs:DeleteMessage on ExpectQueue", "SQS delivers a message twice, or late"),
    (
        "Process",
        "sqs:ChangeMessageVisibility on ExpectQueue",
        "the ledger fails while process reads an expectation, or the source's secret cannot be read",
    ),
    ("Sweep", "dynamodb:Query on table/Ledger/index/due", "sweep dies, or cannot read the index"),
    ("Sweep", "dynamodb:UpdateItem on table/Ledger", "the sweep cannot mark an event"),
    ("Sweep", "dynamodb:UpdateItem on table/Ledger", CANNOT_READ_JOBS),
    (
        "Ingest",
        "dynamodb:PutItem on table/Refused",
        "what was refused cannot be [stored](refused.md), or the table hangs",
    ),
    (
        "Sweep",
        "dynamodb:Query on table/Refused/index/recent",
        "the sweep cannot list the sources, write their directory or look for silent ones",
    ),
    (
        "Sweep",
        "dynamodb:GetItem on table/Ledger",
        "the sweep cannot list the sources, write their directory or look for silent ones",
    ),
    ("Sweep", "dynamodb:GetItem on table/Ledger", CANNOT_READ_JOBS),
    (
        "Sweep",
        "dynamodb:GetItem on table/Ledger under @sources",
        "the sweep cannot list the sources, write their directory or look for silent ones",
    ),
    (
        "Sweep",
        "dynamodb:GetItem on table/Ledger under @watch",
        "the sweep cannot list the sources, write their directory or look for silent ones",
    ),
    ("Sweep", "dynamodb:GetItem on table/Ledger under @expecting", CANNOT_READ_JOBS),
    ("Sweep", "dynamodb:GetItem on table/Ledger under @polls/*", CANNOT_READ_JOBS),
    (
        "Sweep",
        "dynamodb:PutItem on table/Ledger",
        "the sweep cannot list the sources, write their directory or look for silent ones",
    ),
    (
        "Sweep",
        "secretsmanager:ListSecrets on *",
        "the sweep cannot list the sources, write their directory or look for silent ones",
    ),
    (
        "Sweep",
        "dynamodb:Query on table/Ledger/index/arrived",
        "the sweep cannot list the sources, write their directory or look for silent ones",
    ),
    ("Sweep", "sqs:SendMessage on EventsQueue", "the sweep's message cannot be sent"),
    ("Sweep", "sqs:SendMessage on ExpectQueue", "the sweep cannot have a sender asked"),
];

/// Both of ingest's stores at once.
pub(crate) const LEDGER_AND_QUEUE: &str = "dynamodb:PutItem on table/Ledger, sqs:SendMessage on EventsQueue";

/// What Lambda and the services do with a function's role, of which the lifecycle does not speak.
const LAMBDAS: [&str; 5] = ["kms:", "logs:", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "xray:"];

/// Rows whose alarms stay silent where a permission is missing, by function and what is taken away, and why. If one of
/// them rings, its entry must go.
const SILENT: [(&str, &str, &str, &str); 2] = [
    (
        "Ingest",
        "dynamodb:GetItem on table/Ledger",
        "ingest cannot read the directory of sources",
        "a ration of names is looked up without it, and these paths have one each",
    ),
    (
        "Process",
        "s3:AbortMultipartUpload on bucket/assets/*",
        "process dies within an upload in parts",
        "nobody dies: what is left is the same, and the bucket's lifecycle removes it",
    ),
];

const CANNOT_READ_JOBS: &str = "the sweep dies, or cannot read which jobs are due";

/// Where an event or an expectation is, in the lifecycle's words. What a path began with, and still has, is none of it.
pub(crate) fn holders(told: &str) -> Vec<&'static str> {
    const STATES: [&str; 7] = ["received", "processing", "done", "failed", "waiting", "ended", "expired"];
    let parts = || {
        let parts = told.split("; ").skip(1).filter(|part| !part.ends_with(" as before"));
        parts.map(|part| part.split_once(" × ").map_or(part, |(_, of_several)| of_several))
    };
    let in_ledger = parts().any(|part| STATES.iter().any(|state| part.starts_with(state)));
    let in_message = parts().any(|part| part.ends_with(" message") || part.ends_with(" messages"));
    let in_letter = parts().any(|part| part.ends_with(" dead letter"));
    let all = [(in_ledger, "ledger"), (in_message, "message"), (in_letter, "dead-letter queue")];
    all.into_iter().filter(|(is_there, _)| *is_there).map(|(_, holder)| holder).collect()
}

/// What a sender was answered: the statuses that begin parts of `told`.
pub(crate) fn statuses(told: &str) -> Vec<&str> {
    let first_words = told.split("; ").filter_map(|part| part.split(' ').next());
    first_words.filter(|word| matches!(*word, "200" | "503" | "401")).collect()
}

/// Whether the sender was told each time to send the event again, and so still has it.
pub(crate) fn is_left_to_sender(told: &str) -> bool {
    let statuses = statuses(told);
    !statuses.is_empty() && statuses.iter().all(|status| *status == "503")
}

/// A row of the page's table of what fails or dies.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    holder: String,
    sender_sees: String,
    /// Those that it names, by their ids in the template.
    alarms: Vec<String>,
}

/// The rows that a missing permission is like; several, if it is missed in several places.
pub(crate) fn rows(function: &str, removed: &str) -> Vec<Row> {
    let file = root().join("docs/reliability.md");
    let page = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let alike = |removed: &str| {
        let alike = ALIKE.iter().filter(|(of, taken, _)| *of == function && *taken == removed);
        alike.map(|(_, _, what)| Row::of(&page, what)).collect::<Vec<_>>()
    };
    match removed.rsplit_once(" on ") {
        // Of several actions, each has its own.
        Some((actions, resource)) if !actions.contains(" on ") => {
            actions.split(" and ").flat_map(|action| alike(&format!("{action} on {resource}"))).collect()
        }
        _ => alike(removed),
    }
}

/// The rows whose alarms would not ring, by what was measured. Where several actions are missing, one row has to ring.
pub(crate) fn silence(rows: &[Row], taken: (&str, &str), template: &Template, measured: &Measured) -> Vec<String> {
    let silent: Vec<String> = rows.iter().filter_map(|row| row.silence(taken, template, measured)).collect();
    if taken.1.contains(" and ") && silent.len() < rows.len() { Vec::new() } else { silent }
}

/// Whether it is Lambda or a service that needs what is `removed`, of which the page does not speak.
pub(crate) fn is_beyond(removed: &str) -> bool {
    removed.split(" and ").any(|action| LAMBDAS.iter().any(|own| action.starts_with(own)))
}

impl Row {
    fn of(page: &str, what: &'static str) -> Row {
        let line = page.lines().find(|line| line.starts_with(&format!("| {what} |")));
        let line = line.unwrap_or_else(|| panic!("docs/reliability.md has no row `{what}`"));
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let named = cells[5].split('`').filter(|word| word.ends_with("Alarm")).map(str::to_owned).collect();
        Row { what, holder: cells[2].to_owned(), sender_sees: cells[3].to_owned(), alarms: named }
    }

    /// Says so if none of the row's alarms would ring, by what was measured while `removed` was missing.
    pub(crate) fn silence(
        &self,
        (function, removed): (&str, &str),
        template: &Template,
        measured: &Measured,
    ) -> Option<String> {
        let is_known = SILENT.iter().any(|it| (it.0, it.1, it.2) == (function, removed, self.what));
        let rings = self.alarms.iter().any(|alarm| measured.rings(template, alarm));
        let is_as_said = self.alarms.is_empty() || rings != is_known;
        let expected = if is_known { "is to stay silent" } else { "is to ring" };
        (!is_as_said).then(|| format!("{}: {} {expected}", self.what, self.alarms.join(" or ")))
    }

    /// What of `told` is not as the row says. Where a service is away besides, more may be refused.
    pub(crate) fn objection(&self, told: &str, is_disturbed: bool) -> Option<String> {
        let is_said = |status: &str| self.sender_sees.contains(status) || (is_disturbed && status == "503");
        if let Some(status) = statuses(told).into_iter().find(|status| !is_said(status)) {
            return Some(format!("the sender sees {status}; the lifecycle says {}", self.sender_sees));
        }
        if is_left_to_sender(told) || holders(told).iter().any(|holder| self.holder.contains(holder)) {
            return None;
        }
        Some(format!("the lifecycle says that {} has the event", self.holder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(removed: &str, told: &str, is_disturbed: bool, expected: Option<&str>) {
        let rows = rows("Ingest", removed);
        assert_eq!(rows[0].objection(told, is_disturbed).as_deref(), expected, "{removed}: {told}");
    }

    #[test]
    fn what_is_not_as_the_page_says_is_objected_to() {
        let queue = "sqs:SendMessage on EventsQueue";
        check(queue, "200 accepted, trouble with sqs:SendMessage; received, due in 1 min", false, None);
        check(
            queue,
            "200 accepted; no record",
            false,
            Some("the lifecycle says that the ledger, due in 1 min has the event"),
        );
        check(queue, "503 not accepted; no record", false, Some("the sender sees 503; the lifecycle says 200"));
        check(queue, "503 not accepted; no record", true, None);
        check(LEDGER_AND_QUEUE, "503 not accepted; no record", false, None);
        let both = "200 accepted; no record; 1 message";
        check(LEDGER_AND_QUEUE, both, false, Some("the sender sees 200; the lifecycle says 503"));
        let one_of_two = "503 not accepted; 200 accepted; no record";
        check(LEDGER_AND_QUEUE, one_of_two, false, Some("the sender sees 200; the lifecycle says 503"));
    }

    #[test]
    fn what_was_accepted_at_last_must_be_somewhere_and_what_was_there_before_is_none_of_it() {
        let told = [
            "503 not accepted; 200 accepted; no record",
            "503 not accepted; 503 not accepted; no record",
            "200 accepted; failed as before",
            "200 accepted; failed as before; 1 message",
            "200 accepted; 3 × received, due in 1 min",
        ];
        let held = told.map(|told| format!("{:?} {}", holders(told), is_left_to_sender(told)));
        assert_eq!(held, ["[] false", "[] true", "[] false", r#"["message"] false"#, r#"["ledger"] false"#]);
    }

    #[test]
    fn every_row_that_is_named_is_there() {
        for (function, removed, what) in ALIKE {
            assert!(rows(function, removed).iter().any(|row| row.what == what));
        }
    }

    #[test]
    fn every_row_whose_alarm_stays_silent_is_like_what_is_taken_away_and_says_why() {
        for (function, removed, what, why) in SILENT {
            assert!(!why.is_empty() && rows(function, removed).iter().any(|row| row.what == what), "{removed}: {what}");
        }
    }

    #[test]
    fn only_what_lambda_needs_may_be_without_a_row() {
        assert!(is_beyond("sqs:ReceiveMessage on EventsQueue"));
        assert!(!is_beyond("dynamodb:Scan on table/Ledger"));
    }
}
