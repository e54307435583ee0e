//! How much memory the processor needs for a large asset, and how fast it is.
//!
//! The real function, in a local stack of its own, archives one asset that is made up while it is sent, into a bucket that
//! only counts. Exits with a failure if the function needed more memory than it may, or if what is recorded is not what
//! was served.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

mod bucket;
mod digest;
mod sender;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use domain::provider::Provider;
use serde_json::json;
use tests::clock::Stopwatch;
use tests::ledger::Record;
use tests::observe::until_within;
use tests::source::Source;
use tests::stack::{Error, Result};
use tests::world::{World, run_behind_proxy};

use crate::bucket::Bucket;
use crate::sender::Sender;

/// How much memory the processor needs for a large asset, and how fast it is.
#[derive(Parser)]
struct Arguments {
    /// What the stack writes goes here
    #[arg(long, default_value = "target/bench-stack")]
    dir: PathBuf,
    /// Size of the asset in MiB
    #[arg(long, default_value_t = 2048)]
    mib: u64,
}

const MIB: u64 = 1024 * 1024;
/// The processor must never need as much memory as this, whatever the size of an asset.
const MEMORY_MAX_BYTES: u64 = 120 * MIB;
/// How long the processor may run here. The template gives it less, which bounds the size of an asset by the speed of the
/// network; what is asked here is what a size costs.
const TIMEOUT_SECONDS: u32 = 900;

fn main() -> ExitCode {
    match measure(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-archive: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<()> {
    run_behind_proxy(&arguments.dir, None, async |world, listener| archive(world, listener, arguments.mib * MIB).await)?
}

/// Lets an asset of `bytes` be archived, tells what that took, and says what is not as it must be.
async fn archive(world: &World, listener: TcpListener, bytes: u64) -> Result<()> {
    let bucket = Bucket::start(listener, world.stack.address())?;
    let sender = Sender::start(bytes).await?;
    world.set_timeout(&world.stack.process_function, TIMEOUT_SECONDS).await;
    let source = Source::new(Provider::Get3w).with_option("archive", true).with_option("max_asset_bytes", bytes);
    let source = world.set_up(source).await;
    let body = json!({"id": "pred_1", "status": "completed", "outputs": [sender.url]}).to_string().into_bytes();
    let id = Record::received(&source, &body).id().to_owned();

    println!("archiving {bytes} bytes");
    let begun = Stopwatch::start();
    world.deliver(&world.delivery(&source, &body)).await;
    let bound = Duration::from_secs(TIMEOUT_SECONDS.into());
    let event = until_within(bound, "the end of the event", async || {
        let event = world.events(&source).into_iter().next();
        match (event, world.record(&id).await) {
            (Some(event), _) => Ok(event),
            (None, Some(record)) => Err(format!("{} {}", record.told(), record.text("last_error"))),
            (None, None) => Err("no record".to_owned()),
        }
    })
    .await;
    let seconds = begun.elapsed().as_secs_f64();

    let copy = &event.json["data"]["assets"][0]["archived"];
    let stored = bucket.stored().ok_or_else(|| Error::from(format!("it was not archived: {}", event.json)))?;
    let peak = stored.caller.peak_memory_bytes()?;
    let mib = |bytes: u64| bytes as f64 / MIB as f64;
    println!("size         {bytes} bytes in {} parts", stored.parts);
    println!("time         {seconds:.1} s from the delivery to the published event");
    println!("throughput   {:.1} MiB/s", mib(bytes) / seconds);
    println!("peak memory  {:.1} MiB of the function's process, of at most {:.0}", mib(peak), mib(MEMORY_MAX_BYTES));
    println!("SHA-256      {} is recorded", copy["sha256"].as_str().unwrap_or("none"));

    let served = sender.served();
    if served != [stored.sha256.clone()] || stored.bytes != bytes {
        return Err(Error::from(format!(
            "{served:?} was served, but {} bytes stored, {}",
            stored.bytes, stored.sha256
        )));
    }
    if copy["sha256"] != json!(stored.sha256) || copy["size"] != json!(bytes) {
        return Err(Error::from(format!("{} was stored, but recorded is {copy}", stored.sha256)));
    }
    if peak >= MEMORY_MAX_BYTES {
        return Err(Error::from("the function needed more memory than it may"));
    }
    Ok(())
}
