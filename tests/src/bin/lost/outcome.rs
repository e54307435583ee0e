//! What came of the jobs.

use std::collections::{BTreeSet, HashMap};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table};
use tests::expectation::{job_id, thing};
use tests::ledger::Record;
use tests::simulator::End;
use tests::world::World;

use crate::figures::{ConsumerEvent, Figures, is_of_job};
use crate::job::{Job, Sender};

/// What came of the jobs of one sender, and of all.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    senders: Vec<Figures>,
    /// How many functions were killed.
    pub(crate) deaths: Deaths,
    /// What must not be.
    complaints: Vec<String>,
}

/// How many functions were killed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deaths {
    pub(crate) process: u32,
    pub(crate) sweep: u32,
}

/// By the name of the source and the sender's id of the job.
type ByJob<T> = HashMap<(String, String), Vec<T>>;

impl Outcome {
    /// How all stands now.
    pub(crate) async fn of(world: &World, senders: &[Sender], jobs: &[Job]) -> Outcome {
        // What is published is looked at last: whatever the ledger calls done is there then.
        let mut records: ByJob<Record> = HashMap::new();
        for sender in senders {
            for record in world.records(&sender.source).await {
                let of = (sender.source.name.clone(), record.text("subject").to_owned());
                records.entry(of).or_default().push(record);
            }
        }
        let mut published: ByJob<ConsumerEvent> = HashMap::new();
        for message in world.consumer.all(|_| true) {
            if let Ok(event) = serde_json::from_str::<ConsumerEvent>(&message.body) {
                let source = event.source.trim_start_matches("/landfall/").to_owned();
                published.entry((source, event.subject.clone().unwrap_or_default())).or_default().push(event);
            }
        }
        let mut outcome = Outcome::default();
        for (number, sender) in senders.iter().enumerate() {
            let mut row = Figures { name: sender.source.provider.to_string(), ..Figures::default() };
            for job in jobs.iter().filter(|job| job.plan.sender == number) {
                let of = (sender.source.name.clone(), job.subject.clone());
                let (records, events) = (records.remove(&of), published.remove(&of));
                let (records, events) = (records.unwrap_or_default(), events.unwrap_or_default());
                row.count(job, &records, &events);
                let complaints = judge(sender, job, &records, &events);
                outcome.complaints.extend(complaints.map(|text| format!("{} {}: {text}", row.name, job.subject)));
            }
            row.count_calls(sender);
            outcome.senders.push(row);
        }
        let strangers = published.into_values().flatten();
        outcome.complaints.extend(strangers.map(|event| format!("{}: no job has this event", event.id)));
        outcome
    }

    /// Whether nothing is left to wait for.
    pub(crate) fn is_complete(&self) -> bool {
        self.complaints.is_empty()
    }

    /// How far all is, in a line.
    pub(crate) fn progress(&self) -> String {
        format!(
            "{} of {} ends are published, {} by answers; {} calls to the senders; {} things are left to come",
            self.sum(|row| row.by_webhook + row.by_poll),
            self.sum(|row| row.jobs),
            self.sum(|row| row.by_poll),
            self.sum(Figures::calls),
            self.complaints.len()
        )
    }

    /// The table of the figures, by sender.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(Figures::HEAD.map(|text| Cell::new(text).add_attribute(Attribute::Bold)));
        let cells = |name: &str, numbers: [usize; 12]| {
            let numbers = numbers.map(|number| Cell::new(number).set_alignment(CellAlignment::Right));
            [Cell::new(name)].into_iter().chain(numbers).collect::<Vec<_>>()
        };
        for row in &self.senders {
            table.add_row(cells(&row.name, row.numbers()));
        }
        let mut all = [0; 12];
        for row in &self.senders {
            all.iter_mut().zip(row.numbers()).for_each(|(sum, number)| *sum += number);
        }
        table.add_row(cells("all", all));
        table
    }

    /// Whether all is as it must be.
    pub(crate) fn holds(&self) -> bool {
        self.all_complaints().is_empty()
    }

    /// What must not be, and the figures in the last lines.
    pub(crate) fn verdict(&self) -> String {
        let complaints = self.all_complaints();
        let complaints: String = complaints.iter().map(|text| format!("NOT AS IT MUST BE: {text}\n")).collect();
        let missing = self.sum(Figures::missing);
        format!(
            "{complaints}{} calls to the senders' APIs for {missing} jobs whose webhooks did not come in time: {} told an \
             end, {} came while a job went on, {} failed\nprocess was killed {} times, the sweep {} times\n{} of {} ends \
             are published",
            self.sum(Figures::calls),
            self.sum(|row| row.calls_ended),
            self.sum(|row| row.calls_running),
            self.sum(|row| row.calls_failed),
            self.deaths.process,
            self.deaths.sweep,
            self.sum(|row| row.by_webhook + row.by_poll),
            self.sum(|row| row.jobs),
        )
    }

    fn all_complaints(&self) -> Vec<String> {
        let mut complaints = self.complaints.clone();
        let mut demand = |holds: bool, text: &str| {
            if !holds {
                complaints.push(text.to_owned());
            }
        };
        let others = self.sum(|row| row.calls_ended + row.calls_failed);
        demand(
            others <= 2 * self.sum(Figures::missing),
            "over all jobs, more calls told an end or failed than two for each webhook that did not come in time",
        );
        let is_running_checked = self.sum(|row| row.calls_running) <= self.sum(|row| row.checks);
        demand(is_running_checked, "over all jobs, more calls came while a job went on than the ledger counts checks");
        // Without these, nothing was shown.
        demand(self.sum(|row| row.calls_running) > 0, "no sender was asked while a job went on");
        demand(self.sum(|row| row.calls_failed) > 0, "nobody met the outage");
        demand(self.deaths.process > 0, "process was not killed");
        demand(self.deaths.sweep > 0, "the sweep was not killed");
        complaints
    }

    fn sum(&self, of: impl Fn(&Figures) -> usize) -> usize {
        self.senders.iter().map(of).sum()
    }
}

/// What is not as it must be with a job, or not yet.
fn judge(sender: &Sender, job: &Job, records: &[Record], events: &[ConsumerEvent]) -> impl Iterator<Item = String> {
    let mut complaints = Vec::new();
    if !job.is_accepted {
        complaints.push("its webhook was not accepted".to_owned());
    }
    if !job.has_lasted {
        complaints.push("its sender was not asked while it went on".to_owned());
    }
    let kind = thing(sender.source.provider);
    let end = match job.plan.end {
        End::Completed => "completed",
        End::Failed => "failed",
    };
    let expected = format!("landfall.{}.{end}", kind.as_str());
    let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    if ids.len() != 1 {
        complaints.push(format!("published under {} ids: {ids:?}", ids.len()));
    }
    complaints.extend(events.iter().filter(|it| it.event_type != expected).map(|it| format!("{expected}, {it:?}")));
    let job_record = job_id(&sender.source, kind, &job.subject);
    for record in records {
        let state = record.text("state");
        if is_of_job(record) {
            if record.id() != job_record.as_str() || state != "ended" || record.number("due_at").is_some() {
                complaints.push(format!("{} is {state}", record.id()));
            }
            continue;
        }
        let is_told = ids.contains(record.id());
        let is_superseded = record.outcome("superseded_by").is_some_and(|by| ids.contains(by));
        if state != "done" || !(is_told || is_superseded) {
            complaints.push(format!("{} is {state}: {}", record.id(), record.text("last_error")));
        }
    }
    if !records.iter().any(is_of_job) {
        complaints.push("no expectation stands".to_owned());
    }
    complaints.into_iter()
}
