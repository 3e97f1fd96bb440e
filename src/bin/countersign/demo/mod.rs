//! `countersign demo`: a real Envoy with the module in it, an issuer, an upstream, a decision
//! service and a client, all on loopback, and a story that tells what the gate does.

mod client;
mod customer;
mod elevation;
mod envoy;
mod issuer;
mod patch;
mod pdp;
mod record;
mod rotation;
mod serve;
mod stage;
mod story;
mod tts;
mod upstream;

use crate::say::say;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// Where an Envoy from a virtual environment of the project lies.
const LOCAL_ENVOY: &str = ".tools/venv/bin/envoy";

/// Runs a real Envoy with the module and shows what it forwards and what it refuses
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The Envoy to run [default: `$COUNTERSIGN_ENVOY`, or .tools/venv/bin/envoy]
    #[arg(long, value_name = "PATH")]
    envoy: Option<PathBuf>,
    /// The filter
    #[arg(long, value_name = "PATH", default_value = "dist/countersign.wasm")]
    module: PathBuf,
    /// The Envoy configuration that is run, with other ports
    #[arg(long, value_name = "PATH", default_value = "envoy/envoy.yaml")]
    config: PathBuf,
    /// The policy
    #[arg(long, value_name = "PATH", default_value = "envoy/policy.yaml")]
    policy: PathBuf,
    /// The policy whose token exchange it plays, too
    #[arg(
        long,
        value_name = "PATH",
        default_value = "envoy/examples/exchange.yaml"
    )]
    exchange: PathBuf,
    /// Shows Envoy's log too
    #[arg(long)]
    verbose: bool,
}

impl Options {
    fn program(&self) -> PathBuf {
        self.envoy
            .clone()
            .or_else(|| std::env::var_os("COUNTERSIGN_ENVOY").map(PathBuf::from))
            .unwrap_or_else(|| PathBuf::from(LOCAL_ENVOY))
    }
}

/// Plays the demo.
///
/// # Errors
/// Something did not start, or a step was not as expected.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = Runtime::new().context("no threads to run on")?;
    runtime.block_on(async {
        let mut stage = tokio::select! {
            stage = stage::Stage::open(options) => stage?,
            end = interrupted() => return end,
        };
        let told = tokio::select! {
            told = story::tell(&mut stage) => told,
            end = interrupted() => end,
        };
        if options.verbose
            && let Ok(counters) = stage.envoy.counters().await
        {
            say!("\n{}", counters.trim_end())?;
        }
        let summed = told.and_then(|()| stage.sum_up());
        stage.close().await?;
        let steps = summed?;
        Ok(say!("\n{steps} steps as expected.")?)
    })
}

/// Ends, with an error, when somebody asks the command to.
async fn interrupted() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed?,
        _ = terminate.recv() => {}
    }
    bail!("interrupted")
}
