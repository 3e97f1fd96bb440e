//! Everything that runs in a demo, and the playing of one step: send, look at the answer, at the
//! decision record and at who was called, and hold all of it against what was expected.

use super::Options;
use super::client::{Answer, Client, Sending};
use super::envoy::{Envoy, Settings};
use super::issuer::Issuer;
use super::patch::{self, Places};
use super::pdp::Pdp;
use super::record::{Line, Record};
use super::tts::Tts;
use super::upstream::Upstream;
use crate::mint;
use crate::say::say;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The running parts.
pub(crate) struct Stage {
    pub(crate) issuer: Issuer,
    pub(crate) upstream: Upstream,
    pub(crate) pdp: Pdp,
    pub(crate) tts: Tts,
    pub(crate) envoy: Envoy,
    pub(crate) client: Client,
    steps: u32,
    surprised: BTreeSet<u32>,
}

/// What became of the decision service in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nobody asked it.
    No,
    /// It was asked once, and knows.
    Once,
    /// It was asked and never heard the question.
    InVain,
}

/// What a step must give.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expect {
    pub(crate) status: u16,
    pub(crate) verdict: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) score: Option<u64>,
    pub(crate) asked: Asked,
}

impl Expect {
    /// Forwarded, with this score.
    pub(crate) const fn forward(score: u64) -> Self {
        Self {
            status: 200,
            verdict: "forward",
            reason: None,
            score: Some(score),
            asked: Asked::No,
        }
    }

    /// Refused before it was scored.
    pub(crate) const fn refuse(status: u16, reason: &'static str) -> Self {
        Self {
            status,
            verdict: "refuse",
            reason: Some(reason),
            score: None,
            asked: Asked::No,
        }
    }

    /// With this score.
    pub(crate) const fn score(mut self, score: u64) -> Self {
        self.score = Some(score);
        self
    }

    /// With this verdict.
    pub(crate) const fn verdict(mut self, verdict: &'static str) -> Self {
        self.verdict = verdict;
        self
    }

    /// After the decision service was asked so.
    pub(crate) const fn asked(mut self, asked: Asked) -> Self {
        self.asked = asked;
        self
    }

    fn reaches_upstream(&self) -> u64 {
        u64::from(self.verdict == "forward")
    }
}

/// Counters of what is behind the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) upstream: u64,
    pub(crate) pdp: u64,
    pub(crate) keys: u64,
}

impl Stage {
    /// Starts everything.
    pub(crate) async fn open(options: &Options) -> Result<Self> {
        let module = std::path::absolute(&options.module)?;
        if !module.is_file() {
            anyhow::bail!("there is no module at {}: build it first", module.display());
        }
        let program = options.program();
        let issuer = Issuer::start().await?;
        let upstream = Upstream::start().await?;
        let pdp = Pdp::start().await?;
        let client_secret = mint::nonce();
        let tts = Tts::start(&client_secret).await?;
        let policy = patch::policy(&options.policy, &options.exchange)?;
        let places = Places {
            upstream: upstream.server.address(),
            issuer: issuer.server.address(),
            pdp: pdp.server.address(),
            tts: tts.server.address(),
            module: &module,
        };
        let config = patch::envoy(patch::read_yaml(&options.config)?, &policy, &places)?;
        say!(
            "Starting {} with {}",
            program.display(),
            options.module.display()
        )?;
        let envoy = Envoy::start(&Settings {
            program: &program,
            config,
            client_secret: &client_secret,
            verbose: options.verbose,
        })
        .await?;
        say!(
            "  gate      http://{}  for https://api.example.com",
            envoy.gate()
        )?;
        say!("  upstream  http://{}", places.upstream)?;
        say!("  issuer    http://{}/jwks", places.issuer)?;
        say!(
            "  decision service  http://{}/access/v1/evaluation",
            places.pdp
        )?;
        say!("  token exchange    http://{}/token", places.tts)?;
        let client = Client::new(envoy.gate());
        Ok(Self {
            issuer,
            upstream,
            pdp,
            tts,
            envoy,
            client,
            steps: 0,
            surprised: BTreeSet::new(),
        })
    }

    /// Stops what [`Stage::open`] started. The servers stop when they are dropped.
    pub(crate) async fn close(self) -> Result<()> {
        self.envoy.stop().await.context("Envoy did not stop")
    }

