//! One run of one contender: what is asked of it, what it must have done, and what it took.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;

use crate::contender::{BUCKET, Contender, LEDGER_TABLE, Places, SOURCES_PREFIX};
use crate::delivery::{Authenticity, Delivery, SOURCE, delivery, secret_value};
use crate::digest::sha256_hex;
use crate::instance::{Instance, Outcome};
use crate::services::{Counts, Delays, Services, State};
use crate::tls::Authority;
use crate::{Result, share::Share};

/// How the functions speak with AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Without encryption: what remains is the handler's own work.
    Plain,
    /// As on Lambda.
    Tls,
}

/// What kind of deliveries come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Genuine and new.
    Accepted,
    /// Genuine, and recorded by another instance.
    Duplicate,
    /// Genuine, and the very one that this instance has just accepted.
    Repeat,
    /// Not genuine.
    Refused,
}

/// What is asked of a contender.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scenario {
    /// How it speaks with AWS.
    pub transport: Transport,
    /// How long AWS takes.
    pub delays: Delays,
    /// The size of a body.
    pub body_bytes: usize,
    /// What comes.
    pub kind: Kind,
    /// How many of them are measured.
    pub events: usize,
}

/// What it took.
#[derive(Clone, Debug)]
pub struct Sample {
    /// From the start of the process until it asked for an event.
    pub first_poll: Duration,
    /// From the start of the process until it had answered its first event.
    pub first_answer: Duration,
    /// The answer's latency, for each event but the first ones.
    pub latencies: Vec<Duration>,
    /// The CPU time of an event.
    pub cpu: Duration,
    /// The most memory that the process had, in bytes.
    pub peak_memory: u64,
    /// Calls to AWS an event.
    pub calls: f64,
    /// How long AWS kept an event waiting.
    pub held: Duration,
    /// What the measured events asked of AWS.
    pub counts: Counts,
    /// Bytes logged an event.
    pub log_bytes: f64,
}

/// What all runs share.
pub struct Testbed {
    /// Where the contenders are.
    pub places: Places,
    /// The run's certificate.
    pub authority: Authority,
    /// Where functions log.
    pub directory: PathBuf,
    /// Variables of the functions that are to differ from the usual.
    pub settings: Vec<(&'static str, String)>,
}

/// So many events come before it counts: connections are opened and code is compiled in them.
const WARM_UP: usize = 20;

/// A contender, started, with the stubs around it.
pub struct RunningContender {
    /// The function.
    pub instance: Instance,
    /// Its AWS.
    pub services: Services,
    /// What starting took.
    pub first_poll: Duration,
}

impl Testbed {
    /// That of the repository in which this process runs, where `make` has built and installed everything.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub fn here() -> Result<Testbed> {
        let target = PathBuf::from(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
        let directory = target.join("bench");
        fs::create_dir_all(&directory)?;
        let absolute = |path: &Path| std::path::absolute(path);
        Ok(Testbed {
            places: Places {
                floor: absolute(&target.join("release/floor"))?,
                contenders: absolute(Path::new("benches/contenders"))?,
                python: absolute(Path::new(".venv-bench"))?,
                target: absolute(&target)?,
            },
            authority: Authority::make(&directory)?,
            directory,
            settings: Vec::new(),
        })
    }

    /// Starts `contender` over `state`.
    ///
    /// # Errors
    /// If it does not come up.
    pub fn start(
        &self,
        contender: Contender,
        state: State,
        transport: Transport,
        delays: Delays,
    ) -> Result<RunningContender> {
        let tls = (transport == Transport::Tls).then(|| self.authority.server.clone());
        let services = Services::start(state, delays, tls)?;
        let mut command = contender.command(&self.places, &services, &self.authority);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        let mut instance = Instance::spawn(command, &self.directory.join("function.log"))?;
        let first_poll = instance.first_poll()?;
        Ok(RunningContender { instance, services, first_poll })
    }

    /// Runs `contender` through `scenario`, on a `share` of a processor once it has initialised, if one is given.
    ///
    /// # Errors
    /// If it fails, or did not do what it should have done.
    pub fn run(&self, contender: Contender, scenario: &Scenario, share: Option<&Share>) -> Result<Sample> {
        self.run_unnamed(contender, scenario, share).map_err(|error| {
            format!("{}, {:?} of {} bytes: {error}", contender.name(), scenario.kind, scenario.body_bytes).into()
        })
    }

