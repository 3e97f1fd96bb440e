//! What Envoy's access log says of a request: one line of it, with the decision record inside.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::fmt;

/// One line of the access log, as `envoy.yaml` formats it.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    /// `traceparent` of the request.
    pub(crate) trace: Option<String>,
    /// Why Envoy answered what it did.
    pub(crate) details: Option<String>,
    /// The decision record, as text.
    countersign: Option<String>,
}

/// The members of a decision record that the demo looks at.
#[derive(Debug, Deserialize)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) verdict: String,
    pub(crate) reason: Option<String>,
    pub(crate) score: Option<u64>,
    contributions: Vec<Contribution>,
    pub(crate) service: Option<Service>,
    engine: Engines,
}

#[derive(Debug, Deserialize)]
struct Contribution {
    name: String,
    add: u64,
}

/// The decision service that was asked.
#[derive(Debug, Deserialize)]
pub(crate) struct Service {
    name: String,
    latency_ms: Option<u64>,
    answer: Option<String>,
}

/// What verified the signatures.
#[derive(Debug, Deserialize)]
struct Engines {
    token: Option<String>,
    proof: Option<String>,
}

impl Line {
    /// Reads one line.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("not an access-log line")
    }

    /// The decision record in it.
    pub(crate) fn record(&self) -> Result<Record> {
        let text = self
            .countersign
            .as_deref()
            .context("the access log carries no decision record")?;
        serde_json::from_str(text).with_context(|| format!("not a decision record: {text}"))
    }
}

impl Record {
    /// The score and what it is made of, for people.
    pub(crate) fn sum(&self) -> String {
        let Some(score) = self.score else {
            return "refused before it was scored".to_owned();
        };
        let parts: Vec<_> = self
            .contributions
            .iter()
            .map(|part| format!("{} {}", part.name, part.add))
            .collect();
        format!("score {score} = {}", parts.join(" + "))
    }

    /// What verified the signatures, for people.
    pub(crate) fn engines(&self) -> String {
        let named: Vec<_> = [("token", &self.engine.token), ("proof", &self.engine.proof)]
            .into_iter()
            .filter_map(|(what, engine)| Some(format!("{what} by {}", engine.as_deref()?)))
            .collect();
        if named.is_empty() {
            return "none checked".to_owned();
        }
        named.join(", ")
    }
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.name)?;
        if let Some(answer) = &self.answer {
            write!(formatter, ", answer {answer}")?;
        }
        if let Some(latency) = self.latency_ms {
            write!(formatter, " after {latency} ms")?;
        }
        Ok(())
    }
}
