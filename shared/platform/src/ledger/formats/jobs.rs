//! Records of jobs, as they were written once.

use domain::event::event_type::Thing;
use domain::expectation::Hint;
use domain::ledger::job::{End, Job, JobRecord};
use domain::ledger::job_end::JobEnd;
use domain::ledger::job_writes::{self, ExpectedJob, JobRelease};
use domain::source::JobWaits;

use super::*;

const JOBS: &str = "job.json";

/// What each sample says of its job; times in seconds after [`AT`].
const STATES: [(&str, &str); 5] = [
    ("ended", "ended, expires 2592000; get3w-prod/pred_abc123/ended by webhook, signed"),
    ("expired", "expired, submitted 0, 1 polls, give up 86400, expired 86400, expires 2678400"),
    (
        "polled",
        "ended, submitted 0, 1 polls, give up 86400, expires 2592000; get3w-prod/pred_abc123/polled by poll at 600",
    ),
    ("released", "waiting, submitted 0, 1 polls, give up 86400"),
    ("waiting", "waiting, submitted 0, give up 86400"),
];

fn job() -> Job {
    let event = event("job");
    let (source, provider) = (event.source, event.provider);
    Job { source, provider, thing: Thing::Job, subject: "pred_abc123".to_owned() }
}

fn hint() -> Hint {
    serde_json::from_str(r#"{"family":"video","body":{"type":"image"}}"#).expect("it is a hint")
}

fn written(name: &str) -> Json {
    let schedule = Schedule::at(TimeScale::REAL);
    let id = job().id();
    let waits = JobWaits { within_seconds: 600, give_up_seconds: 86_400 };
    let expected = ExpectedJob::new(job(), at(0), waits, hint(), schedule, "7b1e0c93f2a84d56".to_owned());
    let overdue = Overdue { id: id.to_string(), due_at: at(600), sweeps: 0 };
    let release = JobRelease { overdue, token: "c4d2a8e0517b936f".to_owned(), next_due_at: at(720) };
    let end = JobEnd {
        job: job(),
        end: End::Completed,
        id: event(name).id,
        body_sha256: event(name).body_sha256,
        by: if name == "polled" { Origin::Poll } else { Origin::Webhook },
        is_signed: name != "polled",
        at: Some(at(600)),
    };
    let expect = job_writes::expect(&id, &expected, PutCondition::Absent);
    let win = job_writes::win(&id, &end, at(0), schedule);
    let writes = match name {
        "ended" => vec![win],
        "expired" => vec![expect, job_writes::release(&release), job_writes::expire(&id, at(86_400), schedule)],
        "polled" => vec![expect, job_writes::release(&release), win],
        "released" => vec![expect, job_writes::release(&release)],
        _ => vec![expect],
    };
    let item = writes.iter().fold(None, |item, write| Some(write.evaluate(item.as_ref()).expect("it is allowed")));
    serde_json::to_value(json::JsonItem(&item.expect("a record"))).expect("it is JSON")
}

fn told(record: &JobRecord) -> String {
    let seconds = |time: Timestamp| (time.as_millis() - AT) / 1000;
    let mut told = record.state.as_str().to_owned();
    if let Some(at) = record.submitted_at {
        told += &format!(", submitted {}", seconds(at));
    }
    if record.sweeps > 0 {
        told += &format!(", {} polls", record.sweeps);
    }
    let expires_at = record.expires_at_seconds.map(|seconds| Timestamp::from_millis(seconds * 1000));
    for (word, time) in [("give up", record.give_up_at), ("expired", record.expired_at), ("expires", expires_at)] {
        if let Some(time) = time {
            told += &format!(", {word} {}", seconds(time));
        }
    }
    if let Some(end) = record.any_end() {
        told += &format!("; {} by {}", end.id, end.by.as_str());
        told += if end.is_signed { ", signed" } else { "" };
        told += &end.at.map(|at| format!(" at {}", seconds(at))).unwrap_or_default();
    }
    told
}

#[test]
fn records_of_jobs_are_read_as_they_were_written() {
    let records: Json = STATES.into_iter().map(|(name, _)| (name.to_owned(), written(name))).collect();
    expect_file![folder(newest()).join(JOBS)].assert_eq(&(laid_out(&records, 0) + "\n"));
    // Earlier versions had none.
    for sample in (FIRST_WITH_A_DIRECTORY..=newest()).map(|version| folder(version).join(JOBS)) {
        let samples: BTreeMap<String, Json> =
            serde_json::from_slice(&std::fs::read(&sample).expect("a sample")).expect("it is JSON");
        for (name, expected) in STATES {
            let item = json::item(samples[name].clone()).expect("an item");
            let record = JobRecord::of_item(&item).unwrap_or_else(|trouble| panic!("{name}: {trouble:?}"));
            assert_eq!((told(&record).as_str(), &record.job), (expected, &job()), "{name}");
            assert_eq!(record.hint, if name == "ended" { Hint::default() } else { hint() }, "{name}");
        }
    }
}
