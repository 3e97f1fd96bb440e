//! The step in which the issuer rotates its keys in the middle of traffic.

use super::client::{Answer, Client, Sending};
use super::customer::{Customer, reading};
use super::stage::{Stage, differ, trace};
use crate::say::say;
use anyhow::{Context, Result};
use tokio::task::JoinSet;

/// Requests in flight, half of them before and half after.
const IN_FLIGHT: usize = 60;

/// Rotates the issuer's keys while requests are in flight. The new key is published and used in
/// the same moment, so the gate meets a name that it has never heard.
pub(crate) async fn play(stage: &mut Stage, customer: &Customer, before: &str) -> Result<()> {
    stage.begin("The issuer rotates its keys while sixty requests are in flight")?;
    let counts = stage.counts();
    let half = IN_FLIGHT.div_euclid(2);
    let mut flying = JoinSet::new();
    launch(&mut flying, stage, customer, before, half)?;
    let kid = stage.issuer.rotate()?;
    let after = stage.issuer.token(customer.key(), &reading())?;
    launch(&mut flying, stage, customer, &after, half)?;
    let mut good = 0_usize;
    let mut surprises = Vec::new();
    while let Some(answer) = flying.join_next().await {
        let answer = answer.context("a client stopped")??;
        if answer.status == 200 {
            good = good.saturating_add(1);
        } else {
            surprises.push(format!("answer {}: {}", answer.status, answer.body));
        }
    }
    stage.envoy.forget_lines();
    let now = stage.counts();
    let fetches = now.keys.saturating_sub(counts.keys);
    let reached = now.upstream.saturating_sub(counts.upstream);
    say!("    {IN_FLIGHT} reads, {half} with tokens of the old key, {half} of the unknown {kid}")?;
    say!(
        "    -> {good} times 200; key set fetched {fetches} more time(s); upstream saw: {reached}"
    )?;
    differ(&mut surprises, "answers with 200", &IN_FLIGHT, &good);
    if fetches == 0 || fetches > 2 {
        surprises.push(format!(
            "key set fetches: expected one or two, were {fetches}"
        ));
    }
    stage.judge(&surprises)
}

fn launch(
    flying: &mut JoinSet<Result<Answer>>,
    stage: &Stage,
    customer: &Customer,
    token: &str,
    times: usize,
) -> Result<()> {
    for _ in 0..times {
        let client: Client = stage.client.clone();
        let sending = customer.signed(token, Sending::get("/accounts/42"))?;
        flying.spawn(async move { client.send(&sending, &trace()).await });
    }
    Ok(())
}
