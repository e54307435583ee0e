//! Every operation of every function, and every fault.

use domain::ledger::schedule::ATTEMPTS_MAX;
use domain::ledger::source_directory::DIRECTORY_ID;
use tests::proxy::{Fault, Rule, Storm};
use tests::stack::Stack;

use crate::case::{Case, Disturbance};
use crate::way::Way;

/// An operation: which function asks which service for what, and how a delivery comes to it.
struct Operation {
    name: &'static str,
    function: Function,
    asks_for: &'static str,
    /// Tells it from others of the same name.
    mark: &'static str,
    way: Way,
    /// Whether the call says which event it is about.
    names_event: bool,
}

#[derive(Clone, Copy)]
enum Function {
    Ingest,
    Process,
    Sweep,
}

const fn operation(
    name: &'static str,
    function: Function,
    asks_for: &'static str,
    mark: &'static str,
    way: Way,
) -> Operation {
    Operation { name, function, asks_for, mark, way, names_event: true }
}

/// The same of a call that says nothing of the event.
const fn call_of_all(
    name: &'static str,
    function: Function,
    asks_for: &'static str,
    mark: &'static str,
    way: Way,
) -> Operation {
    Operation { names_event: false, ..operation(name, function, asks_for, mark, way) }
}

const OPERATIONS: [Operation; 45] = [
    call_of_all("ingest: read the directory", Function::Ingest, "dynamodb:GetItem", DIRECTORY_ID, Way::Straight),
    operation("ingest: read the secret", Function::Ingest, "secretsmanager:GetSecretValue", "", Way::Straight),
    operation("ingest: put the body into the bucket", Function::Ingest, "s3:PutObject", "/bodies/", Way::LargeBody),
    operation("ingest: put the record", Function::Ingest, "dynamodb:PutItem", "", Way::Straight),
    operation("ingest: send the message", Function::Ingest, "sqs:SendMessage", "", Way::Straight),
    operation("ingest: bring the record forward", Function::Ingest, "dynamodb:UpdateItem", "", Way::InRecordAlone),
    operation("process: claim", Function::Process, "dynamodb:UpdateItem", "ADD attempts", Way::Straight),
    operation("process: make the record", Function::Process, "dynamodb:PutItem", "", Way::InMessageAlone),
    operation(
        "process: put the body into the bucket",
        Function::Process,
        "s3:PutObject",
        "/bodies/",
        Way::LargeInMessageAlone,
    ),
    operation("process: get the body", Function::Process, "s3:GetObject", "/bodies/", Way::LargeBody),
    operation("process: read the secret", Function::Process, "secretsmanager:GetSecretValue", "", Way::Straight),
    operation("process: put the event's assets", Function::Process, "s3:PutObject", "/events/", Way::ManyAssets),
    operation("process: look for a copy", Function::Process, "s3:HeadObject", COPIES, Way::StoredCopy),
    operation("process: put a copy", Function::Process, "s3:PutObject", COPIES, Way::StoredCopy),
    operation(
        "process: begin a copy in parts",
        Function::Process,
        "s3:CreateMultipartUpload",
        "",
        Way::ArchivedInParts,
    ),
    operation("process: send a part of a copy", Function::Process, "s3:UploadPart", "", Way::ArchivedInParts),
    operation(
        "process: make a copy of its parts",
        Function::Process,
        "s3:CompleteMultipartUpload",
        "",
        Way::ArchivedInParts,
    ),
    operation("process: take parts back", Function::Process, "s3:AbortMultipartUpload", "", Way::UploadTakenBack),
    operation("process: read a copy", Function::Process, "s3:GetObject", COPIES, Way::CopyStands),
    operation("process: publish", Function::Process, "sns:Publish", "", Way::Straight),
    operation("process: settle", Function::Process, "dynamodb:UpdateItem", SETTLES, Way::Straight),
    call_of_all("process: hide the message", Function::Process, "sqs:ChangeMessageVisibility", "", Way::LedgerAway),
    operation("process: put a message away", Function::Process, "sqs:SendMessage", "", Way::Unreadable),
    call_of_all("sweep: read the index", Function::Sweep, "dynamodb:Query", "", Way::InRecordAlone),
    operation("sweep: mark the event", Function::Sweep, "dynamodb:UpdateItem", ", swept_by = ", Way::InRecordAlone),
    operation("sweep: send the message", Function::Sweep, "sqs:SendMessage", "", Way::InRecordAlone),
    operation("sweep: take the mark back", Function::Sweep, "dynamodb:UpdateItem", TAKES_BACK, Way::UnsentBySweep),
    operation("process: name a source", Function::Process, "dynamodb:UpdateItem", "@expecting", Way::JobExpected),
    operation("process: set a pace", Function::Process, "dynamodb:UpdateItem", "SET per_minute = ", Way::JobExpected),
    operation("process: expect a job", Function::Process, "dynamodb:PutItem", r#""waiting""#, Way::JobExpected),
    operation("process: list a job", Function::Process, "dynamodb:UpdateItem", "SET slot = ", Way::JobEndedBefore),
    operation("process: read a job", Function::Process, "dynamodb:GetItem", "@job/", Way::LostWebhook),
    operation(
        "process: make the answer's record",
        Function::Process,
        "dynamodb:PutItem",
        r#""poll""#,
        Way::LostWebhook,
    ),
    operation("process: end a job", Function::Process, "dynamodb:UpdateItem", "end_completed = ", Way::LostWebhook),
    operation("process: give a job up", Function::Process, "dynamodb:UpdateItem", "expired_at = ", Way::JobGivenUp),
    operation(
        "process: leave a sender alone",
        Function::Process,
        "dynamodb:UpdateItem",
        "SET blocked_until = ",
        Way::SenderInTrouble,
    ),
    operation(
        "process: ask a sender again",
        Function::Process,
        "dynamodb:UpdateItem",
        "REMOVE blocked_until",
        Way::SenderInTrouble,
    ),
    call_of_all(
        "sweep: read the sources with jobs",
        Function::Sweep,
        "dynamodb:GetItem",
        "@expecting",
        Way::LostWebhook,
    ),
    operation("sweep: read a pace", Function::Sweep, "dynamodb:GetItem", "@polls/", Way::LostWebhook),
    operation("sweep: read the jobs that are due", Function::Sweep, "dynamodb:Query", r#""x/"#, Way::LostWebhook),
    operation("sweep: mark a job", Function::Sweep, "dynamodb:UpdateItem", "@job/", Way::LostWebhook),
    operation("sweep: have a sender asked", Function::Sweep, "sqs:SendMessage", "@job/", Way::LostWebhook),
    call_of_all("sweep: read the directory", Function::Sweep, "dynamodb:GetItem", DIRECTORY_ID, Way::InRecordAlone),
    call_of_all("sweep: list the sources", Function::Sweep, "secretsmanager:ListSecrets", "", Way::InRecordAlone),
    call_of_all("sweep: write the directory", Function::Sweep, "dynamodb:PutItem", DIRECTORY_ID, Way::InRecordAlone),
];

/// Where copies of assets are.
const COPIES: &str = "/assets/";

/// Only settling is conditional on the token alone.
const SETTLES: &str = r#""ConditionExpression":"claimed_by = :v0""#;
const TAKES_BACK: &str = r#""ConditionExpression":"swept_by = :v0"#;

/// So often that the tries of two calls in a row are used up. Some refusals are tried once an attempt only, and all may
/// meet the same event, which must have attempts left then.
const LASTING: u32 = 6;
const _: () = assert!(LASTING + 1 < ATTEMPTS_MAX);
/// The same for calls that are tried twice only.
const LASTING_FOR_COPIES: u32 = 4;

const STORMS: u64 = 8;
const STORM_PERCENT: u8 = 30;
const STORM_CALLS: u32 = 12;

/// All cases; those in which functions die come first, since it takes a lapsed lease to mend them. Last come copies of
/// assets: large ones keep the services so busy that other deliveries would be answered as under a fault.
pub(crate) fn cases(stack: &Stack, seed: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    for fault in [Fault::KilledBefore, Fault::KilledAfter] {
        for operation in &OPERATIONS {
            for skip in operation.deaths() {
                cases.push(operation.meets(fault, *skip, 1, stack));
            }
        }
    }
    let dead = cases.len();
    for operation in &OPERATIONS {
        for fault in Fault::SURVIVED {
            cases.push(operation.meets(fault, 0, 1, stack));
            if operation.may_last(fault) {
                cases.push(operation.meets(fault, 0, operation.lasting(), stack));
            }
        }
    }
    for storm in 0..STORMS {
        cases.push(Case {
            operation: "all operations".to_owned(),
            fault: format!("at random, seed {}", seed + storm),
            way: [Way::Straight, Way::LargeBody, Way::StoredCopy][storm as usize % 3],
            disturbance: Disturbance::Storm(Storm {
                seed: seed + storm,
                function: None,
                about: Vec::new(),
                percent: STORM_PERCENT,
                faults: Fault::SURVIVED.to_vec(),
                calls: STORM_CALLS,
            }),
            may_leave_uploads: false,
        });
    }
    cases[dead..].sort_by_key(|case| case.way.archives());
    cases
}

impl Operation {
    /// How many calls go through before the one over which the function dies: at the first of many assets, in their
    /// midst, and at the last.
    fn deaths(&self) -> &'static [u32] {
        match (self.way, self.asks_for) {
            (Way::StoredCopy, _) => &[0, 6, 19],
            (Way::ArchivedInParts, "s3:UploadPart") => &[0, 1],
            _ => &[0],
        }
    }

    /// Whether it is worth while to let `fault` last.
    fn may_last(&self, fault: Fault) -> bool {
        match fault {
            Fault::Twice => false,
            // Calls about copies are waited for so long that a few would take all the turns of the others.
            Fault::Late | Fault::Unheard if self.way.archives() => false,
            // What is said twice waits for the sweep, and its waits grow.
            _ if self.way.expects() => false,
            // A call that names no event is everybody's: lasting faults of one case would use up those of the others.
            _ => self.names_event,
        }
    }

    fn lasting(&self) -> u32 {
        if self.way.archives() { LASTING_FOR_COPIES } else { LASTING }
    }

    /// Whether an upload may be begun of which nobody knows, or cannot be taken back.
    fn may_leave_uploads(&self, fault: Fault) -> bool {
        let is_unheard = matches!(fault, Fault::Late | Fault::Unheard | Fault::CutAfter | Fault::Twice);
        match self.asks_for {
            "s3:CreateMultipartUpload" => is_unheard,
            "s3:AbortMultipartUpload" => true,
            _ => false,
        }
    }

    fn meets(&self, fault: Fault, skip: u32, times: u32, stack: &Stack) -> Case {
        let function = match self.function {
            Function::Ingest => &stack.ingest_function,
            Function::Process => &stack.process_function,
            Function::Sweep => &stack.sweep_function,
        };
        let at = if skip == 0 { String::new() } else { format!(" call {}", skip + 1) };
        let lasts = if times == 1 { "" } else { ", lasting" };
        Case {
            operation: self.name.to_owned(),
            fault: format!("{}{at}{lasts}", fault.name()),
            way: self.way,
            disturbance: Disturbance::Rule {
                rule: Rule {
                    function: function.clone(),
                    operation: self.asks_for,
                    mark: self.mark,
                    about: Vec::new(),
                    skip,
                    fault,
                    times,
                },
                names_event: self.names_event,
            },
            may_leave_uploads: self.may_leave_uploads(fault),
        }
    }
}
