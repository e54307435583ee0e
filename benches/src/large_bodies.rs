//! Large bodies on little memory, with an S3 that takes long: what is accepted, and what is answered 503 because of what.
//!
//! Counts alone: whether a try fits its limit is a promise, how long it takes here is not.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Result;
use crate::contender::{Contender, SOURCES_PREFIX};
use crate::delivery::{Authenticity, Delivery, SOURCE, delivery, secret_value};
use crate::machine;
use crate::report::table;
use crate::scenario::{RunningContender, Testbed, Transport, check_effects};
use crate::services::{Delays, State};
use crate::share::Share;

/// Its place in the page.
pub const PART: &str = "large bodies";

const MEMORIES_MB: [u64; 3] = [128, 256, 512];
const SIZES_MIB: [usize; 3] = [1, 2, 4];
/// The largest body on the smallest memory.
const WORST: (u64, usize) = (128, 4);
const DELIVERIES: u64 = 4;
/// What S3 takes for each object, from when it has all of it: usually, and ever further in its tail.
const S3_MILLIS: [u64; 4] = [8, 300, 450, 550];

/// What became of some deliveries of one size.
#[derive(Debug, Default)]
struct Tally {
    by_status: BTreeMap<u64, u64>,
    /// What the log says of those that did not go smoothly.
    by_trouble: BTreeMap<String, u64>,
    /// Objects that reached S3 whole, of which the function may not have learnt.
    objects_sent: u64,
}

impl Tally {
    /// What a table says of it: `200: 3, 503: 1; 5 puts`.
    fn cell(&self) -> String {
        let statuses: Vec<String> = self.by_status.iter().map(|(status, count)| format!("{status}: {count}")).collect();
        format!("{}; {} puts", statuses.join(", "), self.objects_sent)
    }
}

impl Testbed {
    /// Delivers bodies of each size on each memory, or with `is_quick` only the worst case, and gives what became of them
    /// as a table.
    ///
    /// # Errors
    /// If a function fails, if what was accepted is not durable, or if this machine lets nobody set quotas.
    pub fn large_bodies(&self, is_quick: bool) -> Result<String> {
        let machine = machine::describe();
        let (mut rows, mut trouble) = (Vec::new(), BTreeMap::new());
        let cases = MEMORIES_MB.into_iter().flat_map(|memory| SIZES_MIB.map(|mib| (memory, mib)));
        for (memory_mb, mib) in cases.filter(|case| !is_quick || *case == WORST) {
            let mut row = vec![format!("{memory_mb} MB, {mib} MiB")];
            for s3_millis in S3_MILLIS {
                let tally = self.tally(memory_mb, mib * 1024 * 1024, s3_millis)?;
                row.push(tally.cell());
                for (text, count) in tally.by_trouble {
                    *trouble.entry(text).or_default() += count;
                }
            }
            rows.push(row);
        }
        let columns = S3_MILLIS.map(|millis| format!("S3 at {millis} ms"));
        let header: Vec<&str> = std::iter::once("").chain(columns.iter().map(String::as_str)).collect();
        let trouble: Vec<String> =
            trouble.iter().map(|(text, count): (&String, &u64)| format!("{count} x {text}")).collect();
        let trouble = if trouble.is_empty() { "nothing".to_owned() } else { trouble.join("\n") };
        Ok(format!("{machine}\n\n{}\nWhat the log says went wrong on the way:\n{trouble}", table(&header, rows)))
    }

    fn tally(&self, memory_mb: u64, body_bytes: usize, s3_millis: u64) -> Result<Tally> {
        let state = State::with_secret(&format!("{SOURCES_PREFIX}/source/{SOURCE}"), &secret_value());
        let delays = Delays { s3_millis, ..Delays::USUAL };
        let share = Share::of_memory(memory_mb)?;
        let RunningContender { mut instance, services, .. } =
            self.start(Contender::Landfall, state, Transport::Tls, delays)?;
        share.take(&instance)?;
        let deliveries: Vec<Delivery> =
            (0..DELIVERIES).map(|number| delivery(number, body_bytes, Authenticity::Genuine)).collect();
        let outcomes = instance.handle(deliveries.iter().map(|delivery| delivery.payload.clone()))?;

        let mut tally = Tally::default();
        let mut accepted = Vec::new();
        for (outcome, delivery) in outcomes.iter().zip(&deliveries) {
            let answer: Value = serde_json::from_slice(&outcome.answer)?;
            let status = answer["statusCode"].as_u64().ok_or("an answer without a status")?;
            *tally.by_status.entry(status).or_default() += 1;
            if status == 200 {
                accepted.push(delivery);
            }
        }
        for line in instance.log()?.lines() {
            let line: Value = serde_json::from_str(line)?;
            if let Some(trouble) = line["trouble"].as_str() {
                *tally.by_trouble.entry(trouble.to_owned()).or_default() += 1;
            }
        }
        let state = services.state();
        check_effects(&state, accepted)?;
        tally.objects_sent = state.counts.calls.get("s3:PutObject").copied().unwrap_or_default();
        Ok(tally)
    }
}
