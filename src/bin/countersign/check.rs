//! `countersign check` and `countersign schema`: the policy document, before any proxy sees it.

use crate::say::say;
use anyhow::{Context, Result, bail};
use countersign::config;
use std::path::PathBuf;

/// Loads a policy as the filter does, and prints every fault with its path
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The policy, as YAML or as JSON
    policy: PathBuf,
}

/// Checks a policy.
///
/// # Errors
/// The file cannot be read, or the policy has faults.
pub(crate) fn run(options: &Options) -> Result<()> {
    let path = options.policy.display();
    let text =
        std::fs::read_to_string(&options.policy).with_context(|| format!("cannot read {path}"))?;
    let loaded = config::from_yaml(&text)
        .map_err(|fault| vec![fault])
        .and_then(|json| config::load(&json));
    match loaded {
        Ok(policy) => {
            for doubt in config::doubts(&policy) {
                say!("warning: {doubt}")?;
            }
            Ok(say!(
                "ok: {} routes, {} issuers, {} services; revision {}, digest {}",
                policy.routes.len(),
                policy.issuers.len(),
                policy.services.len(),
                policy.revision,
                policy.digest
            )?)
        }
        Err(faults) => {
            for fault in &faults {
                say!("{fault}")?;
            }
            bail!("{path}: {} faults", faults.len())
        }
    }
}

/// Prints the JSON Schema of the policy.
///
/// # Errors
/// Standard output is closed.
pub(crate) fn schema() -> Result<()> {
    Ok(say!("{:#}", config::schema())?)
}
