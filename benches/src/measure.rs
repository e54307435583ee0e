//! The plan of a run: which contender goes through which scenario, and in which order.

mod plots;
mod tables;

use std::time::Instant;

use serde::Serialize;

use crate::Result;
use crate::contender::Contender;
use crate::machine::Machine;
use crate::prices::Prices;
use crate::processor::{ProcessorLoad, ProcessorSample};
use crate::report::{Figures, median, millis, percentile};
use crate::scenario::{Kind, Sample, Scenario, Testbed, Transport};
use crate::services::Delays;
use crate::share::Share;

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Who takes part.
    pub contenders: Vec<Contender>,
    /// How often everything is measured.
    pub rounds: usize,
    /// Few events and small bodies only.
    pub is_quick: bool,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan { contenders: Contender::ALL.to_vec(), rounds: 5, is_quick: false }
    }
}

/// Everything that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// On what.
    pub machine: Machine,
    /// How often.
    pub rounds: usize,
    /// Whether only to see that it works.
    pub is_quick: bool,
    /// What would be uploaded.
    pub artefacts: Vec<Artefact>,
    /// The receivers.
    pub receivers: Vec<Figures>,
    /// The processor.
    pub processor: Vec<ProcessorFigures>,
    /// The receivers by memory; empty if this machine lets nobody set quotas.
    pub shares: Vec<ShareFigures>,
    /// Why it is empty.
    pub shares_missing: Option<String>,
}

/// The size of a contender.
#[derive(Clone, Debug, Serialize)]
pub struct Artefact {
    /// Who.
    pub contender: Contender,
    /// What would be uploaded, unpacked; for Python without what Lambda's runtime brings.
    pub bytes: u64,
}

/// The processor's figures: medians of its rounds.
#[derive(Clone, Debug, Serialize)]
pub struct ProcessorFigures {
    /// Messages in a batch.
    pub batch: usize,
    /// How long AWS took.
    pub delays: Delays,
    /// Messages a second of one instance.
    pub messages_per_second: f64,
    /// The CPU time of a message.
    pub cpu_ms: f64,
    /// The time of a batch.
    pub p50_ms: f64,
    /// The most memory that the process had.
    pub peak_memory_mib: f64,
    /// Calls to AWS a message.
    pub calls: f64,
}

/// A contender's figures under a share of a processor: medians of its rounds.
#[derive(Clone, Debug, Serialize)]
pub struct ShareFigures {
    /// Who.
    pub contender: Contender,
    /// The memory that buys the share.
    pub memory_mb: u64,
    /// The first answer after initialising, which includes the first connections to AWS.
    pub first_answer_ms: f64,
    /// The answer's latency.
    pub p50_ms: f64,
    /// Its 99th percentile.
    pub p99_ms: f64,
    /// What Lambda takes for a million events.
    pub dollars_per_million: f64,
}

/// The sizes of bodies, with how many events each is measured over: what is large takes longer.
const SIZES: [(usize, usize); 5] = [(512, 300), (2 * 1024, 300), (20 * 1024, 200), (200 * 1024, 60), (1024 * 1024, 20)];
/// The size to which the promises of benches/performance.md refer.
pub const TYPICAL_BYTES: usize = 2 * 1024;
const MEMORIES_MB: [u64; 5] = [128, 256, 512, 1024, 1769];
const BATCHES: [usize; 3] = [1, 10, 100];
/// Starts that are measured in a round, each of a process of its own.
const STARTS: usize = 5;

impl Plan {
    fn scenarios(&self) -> Vec<Scenario> {
        let base = Scenario {
            transport: Transport::Plain,
            delays: Delays::NONE,
            body_bytes: TYPICAL_BYTES,
            kind: Kind::Accepted,
            events: 0,
        };
        let sizes = || SIZES.into_iter().filter(|(bytes, _)| !self.is_quick || *bytes <= 20 * 1024);
        let mut scenarios = vec![base, Scenario { transport: Transport::Tls, ..base }];
        scenarios.extend(sizes().map(|(body_bytes, events)| Scenario { body_bytes, events, ..base }));
        scenarios.extend([Kind::Duplicate, Kind::Repeat, Kind::Refused].map(|kind| Scenario {
            kind,
            events: 300,
            ..base
        }));
        scenarios.push(Scenario { transport: Transport::Tls, events: 300, ..base });
        scenarios.push(Scenario { delays: Delays::USUAL, events: 100, ..base });
        scenarios.extend(sizes().map(|(body_bytes, events)| Scenario {
            transport: Transport::Tls,
            delays: Delays::USUAL,
            body_bytes,
            events: events.min(100),
            ..base
        }));
        if self.is_quick {
            for scenario in &mut scenarios {
                scenario.events /= 10;
            }
        }
        scenarios
    }
}

