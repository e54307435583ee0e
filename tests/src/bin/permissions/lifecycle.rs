//! What docs/reliability.md says of what fails, held against what was seen when a permission was missing.

use std::fs;

use ::tests::implementation::root;

/// What a missing permission is like, by function and what is taken away; the texts are the lifecycle's own.
const ALIKE: [(&str, &str, &str); 41] = [
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
    ("Sweep", "dynamodb:UpdateItem on table/Ledger", "sweep dies, or cannot read the index"),
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
    ("Sweep", "dynamodb:GetItem on table/Ledger", "the sweep dies, or cannot read which jobs are due"),
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
    (
        "Sweep",
        "dynamodb:GetItem on table/Ledger under @expecting",
        "the sweep dies, or cannot read which jobs are due",
    ),
    (
        "Sweep",
        "dynamodb:GetItem on table/Ledger under @polls/*",
        "the sweep dies, or cannot read which jobs are due",
    ),
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

/// Where an event or an expectation is, in the lifecycle's words.
pub(crate) fn holders(told: &str) -> Vec<&'static str> {
    let parts = || told.split("; ").skip(1);
    const STATES: [&str; 7] = ["received", "processing", "done", "failed", "waiting", "ended", "expired"];
    let in_ledger = parts().any(|part| STATES.iter().any(|state| part.starts_with(state)));
    let in_message = parts().any(|part| part.ends_with(" message") || part.ends_with(" messages"));
    let in_letter = parts().any(|part| part.ends_with(" dead letter"));
    let all = [(in_ledger, "ledger"), (in_message, "message"), (in_letter, "dead-letter queue")];
    all.into_iter().filter(|(is_there, _)| *is_there).map(|(_, holder)| holder).collect()
}

/// A row of the page's table of what fails or dies.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    holder: String,
    sender_sees: String,
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

/// Whether it is Lambda or a service that needs what is `removed`, of which the page does not speak.
pub(crate) fn is_beyond(removed: &str) -> bool {
    removed.split(" and ").any(|action| LAMBDAS.iter().any(|own| action.starts_with(own)))
}

impl Row {
    fn of(page: &str, what: &'static str) -> Row {
        let line = page.lines().find(|line| line.starts_with(&format!("| {what} |")));
        let line = line.unwrap_or_else(|| panic!("docs/reliability.md has no row `{what}`"));
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        Row { what, holder: cells[2].to_owned(), sender_sees: cells[3].to_owned() }
    }

    /// What of `told` is not as the row says. Where a service is away besides, more may be refused.
    pub(crate) fn objection(&self, told: &str, is_disturbed: bool) -> Option<String> {
        let status = told.split(' ').next().unwrap_or_default();
        let is_answer = matches!(status, "200" | "503" | "401");
        if is_answer && !self.sender_sees.contains(status) && !(is_disturbed && status == "503") {
            return Some(format!("the sender sees {status}; the lifecycle says {}", self.sender_sees));
        }
        // Whoever hears so has the event still.
        if status == "503" || holders(told).iter().any(|holder| self.holder.contains(holder)) {
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
    }

    #[test]
    fn every_row_that_is_named_is_there() {
        for (function, removed, what) in ALIKE {
            assert!(rows(function, removed).iter().any(|row| row.what == what));
        }
    }

    #[test]
    fn only_what_lambda_needs_may_be_without_a_row() {
        assert!(is_beyond("sqs:ReceiveMessage on EventsQueue"));
        assert!(!is_beyond("dynamodb:Scan on table/Ledger"));
    }
}
