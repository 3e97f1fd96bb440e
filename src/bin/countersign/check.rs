//! `countersign check` and `countersign schema`: the policy document, before any proxy sees it.

mod envoy;

use crate::say::say;
use anyhow::{Context, Result, bail};
use countersign::config;
use countersign::policy::Policy;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Loads a policy as the filter does, and prints every fault with its path
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The policy, as YAML or as JSON
    #[arg(required_unless_present = "envoy")]
    policy: Option<PathBuf>,
    /// A bootstrap or listeners of Envoy, as YAML or as JSON: refused where they open the gate, send a
    /// request again whose transaction is used once, or lack what the policy names. The policy is
    /// the one in the file, or else the one that is named
    #[arg(long)]
    envoy: Option<PathBuf>,
}

/// Checks a policy.
///
/// # Errors
/// The file cannot be read, or the policy has faults.
pub(crate) fn run(options: &Options) -> Result<()> {
    let policy = options.policy.as_deref().map(policy).transpose()?;
    match &options.envoy {
        Some(path) => proxy(path, policy.as_ref()),
        None => Ok(()),
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn proxy(path: &Path, policy: Option<&Policy>) -> Result<()> {
    let file: Value = serde_saphyr::from_str(&read(path)?)
        .with_context(|| format!("{} is not YAML", path.display()))?;
    let findings = envoy::examine(&file, policy);
    for finding in &findings {
        say!("{finding}")?;
    }
    if findings.is_empty() {
        return Ok(say!("ok: {}", path.display())?);
    }
    bail!("{}: {} faults", path.display(), findings.len())
}

fn policy(path: &Path) -> Result<Policy> {
    let text = read(path)?;
    let path = path.display();
    let loaded = config::from_yaml(&text)
        .map_err(|fault| vec![fault])
        .and_then(|json| config::load(&json));
    match loaded {
        Ok(policy) => {
            for doubt in config::doubts(&policy) {
                say!("warning: {doubt}")?;
            }
            say!(
                "ok: {} routes, {} issuers, {} services; revision {}, digest {}",
                policy.routes.len(),
                policy.issuers.len(),
                policy.services.len(),
                policy.revision,
                policy.digest
            )?;
            Ok(policy)
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