/// Measures everything, round after round; in each, the contenders take turns in every scenario.
///
/// # Errors
/// If a contender fails, or leaves something out.
pub fn measure(testbed: &Testbed, plan: &Plan, machine: Machine) -> Result<Results> {
    let began_at = Instant::now();
    let say = |text: &str| {
        use std::io::Write as _;
        // Progress that cannot be shown is no reason to stop.
        let _ = writeln!(std::io::stderr(), "    [{:4} s] {text}", began_at.elapsed().as_secs());
    };
    let artefacts = plan
        .contenders
        .iter()
        .map(|&contender| Ok(Artefact { contender, bytes: contender.artefact_bytes(&testbed.places)? }));
    let artefacts = artefacts.collect::<Result<_>>()?;
    let scenarios = plan.scenarios();
    say("once without measuring: files are read and compiled");
    for &contender in &plan.contenders {
        testbed.run(contender, &scenarios[0], None)?;
    }

    let mut receivers: Vec<Vec<Sample>> = vec![Vec::new(); scenarios.len() * plan.contenders.len()];
    let processings = plan.processings();
    let mut processed: Vec<Vec<ProcessorSample>> = vec![Vec::new(); processings.len()];
    let mut shared: Vec<Vec<Sample>> = vec![Vec::new(); MEMORIES_MB.len() * plan.contenders.len()];
    let mut shares_missing = None;
    for round in 1..=plan.rounds {
        for (number, scenario) in scenarios.iter().enumerate() {
            say(&format!(
                "round {round} of {}, receivers, scenario {} of {}",
                plan.rounds,
                number + 1,
                scenarios.len()
            ));
            for (place, &contender) in plan.contenders.iter().enumerate() {
                let starts = if scenario.events == 0 { STARTS } else { 1 };
                for _ in 0..starts {
                    let sample = testbed.run(contender, scenario, None)?;
                    receivers[number * plan.contenders.len() + place].push(sample);
                }
            }
        }
        say(&format!("round {round} of {}, processor", plan.rounds));
        for (processing, samples) in processings.iter().zip(&mut processed) {
            samples.push(testbed.process(TYPICAL_BYTES, processing)?);
        }
        for (number, memory_mb) in MEMORIES_MB.into_iter().enumerate() {
            let share = match Share::of_memory(memory_mb) {
                Ok(share) => share,
                Err(error) => {
                    shares_missing = Some(error.to_string());
                    break;
                }
            };
            say(&format!("round {round} of {}, {memory_mb} MB", plan.rounds));
            for (place, &contender) in plan.contenders.iter().enumerate() {
                let sample = testbed.run(contender, &plan.under_share(), Some(&share))?;
                shared[number * plan.contenders.len() + place].push(sample);
            }
        }
    }

    let prices = Prices::read()?;
    let places = |count: usize| (0..count).flat_map(|number| plan.contenders.iter().map(move |&it| (number, it)));
    Ok(Results {
        machine,
        rounds: plan.rounds,
        is_quick: plan.is_quick,
        artefacts,
        receivers: places(scenarios.len())
            .zip(&receivers)
            .map(|((number, contender), samples)| Figures::of(contender, scenarios[number], samples))
            .collect(),
        processor: processings.iter().zip(&processed).map(|(how, samples)| processor_figures(how, samples)).collect(),
        shares: places(MEMORIES_MB.len())
            .zip(&shared)
            .filter(|(_, samples)| !samples.is_empty())
            .map(|((number, contender), samples)| share_figures(contender, MEMORIES_MB[number], samples, &prices))
            .collect(),
        shares_missing,
    })
}

impl Plan {
    fn processings(&self) -> Vec<ProcessorLoad> {
        let messages = if self.is_quick { 100 } else { 400 };
        let both = [Delays::NONE, Delays::USUAL].into_iter();
        both.flat_map(|delays| {
            BATCHES.map(|batch| ProcessorLoad {
                batch,
                // One message at a time takes long enough to be measured over fewer of them.
                batches: (messages / batch).min(100),
                transport: Transport::Plain,
                delays,
            })
        })
        .collect()
    }

    /// As on Lambda: with TLS, and with AWS at its usual distance.
    fn under_share(&self) -> Scenario {
        Scenario {
            transport: Transport::Tls,
            delays: Delays::USUAL,
            body_bytes: TYPICAL_BYTES,
            kind: Kind::Accepted,
            events: if self.is_quick { 10 } else { 50 },
        }
    }
}

fn processor_figures(how: &ProcessorLoad, samples: &[ProcessorSample]) -> ProcessorFigures {
    let over = |figure: &dyn Fn(&ProcessorSample) -> f64| median(samples.iter().map(figure).collect());
    ProcessorFigures {
        batch: how.batch,
        delays: how.delays,
        messages_per_second: over(&|sample| {
            sample.messages as f64 / sample.latencies.iter().map(|latency| latency.as_secs_f64()).sum::<f64>()
        }),
        cpu_ms: over(&|sample| millis(sample.cpu)),
        p50_ms: over(&|sample| percentile(&sample.latencies, 50)),
        peak_memory_mib: over(&|sample| sample.peak_memory as f64 / 1024.0 / 1024.0),
        calls: over(&|sample| sample.counts.calls.values().sum::<u64>() as f64 / sample.messages as f64),
    }
}

fn share_figures(contender: Contender, memory_mb: u64, samples: &[Sample], prices: &Prices) -> ShareFigures {
    let over = |figure: &dyn Fn(&Sample) -> f64| median(samples.iter().map(figure).collect());
    // Lambda bills each invocation by whole milliseconds.
    let billed_ms = |sample: &Sample| {
        sample.latencies.iter().map(|latency| millis(*latency).ceil()).sum::<f64>() / sample.latencies.len() as f64
    };
    ShareFigures {
        contender,
        memory_mb,
        first_answer_ms: over(&|sample| millis(sample.first_answer.saturating_sub(sample.first_poll))),
        p50_ms: over(&|sample| percentile(&sample.latencies, 50)),
        p99_ms: over(&|sample| percentile(&sample.latencies, 99)),
        dollars_per_million: over(&|sample| prices.invocations_per_million(memory_mb, billed_ms(sample))),
    }
}
