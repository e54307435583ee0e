//! `cost`: dollars per million events, by sender and by what an operator can change; and what a month costs besides.
//! With `--standing` only the latter, for which nothing runs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

use std::fs;
use std::process::ExitCode;

use benches::Result;
use benches::cost::{Case, Cost};
use benches::delivery::Credential;
use benches::prices::Prices;
use benches::publish::{publish, publish_in};
use benches::scenario::Testbed;
use benches::{provisioned, standing};
use clap::Parser;
use testdata::delivery::recorded;

/// Dollars per million events, by sender and by what an operator can change.
#[derive(Parser)]
struct Arguments {
    /// Writes the tables into the docs
    #[arg(long)]
    publish: bool,
    /// Only what is computed from list prices: a month's standing costs and provisioned capacity
    #[arg(long)]
    standing: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cost: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let Arguments { publish: is_published, standing: is_standing_only } = Arguments::parse();
    let prices = Prices::read()?;
    let (besides, steady) = (standing::text(&prices), provisioned::text(&prices));
    println!("{besides}\n\n{steady}\n");
    if is_published {
        publish(standing::PART, &besides)?;
        publish_in(provisioned::PAGE, provisioned::PART, &steady)?;
    }
    if is_standing_only {
        return Ok(());
    }
    let mut testbed = Testbed::here()?;
    let mut costs = Vec::new();
    let mut add = |testbed: &Testbed, case: Case| -> Result<()> {
        eprintln!("    {}", case.name);
        costs.push(testbed.cost(&case, &prices)?);
        Ok(())
    };
    let signed = |header| Credential::signature(header, "a benchmark's secret, known to everybody");
    for (provider, credential, name, job) in [
        ("csm", Credential::Token, "image-to-3d-complete", "SESSION_1756711515_3265503"),
        ("get3w", signed("x-get3w-signature"), "v3-completed-two-videos", "pred_7f31c09a"),
        ("modelslab", Credential::Token, "video-success", "abc123-def456"),
        ("glossi", signed("x-glossi-signature"), "model-processed", "0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01"),
    ] {
        let body = String::from_utf8(recorded(&format!("{provider}/{name}")).body)?;
        add(&testbed, Case::of_sender(provider, credential, &body, job))?;
    }
    for body_bytes in [512, 2 * 1024, 8 * 1024, 20 * 1024, 200 * 1024] {
        add(&testbed, Case::usual(&format!("{} KiB", body_bytes as f64 / 1024.0), body_bytes))?;
    }
    let typical = |name: &str| Case::usual(&format!("2 KiB, {name}"), 2 * 1024);
    add(&testbed, Case { batch: 1, ..typical("batches of 1") })?;
    for ingest_mb in [128, 512, 1024] {
        add(&testbed, Case { ingest_mb, ..typical(&format!("ingest at {ingest_mb} MB")) })?;
    }
    for process_mb in [512, 1769] {
        add(&testbed, Case { process_mb, ..typical(&format!("process at {process_mb} MB")) })?;
    }
    testbed.settings = vec![("INLINE_BODY_BYTES", "65536".to_owned())];
    add(&testbed, Case::usual("20 KiB, inline up to 64 KiB", 20 * 1024))?;
    testbed.settings = vec![("INLINE_BODY_BYTES", "0".to_owned())];
    add(&testbed, typical("every body in the bucket"))?;

    let text = format!("{}\n{}", Cost::table(&costs), Cost::notes(&prices));
    println!("{text}");
    if is_published {
        publish("cost", &text)?;
    }
    let out = testbed.directory.join("cost.json");
    fs::write(&out, serde_json::to_string_pretty(&costs)?)?;
    println!("all figures: {}", out.display());
    Ok(())
}
