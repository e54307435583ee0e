//! What brings a delivery to an operation: some are on every delivery's way, others only on that of a large body, or
//! where an earlier operation has failed already.

use std::sync::{Arc, LazyLock};

use domain::archive::PART_BYTES;
use domain::provider::Provider;
use serde_json::json;
use tests::confidential;
use tests::proxy::{Fault, Rule};
use tests::stack::Stack;

/// The sender of all deliveries here signs them.
pub(crate) const PROVIDER: Provider = Provider::Get3w;

/// A way through the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Recorded, enqueued, processed.
    Straight,
    /// The body is too large for the record and for the message.
    LargeBody,
    /// The event is too large for the topic.
    ManyAssets,
    /// The record cannot be written, so only the message has the event.
    InMessageAlone,
    /// The same with a body that the record could not hold.
    LargeInMessageAlone,
    /// The message cannot be sent, so only the record has the event.
    InRecordAlone,
    /// The same, and the sweep cannot send it at first either.
    UnsentBySweep,
    /// The processor cannot reach the ledger at first, so the message stays on its queue.
    LedgerAway,
    /// Many small assets are archived.
    StoredCopy,
    /// A large asset is archived, in two parts.
    ArchivedInParts,
    /// The same, and its last part cannot be sent at first, so what was begun is taken back.
    UploadTakenBack,
    /// The same, and the event cannot be published at first, so its next attempt finds the copy.
    CopyStands,
    /// A message that nobody can read.
    Unreadable,
    /// A job is expected, and its webhook comes.
    JobExpected,
    /// A job is expected after its webhook has come.
    JobEndedBefore,
    /// A job is expected, and its webhook does not come.
    LostWebhook,
    /// The same, and the sender's API fails at first.
    SenderInTrouble,
    /// The same, and the sender says that the job goes on until it is given up.
    JobGivenUp,
}

/// How often a call fails that is to fail for good.
const ALWAYS: u32 = u32::MAX;
/// A body that neither record nor message holds.
const LARGE_BYTES: usize = 70 * 1024;
/// A body that the record does not hold, but a message does.
const MEDIUM_BYTES: usize = 20 * 1024;
/// An event has so many assets at most. With names so long they fill a published event.
const MANY_ASSETS: usize = 1000;
const LONG_NAME_BYTES: usize = 300;
/// So many assets are archived, each of so many bytes.
const ARCHIVED_ASSETS: usize = 20;
const SMALL_ASSET_BYTES: usize = 200;

/// The large asset: the same in all cases, since the services keep their copies in memory and the functions' own
/// copies are told apart by those of the small ones.
static LARGE_ASSET: LazyLock<Arc<[u8]>> = LazyLock::new(|| picture(PART_BYTES + 1));

impl Way {
    /// Whether assets are archived on it.
    pub(crate) fn archives(self) -> bool {
        !self.assets().is_empty()
    }

    /// Whether it is that of a job whose end is expected.
    pub(crate) fn expects(self) -> bool {
        matches!(
            self,
            Way::JobExpected | Way::JobEndedBefore | Way::LostWebhook | Way::SenderInTrouble | Way::JobGivenUp
        )
    }

    /// The contents of the assets that are to be archived, in the order in which the body names them.
    pub(crate) fn assets(self) -> Vec<Arc<[u8]>> {
        match self {
            Way::StoredCopy => (0..ARCHIVED_ASSETS).map(|_| picture(SMALL_ASSET_BYTES)).collect(),
            Way::ArchivedInParts | Way::UploadTakenBack | Way::CopyStands => vec![Arc::clone(&LARGE_ASSET)],
            Way::Straight
            | Way::LargeBody
            | Way::ManyAssets
            | Way::InMessageAlone
            | Way::LargeInMessageAlone
            | Way::InRecordAlone
            | Way::UnsentBySweep
            | Way::LedgerAway
            | Way::Unreadable
            | Way::JobExpected
            | Way::JobEndedBefore
            | Way::LostWebhook
            | Way::SenderInTrouble
            | Way::JobGivenUp => Vec::new(),
        }
    }

