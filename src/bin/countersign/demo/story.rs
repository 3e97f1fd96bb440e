//! The story: what an attacker tries, what a customer does, and what the gate says to each.

use super::client::{Answer, ORIGIN, Sending};
use super::customer::{Customer, order, paying, reading, strong};
use super::pdp::{DENIED_PAYEE, Mood};
use super::stage::{Asked, Expect, Stage, differ};
use crate::mint;
use crate::say::say;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

const ACCOUNT: &str = "/accounts/42";
const TRANSFERS: &str = "/accounts/42/transfers";
const PAYEE: &str = "DE89370400440532013000";

/// Tells the whole story.
pub(crate) async fn tell(stage: &mut Stage) -> Result<()> {
    let customer = Customer::new()?;
    let started = mint::now()?;
    wait_for_the_log(started).await?;
    let token = stage.issuer.token(customer.key(), &reading())?;
    possession(stage, &customer, &token).await?;
    history(stage, &customer, &token, started).await?;
    transactions(stage, &customer).await?;
    step_up(stage, &customer).await?;
    silence(stage, &customer).await?;
    super::rotation::play(stage, &customer, &token).await
}

/// A replay log that has just begun refuses proofs that may be older than itself. So a fresh gate
/// needs as long as proofs may be dated ahead, and a second because `iat` counts whole ones.
async fn wait_for_the_log(started: i64) -> Result<()> {
    say!(
        "\nIn this demo a proof may be dated {} ahead and the off-hours window never counts \
         (`{}`), so that a run does not depend on the clock.",
        super::patch::MAX_AHEAD,
        super::patch::ALWAYS
    )?;
    say!("Waiting until the gate's replay log is older than every proof it will see ...")?;
    while mint::now()? <= started.saturating_add(2) {
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

async fn possession(stage: &mut Stage, customer: &Customer, token: &str) -> Result<()> {
    let read = Sending::get(ACCOUNT);
    stage
        .play(
            "No credential",
            &read,
            Expect::refuse(401, "credentials_missing"),
        )
        .await?;
    stage
        .play(
            "The token alone, as a bearer token",
            &read.clone().bearer(token),
            Expect::refuse(401, "bound_token_as_bearer"),
        )
        .await?;
    let signed = customer.signed(token, read.clone())?;
    stage
        .play(
            "The token with a proof of its key, for a read of low risk",
            &signed,
            Expect::forward(10),
        )
        .await?;
    stage
        .play(
            "The same proof again",
            &signed,
            Expect::refuse(401, "proof_replayed"),
        )
        .await?;
    let forged = customer.signed(token, read.clone())?.claiming("root");
    let answer = stage
        .play(
            "A good proof beside a forged identity for the upstream",
            &forged,
            Expect::forward(10),
        )
        .await?;
    let seen = received(&answer)?;
    let headers = seen.get("headers").cloned().unwrap_or_default();
    say!("       the upstream read: {headers}")?;
    let mut surprises = Vec::new();
    let subject = headers.get("x-countersign-subject");
    differ(&mut surprises, "subject", &Some(&json!("ada")), &subject);
    differ(
        &mut surprises,
        "proof upstream",
        &None,
        &headers.get("dpop"),
    );
    stage.judge(&surprises)?;
    let thief = Customer::new()?;
    stage
        .play(
            "The stolen token with a proof of the thief's own key",
            &thief.signed(token, read.clone())?,
            Expect::refuse(401, "proof_key_mismatch"),
        )
        .await?;
    let other = customer.proof(token, "DELETE", &read.target())?;
    stage
        .play(
            "A proof that was made for another method",
            &read.clone().dpop(token, other),
            Expect::refuse(401, "proof_method"),
        )
        .await?;
    let other = customer.proof(token, "GET", &format!("{ORIGIN}/accounts/43"))?;
    stage
        .play(
            "A proof that was made for another account",
            &read.clone().dpop(token, other),
            Expect::refuse(401, "proof_target"),
        )
        .await?;
    let two_ways = Sending::get("/accounts/42%2f..%2f43");
    let signed = customer.signed(token, two_ways)?;
    stage
        .play(
            "A path that two parsers would read in two ways",
            &signed,
            Expect::refuse(400, "target_ambiguous"),
        )
        .await?;
    Ok(())
}

async fn history(stage: &mut Stage, customer: &Customer, token: &str, started: i64) -> Result<()> {
    let read = Sending::get(ACCOUNT);
    let proof = customer.old_proof(token, &read, started.saturating_sub(10));
    stage
        .play(
            "A proof from before the gate started, which it may have seen in a former life",
            &read.clone().dpop(token, proof),
            Expect::refuse(401, "proof_predates_log"),
        )
        .await?;
    Ok(())
}

async fn transactions(stage: &mut Stage, customer: &Customer) -> Result<()> {
    let token = stage
        .issuer
        .token(customer.key(), &paying("20.00", PAYEE))?;
    let other = Sending::post(TRANSFERS, order("2000.00", PAYEE));
    stage
        .play(
            "A transfer of 2000 EUR with a token that grants one of 20 EUR",
            &customer.signed(&token, other)?,
            Expect::refuse(403, "value_mismatch"),
        )
        .await?;
    let smuggled = format!(
        r#"{{"amount":"20.00","Amount":"2000.00","currency":"EUR","creditor":{{"iban":"{PAYEE}"}}}}"#
    );
    stage
        .play(
            "The granted transfer with a second amount in other letters",
            &customer.signed(&token, Sending::post(TRANSFERS, smuggled))?,
            Expect::refuse(403, "body_unlisted"),
        )
        .await?;
    let order = order("20.00", PAYEE);
    let answer = stage
        .play(
            "The granted transfer of 20 EUR: below the threshold nobody is asked",
            &customer.signed(&token, Sending::post(TRANSFERS, order.clone()))?,
            Expect::forward(30),
        )
        .await?;
    let mut surprises = Vec::new();
    let body = received(&answer)?.get("body").cloned();
    differ(&mut surprises, "body upstream", &Some(json!(order)), &body);
    stage.judge(&surprises)
}

/// What the upstream received, as it echoed it.
pub(crate) fn received(answer: &Answer) -> Result<Value> {
    serde_json::from_str(&answer.body).context("the upstream did not echo")
}

async fn step_up(stage: &mut Stage, customer: &Customer) -> Result<()> {
    let large = Sending::post(TRANSFERS, order("25000.00", PAYEE));
    let grant = paying("25000.00", PAYEE);
    let token = stage.issuer.token(customer.key(), &grant)?;
    stage
        .play(
            "A transfer of 25000 EUR: the gate itself asks for a fresher, stronger authentication",
            &customer.signed(&token, large.clone())?,
            Expect::refuse(401, "step_up_required")
                .verdict("challenge")
                .score(60),
        )
        .await?;
    let token = stage.issuer.token(customer.key(), &strong(grant)?)?;
    let answer = stage
        .play(
            "The same after the customer authenticated again: now the decision service is asked",
            &customer.signed(&token, large)?,
            Expect::forward(60).asked(Asked::Once),
        )
        .await?;
    let asked = stage.pdp.last();
    say!("       it was asked: {asked}")?;
    super::elevation::play(stage, &answer).await?;
    let denied = Sending::post(TRANSFERS, order("25000.00", DENIED_PAYEE));
    let token = stage
        .issuer
        .token(customer.key(), &strong(paying("25000.00", DENIED_PAYEE))?)?;
    stage
        .play(
            "The same to a payee on the service's deny-list",
            &customer.signed(&token, denied)?,
            Expect::refuse(403, "decision_denied")
                .score(60)
                .asked(Asked::Once),
        )
        .await?;
    Ok(())
}

async fn silence(stage: &mut Stage, customer: &Customer) -> Result<()> {
    let large = Sending::post(TRANSFERS, order("25000.00", PAYEE));
    let token = stage
        .issuer
        .token(customer.key(), &strong(paying("25000.00", PAYEE))?)?;
    stage.pdp.server.stop().await;
    stage
        .play(
            "The decision service is down; Envoy answers 503 in its place, which is no permission",
            &customer.signed(&token, large.clone())?,
            Expect::refuse(503, "decision_unreachable")
                .score(60)
                .asked(Asked::InVain),
        )
        .await?;
    stage.pdp.server.resume().await?;
    stage.pdp.set_mood(Mood::Rubbish);
    stage
        .play(
            "The decision service answers `{\"decision\":\"yes\"}` as text/html",
            &customer.signed(&token, large.clone())?,
            Expect::refuse(503, "decision_malformed")
                .score(60)
                .asked(Asked::Once),
        )
        .await?;
    stage.pdp.set_mood(Mood::Policy);
    stage
        .play(
            "It is well again",
            &customer.signed(&token, large)?,
            Expect::forward(60).asked(Asked::Once),
        )
        .await?;
    Ok(())
}
