//! The writes of senders' jobs, and of how fast senders are asked about them.

use std::collections::{BTreeMap, BTreeSet};

use domain::digest::Digest;
use domain::event::Origin;
use domain::event::event_id::EventId;
use domain::event::event_type::Thing;
use domain::expectation::Hint;
use domain::ledger::job::{End, Job};
use domain::ledger::job_end::JobEnd;
use domain::ledger::job_writes::{self, ExpectedJob, JobRelease};
use domain::ledger::poll_pace::{self, PollPace};
use domain::ledger::sweep::Overdue;
use domain::ledger::writes::PutCondition;
use domain::provider::Provider;
use domain::source::JobWaits;
use domain::source::source_name::SourceName;
use fastrand::Rng;
use tests::world::run;

use super::{NOW, SCHEDULE, Tables, WRITES, check_all_met, name, seconds, table, time};

/// How many jobs there are.
const JOBS: u32 = 60;
const KINDS: [&str; 10] =
    ["expect", "expect ended", "release", "win", "win anew", "expire", "note", "set pace", "block", "unblock"];
/// A second try of these is written once more to the same effect, or is refused and nothing depends on that.
const NEVER_OWN: [&str; 5] = ["win", "win anew", "expire", "note", "set pace"];

impl Tables<'_> {
    /// Makes a write of some kind to a job, or to the pace of its source. Often it is made a second time.
    async fn sender_job_step(&mut self, number: u32, random: &mut Rng) {
        let kind = KINDS[random.usize(..KINDS.len())];
        // Sources are few, so that notes of them meet.
        let source = SourceName::parse(&format!("writes-{}", number % 20)).expect("it is a name");
        let subject = format!("ä/{number}");
        let job = Job { source: source.clone(), provider: Provider::Csm, thing: Thing::Job, subject };
        let (id, pace_id, token) = (job.id(), poll_pace::pace_id(&source), name(random));
        let waits = JobWaits { within_seconds: 60, give_up_seconds: 90 };
        let expected = ExpectedJob::new(job.clone(), NOW, waits, Hint::default(), SCHEDULE, token.clone());
        let overdue = Overdue { id: id.to_string(), due_at: time(random), sweeps: 0 };
        let release = JobRelease { overdue, token: token.clone(), next_due_at: time(random) };
        let end = JobEnd {
            job,
            end: if random.bool() { End::Completed } else { End::Failed },
            id: EventId::parse(&format!("writes/{token}")).expect("it has the form of an id"),
            body_sha256: Digest::of(b"{}"),
            by: if random.bool() { Origin::Poll } else { Origin::Webhook },
            is_signed: random.bool(),
            at: random.bool().then(|| time(random)),
        };
        let expired_at = self.evaluated.get(id.as_str()).and_then(|item| item.record_state().ok()?.expires_at_seconds);
        let expired_at = expired_at.unwrap_or_else(|| seconds(random));
        let condition = if random.bool() { PutCondition::Absent } else { PutCondition::Expired(expired_at) };
        let pace = PollPace::of_item(self.evaluated.get(&pace_id));
        let write = match kind {
            "expect" => job_writes::expect(&id, &expected, condition),
            "expect ended" => job_writes::expect_ended(&id, &expected),
            "release" => job_writes::release(&release),
            "win" => job_writes::win(&id, &end, NOW, SCHEDULE),
            "win anew" => job_writes::win_anew(&id, &end, NOW, SCHEDULE, expired_at),
            "expire" => job_writes::expire(&id, NOW, SCHEDULE),
            "note" => poll_pace::note_source(&source),
            "set pace" => poll_pace::set_pace(&pace_id, random.u32(1..3)),
            "block" => poll_pace::block(&pace_id, &pace, time(random), NOW),
            _ => poll_pace::unblock(&pace_id),
        };
        for _ in 0..random.usize(1..3) {
            self.check(kind, &write).await;
        }
    }
}

#[test]
fn the_table_does_with_each_write_of_a_senders_job_what_the_model_believes() {
    run(async |world| {
        let ((_, ledger), mut random, mut seen) = (table(world).await, Rng::with_seed(1), BTreeSet::new());
        let mut tables = Tables { ledger: &ledger, evaluated: BTreeMap::new(), seen: &mut seen };
        for job in 0..JOBS {
            for _ in 0..WRITES {
                tables.sender_job_step(job, &mut random).await;
            }
        }
        check_all_met(&KINDS, &NEVER_OWN, &seen);
    });
}
