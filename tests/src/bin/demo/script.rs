//! Who sends what, and what must come of it.

use domain::provider::Provider;
use tests::forgery::Forgery;

/// One request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// What it is, in a few words.
    pub(crate) says: &'static str,
    /// The recorded delivery that is sent, or that is forged.
    pub(crate) recorded: &'static str,
    /// How it is sent.
    pub(crate) how: How,
}

/// How a delivery is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    /// By its sender, for the first time. The consumer must receive an event of this type.
    First(&'static str),
    /// By its sender, with this text in the place of that in the body: of another thing, or of one that is known by its
    /// key and comes to the same state again. The consumer must receive another event of this type.
    Changed { event_type: &'static str, from: &'static str, to: &'static str },
    /// By its sender, who missed the first answer.
    Again,
    /// By somebody else.
    Forged(Forgery),
}

impl How {
    /// Whether it must make an event.
    pub(crate) const fn is_another_event(self) -> bool {
        matches!(self, How::First(_) | How::Changed { .. })
    }
}

/// The four senders, and what happens at each one's URL.
pub(crate) const SCRIPT: [(Provider, &[Step]); 4] = [
    (
        Provider::Csm,
        &[
            first("image-to-3d session complete", "csm/image-to-3d-complete", "landfall.job.completed"),
            again("the same, sent again", "csm/image-to-3d-complete"),
            first("image-to-3d session failed", "csm/image-to-3d-failed", "landfall.job.failed"),
            forged("forged: another token in the URL", "csm/image-to-3d-complete", Forgery::WrongToken),
            forged("forged: no token in the URL", "csm/image-to-3d-complete", Forgery::NoToken),
        ],
    ),
    (
        Provider::Get3w,
        &[
            first("prediction completed", "get3w/v3-completed", "landfall.job.completed"),
            again("the same, sent again", "get3w/v3-completed"),
            first("prediction failed", "get3w/v3-failed", "landfall.job.failed"),
            Step {
                says: "completed, with half an emoji",
                recorded: "get3w/v3-completed-without-endings",
                how: How::Changed {
                    event_type: "landfall.job.completed",
                    from: "Transcript: hello",
                    to: r"Transcript: hello \ud83d",
                },
            },
            forged("forged: with another secret", "get3w/v3-completed", Forgery::WrongSecret),
            forged("forged: one bit flipped", "get3w/v3-completed", Forgery::TurnedBit),
        ],
    ),
    (
        Provider::Modelslab,
        &[
            first("video generated", "modelslab/video-success", "landfall.job.completed"),
            again("the same, sent again", "modelslab/video-success"),
            first("training in progress", "modelslab/training-deploying-gpu", "landfall.training.progress"),
            first("workflow completed", "modelslab/workflow-completed", "landfall.workflow.completed"),
            forged("forged: half of the token", "modelslab/video-success", Forgery::HalfToken),
            forged("forged: to a source that does not exist", "modelslab/video-success", Forgery::UnknownSource),
        ],
    ),
    (
        Provider::Glossi,
        &[
            first("model processed", "glossi/model-processed", "landfall.model.completed"),
            again("the same, sent again", "glossi/model-processed"),
            Step {
                says: "the same model, processed again",
                recorded: "glossi/model-processed",
                how: How::Changed {
                    event_type: "landfall.model.completed",
                    from: "2025-01-15T10:30:00.000Z",
                    to: "2025-01-16T09:00:00.000Z",
                },
            },
            first("render complete", "glossi/render-complete", "landfall.job.completed"),
            first("an unknown kind of event", "glossi/unrecognized-event", "landfall.unrecognized"),
            forged("forged: not signed", "glossi/model-processed", Forgery::NoSignature),
            forged("forged: signature of another body", "glossi/model-processed", Forgery::SignatureOfAnotherBody),
        ],
    ),
];

const fn first(says: &'static str, recorded: &'static str, event_type: &'static str) -> Step {
    Step { says, recorded, how: How::First(event_type) }
}

const fn again(says: &'static str, recorded: &'static str) -> Step {
    Step { says, recorded, how: How::Again }
}

const fn forged(says: &'static str, recorded: &'static str, forgery: Forgery) -> Step {
    Step { says, recorded, how: How::Forged(forgery) }
}