    /// The counters now.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            upstream: self.upstream.received(),
            pdp: self.pdp.calls(),
            keys: self.issuer.fetches(),
        }
    }

    /// Plays one step and prints it.
    pub(crate) async fn play(
        &mut self,
        title: &str,
        sending: &Sending,
        expect: Expect,
    ) -> Result<Answer> {
        self.begin(title)?;
        say!("    {}", sending.summary())?;
        let before = self.counts();
        let trace = trace();
        let answer = self.client.send(sending, &trace).await?;
        let line = self.envoy.line(&trace).await?;
        let after = self.counts();
        let record = line.record();
        let seen = match &record {
            Ok(record) => describe(&answer, &line, record, before, after)?,
            Err(problem) => format!("    -> {}, {problem:#}\n", answer.status),
        };
        say!("{}", seen.trim_end())?;
        let mut surprises = record.map_or_else(
            |problem| vec![format!("a decision record was expected: {problem:#}")],
            |record| compare(&expect, &record, before, after),
        );
        differ(&mut surprises, "status", &expect.status, &answer.status);
        differ(
            &mut surprises,
            "requests at the upstream",
            &before.upstream.saturating_add(expect.reaches_upstream()),
            &after.upstream,
        );
        self.judge(&surprises)?;
        Ok(answer)
    }

    /// Begins a step.
    pub(crate) fn begin(&mut self, title: &str) -> Result<()> {
        self.steps = self.steps.saturating_add(1);
        Ok(say!("\n{:>2}. {title}", self.steps)?)
    }

    /// Ends a step: prints and counts what was not expected.
    pub(crate) fn judge(&mut self, surprises: &[String]) -> Result<()> {
        for surprise in surprises {
            say!("    SURPRISE: {surprise}")?;
        }
        if !surprises.is_empty() {
            self.surprised.insert(self.steps);
        }
        Ok(())
    }

    /// How many steps were played, or an error if any surprised.
    pub(crate) fn sum_up(&self) -> Result<u32> {
        if self.surprised.is_empty() {
            return Ok(self.steps);
        }
        let surprised: Vec<_> = self.surprised.iter().map(u32::to_string).collect();
        anyhow::bail!(
            "of {} steps these were not as expected: {}",
            self.steps,
            surprised.join(", ")
        )
    }
}

/// A fresh trace id: sixteen random bytes in hexadecimal.
pub(crate) fn trace() -> String {
    format!("{:032x}", u128::from_be_bytes(crate::mint::random()))
}

/// Adds a surprise if two values differ.
pub(crate) fn differ<T: PartialEq + std::fmt::Debug>(
    surprises: &mut Vec<String>,
    what: &str,
    expected: &T,
    seen: &T,
) {
    if expected != seen {
        surprises.push(format!("{what}: expected {expected:?}, was {seen:?}"));
    }
}

fn compare(expect: &Expect, record: &Record, before: Counts, after: Counts) -> Vec<String> {
    let mut surprises = Vec::new();
    let reason = expect.reason.map(str::to_owned);
    differ(
        &mut surprises,
        "verdict",
        &expect.verdict,
        &&*record.verdict,
    );
    differ(&mut surprises, "reason", &reason, &record.reason);
    differ(&mut surprises, "score", &expect.score, &record.score);
    let asked = match (record.service.is_some(), after.pdp.checked_sub(before.pdp)) {
        (false, Some(0)) => Some(Asked::No),
        (true, Some(1)) => Some(Asked::Once),
        (true, Some(0)) => Some(Asked::InVain),
        (true | false, _) => None,
    };
    differ(
        &mut surprises,
        "decision service asked",
        &Some(expect.asked),
        &asked,
    );
    surprises
}

fn describe(
    answer: &Answer,
    line: &Line,
    record: &Record,
    before: Counts,
    after: Counts,
) -> Result<String> {
    let mut text = String::new();
    write!(text, "    -> {} {}", answer.status, record.verdict)?;
    if let Some(reason) = &record.reason {
        write!(text, " {reason}")?;
    }
    writeln!(text)?;
    if let Some(challenge) = &answer.challenge {
        writeln!(text, "       WWW-Authenticate: {challenge}")?;
    }
    writeln!(text, "       {}", record.sum())?;
    match &record.service {
        Some(service) => write!(text, "       decision service asked: {service}")?,
        None => write!(text, "       decision service not asked")?,
    }
    let called = after.pdp.saturating_sub(before.pdp);
    let reached = after.upstream.saturating_sub(before.upstream);
    writeln!(text, " (calls it saw: {called}); upstream saw: {reached}")?;
    let details = line.details.as_deref().unwrap_or("-");
    writeln!(
        text,
        "       record {}; signatures: {}; details: {details}",
        record.id,
        record.engines()
    )?;
    Ok(text)
}