    fn run_unnamed(&self, contender: Contender, scenario: &Scenario, share: Option<&Share>) -> Result<Sample> {
        let Scenario { transport, delays, body_bytes, kind, events } = *scenario;
        let warm_up = WARM_UP.min(events);
        let signed = if kind == Kind::Refused { Authenticity::Forged } else { Authenticity::Genuine };
        let numbers = |from: usize, count: usize| {
            (from..from + count).map(|number| if kind == Kind::Repeat { 0 } else { number as u64 })
        };
        // The first is always genuine, so that each contender has read its secret.
        let first = delivery(0, body_bytes, Authenticity::Genuine);
        let others: Vec<Delivery> =
            numbers(1, warm_up + events).map(|number| delivery(number, body_bytes, signed)).collect();

        let mut state = State::with_secret(&format!("{SOURCES_PREFIX}/source/{SOURCE}"), &secret_value());
        if kind == Kind::Duplicate {
            let mut earlier = self.start(contender, state, transport, Delays::NONE)?;
            earlier.instance.handle([first.payload.clone()])?;
            earlier.instance.handle(others.iter().map(|delivery| delivery.payload.clone()))?;
            state = earlier.services.into_state();
        }
        let RunningContender { mut instance, services, first_poll } =
            self.start(contender, state, transport, delays)?;
        if let Some(share) = share {
            share.take(&instance)?;
        }
        let answered = instance.handle([first.payload.clone()])?;
        let first_answer = instance.since_spawn(&answered[0]);
        let (warming, measured) = others.split_at(warm_up);
        let payloads = |deliveries: &[Delivery]| deliveries.iter().map(|it| it.payload.clone()).collect::<Vec<_>>();
        let warmed = instance.handle(payloads(warming))?;
        services.state().take_counts();
        let (cpu_before, log_before) = (instance.cpu()?, instance.log_bytes()?);
        let outcomes = instance.handle(payloads(measured))?;
        let (cpu, log_bytes) = (instance.cpu()? - cpu_before, instance.log_bytes()? - log_before);
        let counts = services.state().take_counts();

        let first_kind = if kind == Kind::Duplicate { Kind::Duplicate } else { Kind::Accepted };
        check(&answered, std::slice::from_ref(&first), first_kind)?;
        check(&warmed, warming, kind)?;
        check(&outcomes, measured, kind)?;
        let lines = instance.log()?.lines().count();
        if lines < 1 + others.len() {
            return Err(format!("{lines} lines logged for {} events", 1 + others.len()).into());
        }
        if kind == Kind::Accepted {
            check_effects(&services.state(), others.iter().chain([&first]))?;
        }
        let (calls, failures) = (counts.calls.values().sum::<u64>(), services.state().failures.join("; "));
        if !failures.is_empty() {
            return Err(failures.into());
        }
        let count = events.max(1);
        Ok(Sample {
            first_poll,
            first_answer,
            latencies: outcomes.iter().map(|outcome| outcome.latency).collect(),
            cpu: cpu / u32::try_from(count)?,
            peak_memory: instance.peak_memory()?,
            calls: calls as f64 / count as f64,
            held: counts.held / u32::try_from(count)?,
            counts,
            log_bytes: log_bytes as f64 / count as f64,
        })
    }
}

/// Whether each answer is the right one.
fn check(outcomes: &[Outcome], deliveries: &[Delivery], kind: Kind) -> Result<()> {
    for (outcome, delivery) in outcomes.iter().zip(deliveries) {
        let answer: Value = serde_json::from_slice(&outcome.answer)?;
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        let (status, outcome) = match kind {
            Kind::Accepted => (200, Some("accepted")),
            Kind::Duplicate | Kind::Repeat => (200, Some("duplicate")),
            Kind::Refused => (401, None),
        };
        let is_named = kind == Kind::Refused || body["id"] == delivery.event_id;
        if answer["statusCode"] != status || body["status"].as_str() != outcome || !is_named {
            return Err(format!("{} was answered {answer}", delivery.event_id).into());
        }
    }
    Ok(())
}

/// Whether each delivery is durable with its body and its due time, and was sent on once.
///
/// # Errors
/// If one is not.
pub fn check_effects<'a>(state: &State, deliveries: impl IntoIterator<Item = &'a Delivery>) -> Result<()> {
    let mut sent: HashMap<String, Vec<Value>> = HashMap::new();
    for message in &state.messages {
        let message: Value = serde_json::from_str(message)?;
        sent.entry(message["id"].as_str().unwrap_or_default().to_owned()).or_default().push(message);
    }
    for delivery in deliveries {
        let id = &delivery.event_id;
        let item =
            state.items.get(&(LEDGER_TABLE.to_owned(), id.clone())).ok_or_else(|| format!("no record of {id}"))?;
        if item.get("due_at").and_then(|due_at| due_at["N"].as_str()).is_none() {
            return Err(format!("{id} is not due").into());
        }
        let object = |key: &Value| {
            let path = format!("/{BUCKET}/{}", key.as_str().unwrap_or_default());
            state.objects.get(&path).cloned().ok_or_else(|| format!("no object {path}"))
        };
        let kept = match (item.get("body"), item.get("body_ref")) {
            (Some(body), _) => {
                let bytes = STANDARD.decode(body["B"].as_str().unwrap_or_default())?;
                let is_zstd = item.get("body_encoding").is_some_and(|encoding| encoding["S"] == "zstd");
                if is_zstd { zstd::bulk::decompress(&bytes, delivery.body.len())? } else { bytes }
            }
            (None, Some(reference)) => object(&reference["M"]["key"]["S"])?,
            (None, None) => return Err(format!("the record of {id} has no body").into()),
        };
        let messages = sent.get(id).map(Vec::as_slice).unwrap_or_default();
        let [message] = messages else { return Err(format!("{} messages of {id}", messages.len()).into()) };
        let carried = match (&message["body"]["text"], &message["body"]["s3"]["key"]) {
            (Value::String(text), _) => text.clone().into_bytes(),
            // Landfall's message may say that the record has the body.
            (_, Value::Null) if message["body"]["ledger"] == true => kept.clone(),
            (_, key) => object(key)?,
        };
        if sha256_hex(&kept) != sha256_hex(&delivery.body) || carried != kept {
            return Err(format!("the body of {id} is not the one that was sent").into());
        }
    }
    Ok(())
}