    /// A delivery's body.
    pub(crate) fn body(self) -> Vec<u8> {
        let (outputs, name_bytes, noise_bytes) = match self {
            Way::LargeBody => (1, 1, LARGE_BYTES),
            Way::LargeInMessageAlone => (1, 1, MEDIUM_BYTES),
            Way::ManyAssets => (MANY_ASSETS, LONG_NAME_BYTES, 0),
            Way::Straight
            | Way::InMessageAlone
            | Way::InRecordAlone
            | Way::UnsentBySweep
            | Way::LedgerAway
            | Way::StoredCopy
            | Way::ArchivedInParts
            | Way::UploadTakenBack
            | Way::CopyStands
            | Way::Unreadable
            | Way::JobExpected
            | Way::JobEndedBefore
            | Way::LostWebhook
            | Way::SenderInTrouble
            | Way::JobGivenUp => (1, 1, 0),
        };
        let name = "n".repeat(name_bytes);
        let output = |number: usize| format!("https://cdn.get3w.com/outputs/{name}-{number}.png");
        let outputs: Vec<String> = (0..outputs).map(output).collect();
        report(&outputs, noise_bytes)
    }

    /// What must fail so that deliveries `about` come this way.
    pub(crate) fn rules(self, stack: &Stack, about: &[String]) -> Vec<Rule> {
        let fail = |function: &String, operation, mark, times| Rule {
            function: function.clone(),
            operation,
            mark,
            about: about.to_vec(),
            skip: 0,
            fault: Fault::Failing,
            times,
        };
        let unsent = || fail(&stack.ingest_function, "sqs:SendMessage", "", ALWAYS);
        match self {
            Way::Straight
            | Way::LargeBody
            | Way::ManyAssets
            | Way::StoredCopy
            | Way::ArchivedInParts
            | Way::Unreadable
            | Way::JobExpected
            | Way::JobEndedBefore
            | Way::LostWebhook
            | Way::SenderInTrouble
            | Way::JobGivenUp => Vec::new(),
            // Two tries of a part, three of publishing.
            Way::UploadTakenBack => vec![fail(&stack.process_function, "s3:UploadPart", "", 2)],
            Way::CopyStands => vec![fail(&stack.process_function, "sns:Publish", "", 3)],
            Way::InMessageAlone => vec![fail(&stack.ingest_function, "dynamodb:PutItem", "", ALWAYS)],
            Way::LargeInMessageAlone => vec![fail(&stack.ingest_function, "s3:PutObject", "", ALWAYS)],
            Way::InRecordAlone => vec![unsent()],
            // Three tries a call, two deliveries at the same time: five cannot be spread so that both are sent at last.
            Way::UnsentBySweep => vec![unsent(), fail(&stack.sweep_function, "sqs:SendMessage", "", 5)],
            // Three tries a call, two deliveries, two calls each.
            Way::LedgerAway => {
                vec![fail(&stack.process_function, "dynamodb:UpdateItem", "ADD attempts", 12)]
            }
        }
    }
}

/// The report of a job with `outputs`, and with so much noise, which does not shrink.
pub(crate) fn report(outputs: &[String], noise_bytes: usize) -> Vec<u8> {
    let id = format!("pred_{}", confidential::random());
    let noise: String = (0..noise_bytes).map(|_| fastrand::alphanumeric()).collect();
    json!({"id": id, "status": "completed", "outputs": outputs, "noise": noise}).to_string().into_bytes()
}

/// A picture, as far as its first bytes tell.
fn picture(bytes: usize) -> Arc<[u8]> {
    let mut picture = vec![0; bytes];
    fastrand::fill(&mut picture);
    let signature = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    picture[..signature.len()].copy_from_slice(signature);
    picture.into()
}
