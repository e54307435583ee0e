//! The command line. What make's variables say comes by the environment.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Parser, Subcommand};

use crate::functions::{Architecture, Profile};

/// The programs behind the Makefile, each of which builds and installs what it needs. Options may also be given as
/// variables: `make faults ONLY=publish SEED=7`.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Arguments {
    /// Where cargo builds, from the root.
    #[arg(long, global = true, env = "CARGO_TARGET_DIR", default_value = "target", hide_env_values = true)]
    pub(crate) target: PathBuf,
    /// The Python that environments are made with, 3.10 or newer.
    #[arg(long, global = true, env = "PYTHON", default_value = "python3", hide_env_values = true)]
    pub(crate) python: String,
    /// When make began, in Unix time.
    #[arg(long, global = true, env = "BEGAN", hide = true)]
    pub(crate) began: Option<u64>,
    #[command(subcommand)]
    pub(crate) program: Program,
}

/// The programs.
#[derive(Subcommand)]
pub(crate) enum Program {
    /// Builds the functions as Lambda runs them.
    Build {
        #[arg(long, env = "ARCHITECTURE", value_enum, default_value_t = Architecture::here())]
        architecture: Architecture,
    },
    /// Starts the local stack, or brings it up to date; target/local/stack.json says where its parts are.
    Up {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
    },
    /// Stops the local stack.
    Down,
    /// Plays four senders, from signed request to the queue of a consumer.
    Demo {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
        /// Leaves the stack up, and opens the console on what was done.
        #[arg(long, env = "KEEP", value_parser = FalseyValueParser::new())]
        keep: bool,
    },
    /// Runs all tests but those of the tool; those of the whole system on a stack of their own.
    Test {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
    },
    /// Runs the tests of the operator's tool and its console, on a stack of their own.
    TestTool {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
    },
    /// Opens the console in Chromium: every screen, by the rules of accessibility; draws them into target/browser.
    Browser {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
    },
    /// Lists a ledger of 100,000 events, kills a replay of 10,000 five times, and a listener's handler.
    Large {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
    },
    /// Checks what must hold before a merge: format, lints, docs, licences, templates, tests, a little fuzzing.
    Check {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
    },
    /// Demo and tests, with the time of each step, held against what a newcomer is promised.
    FirstHour,
    /// Lets every operation meet every fault.
    Faults {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
        /// Only cases whose operation and fault contain this text.
        #[arg(long, env = "ONLY", default_value = "")]
        only: String,
        /// Of the storms.
        #[arg(long, env = "SEED", default_value_t = 1)]
        seed: u64,
    },
    /// Lets webhooks be lost, late and sent twice, and functions die, and checks that each job's end is published once.
    Lost {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
        /// How many jobs are submitted.
        #[arg(long, env = "JOBS", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(40..))]
        jobs: u32,
        /// Of what the senders do and of the deaths.
        #[arg(long, env = "SEED", default_value_t = 1)]
        seed: u64,
    },
    /// Names the release that `upgrade` begins with, and fails if this clone lacks it.
    Previous {
        /// Another commit or tag.
        #[arg(long, env = "PREVIOUS")]
        previous: Option<String>,
    },
    /// Updates a stack of the previous release in the midst of work, and goes back.
    Upgrade {
        /// How the functions of this version are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
        /// The release to begin with: a commit, a tag, or a folder with its sources.
        #[arg(long, env = "PREVIOUS")]
        previous: Option<String>,
    },
    /// Runs the functions under the roles of the template, and without each permission in turn.
    Permissions {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
    },
    /// Explores the protocol within larger bounds than the tests do.
    Model,
    /// Tries every parser with bytes that reach ever further.
    Fuzz {
        /// Only these.
        #[arg(env = "FUZZ_TARGETS", value_delimiter = ' ')]
        targets: Vec<String>,
        /// For how long each is tried.
        #[arg(long, env = "SECONDS_EACH", default_value_t = 300)]
        seconds_each: u32,
    },
    /// Checks the conformance vectors, in Rust, in Python, and with a sender added to the catalogue.
    Vectors,
    /// Writes the conformance vectors anew.
    VectorsNew,
    /// Writes docs/providers anew.
    Providers,
    /// Tests the example consumers.
    Consumers,
    /// Asks each example application for a picture, on a local stack with a sender that is played.
    Apps {
        /// How the functions are built.
        #[arg(long, env = "PROFILE", value_enum, default_value = "local")]
        profile: Profile,
        /// Only starts this one, python or typescript, for you to look at.
        #[arg(long, env = "OPEN")]
        open: Option<String>,
    },
    /// Measures memory and speed of archiving one asset.
    BenchArchive {
        /// Its size.
        #[arg(long, env = "MIB", default_value_t = 2048)]
        mib: u64,
    },
    /// Measures verifying by each description beside a path written by hand.
    BenchVerify,
    /// Measures everything beside what people would write instead.
    Bench {
        /// How often each is measured.
        #[arg(long, env = "ROUNDS", default_value_t = 5)]
        rounds: u32,
        /// For a look.
        #[arg(long, env = "QUICK", value_parser = FalseyValueParser::new())]
        quick: bool,
        /// Writes the figures into benches/performance.md.
        #[arg(long, env = "PUBLISH", value_parser = FalseyValueParser::new())]
        publish: bool,
    },
    /// Tells dollars per million events.
    Cost {
        /// Writes the figures into benches/performance.md.
        #[arg(long, env = "PUBLISH", value_parser = FalseyValueParser::new())]
        publish: bool,
    },
    /// Counts what ingest takes in instructions.
    Instructions,
    /// Simulates load against AWS's limits.
    Scaling {
        /// Of the simulation.
        #[arg(long, env = "SEED", default_value_t = 1)]
        seed: u64,
        /// Writes the figures into benches/scale.md.
        #[arg(long, env = "PUBLISH", value_parser = FalseyValueParser::new())]
        publish: bool,
    },
    /// Lists what each function and the tool are made of, as CycloneDX, in target/sbom.
    Sbom {
        /// Of the functions.
        #[arg(long, env = "ARCHITECTURE", value_enum, default_value_t = Architecture::here())]
        architecture: Architecture,
    },
    /// Makes target/landfall-{version}-{architecture}.tar.gz, and deploys from it to a local stack.
    Release {
        /// Of the functions and the tool. The toolchain must have the target, and a linker for it.
        #[arg(long, env = "ARCHITECTURE", value_enum, default_value_t = Architecture::here())]
        architecture: Architecture,
    },
    /// Installs the tool by `cargo install`, into a folder of its own.
    InstallCheck,
    /// Makes the release twice, in two places, from nothing; both must be the same.
    Reproduce {
        /// Of the functions.
        #[arg(long, env = "ARCHITECTURE", value_enum, default_value_t = Architecture::here())]
        architecture: Architecture,
    },
    /// Writes the manual page of `landfall` and its completions into target/man.
    Man,
    /// Deploys to the AWS account that the shell is signed in to; `deploy --help` is of the tool that does it.
    #[command(disable_help_flag = true)]
    Deploy {
        /// Handed on.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Formats the code.
    Fmt,
    /// Stops all local stacks, and removes what was built or installed here.
    Clean,
}
