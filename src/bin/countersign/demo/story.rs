//! The story: what an attacker tries, what a customer does, and what the gate says to each.

use super::client::{Client, ORIGIN, Sending};
use super::pdp::{DENIED_PAYEE, Mood};
use super::stage::{Asked, Expect, Stage, differ, trace};
use crate::mint::{self, Grant, Key, Purpose};
use crate::say::say;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

const ACCOUNT: &str = "/accounts/42";
const TRANSFERS: &str = "/accounts/42/transfers";
const PAYEE: &str = "DE89370400440532013000";
const STRONG: &str = "urn:example:loa:3";
/// Requests in the step that rotates keys, half of them before and half after.
const IN_FLIGHT: usize = 60;

/// The customer: a key and what the issuer says of its holder.
struct Customer {
    key: Key,
}

impl Customer {
    fn proof(&self, token: &str, sending: &Sending) -> Result<String> {
        prove(&self.key, token, sending.method(), &sending.target())
    }

    fn signed(&self, token: &str, sending: Sending) -> Result<Sending> {
        let proof = self.proof(token, &sending)?;
        Ok(sending.dpop(token, proof))
    }
}

/// Tells the whole story.
pub(crate) async fn tell(stage: &mut Stage) -> Result<()> {
    let customer = Customer {
        key: Key::generate()?,
    };
    let started = mint::now()?;
    wait_for_the_log(started).await?;
    let token = stage.issuer.token(&customer.key, &reading())?;
    possession(stage, &customer, &token).await?;
    history(stage, &customer, &token, started).await?;
    transactions(stage, &customer).await?;
    step_up(stage, &customer).await?;
    silence(stage, &customer).await?;
    rotation(stage, &customer, token).await
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
    let thief = Customer {
        key: Key::generate()?,
    };
    stage
        .play(
            "The stolen token with a proof of the thief's own key",
            &thief.signed(token, read.clone())?,
            Expect::refuse(401, "proof_key_mismatch"),
        )
        .await?;
    let other = prove(&customer.key, token, "DELETE", &read.target())?;
    stage
        .play(
            "A proof that was made for another method",
            &read.clone().dpop(token, other),
            Expect::refuse(401, "proof_method"),
        )
        .await?;
    let other = prove(
        &customer.key,
        token,
        "GET",
        &format!("{ORIGIN}/accounts/43"),
    )?;
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
    let purpose = Purpose {
        method: read.method(),
        target: &read.target(),
        token,
        issued_at: started.saturating_sub(10),
    };
    let proof = customer.key.proof(&purpose);
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
    let token = stage.issuer.token(&customer.key, &paying("20.00", PAYEE))?;
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
            Expect::refuse(400, "body_unlisted"),
        )
        .await?;
    let granted = Sending::post(TRANSFERS, order("20.00", PAYEE));
    stage
        .play(
            "The granted transfer of 20 EUR: below the threshold nobody is asked",
            &customer.signed(&token, granted)?,
            Expect::forward(30),
        )
        .await?;
    Ok(())
}

async fn step_up(stage: &mut Stage, customer: &Customer) -> Result<()> {
    let large = Sending::post(TRANSFERS, order("25000.00", PAYEE));
    let grant = paying("25000.00", PAYEE);
    let token = stage.issuer.token(&customer.key, &grant)?;
    stage
        .play(
            "A transfer of 25000 EUR: the gate itself asks for a fresher, stronger authentication",
            &customer.signed(&token, large.clone())?,
            Expect::refuse(401, "step_up_required")
                .verdict("challenge")
                .score(60),
        )
        .await?;
    let token = stage.issuer.token(&customer.key, &strong(grant)?)?;
    stage
        .play(
            "The same after the customer authenticated again: now the decision service is asked",
            &customer.signed(&token, large)?,
            Expect::forward(60).asked(Asked::Once),
        )
        .await?;
    let asked = stage.pdp.last();
    say!("       it was asked: {asked}")?;
    let denied = Sending::post(TRANSFERS, order("25000.00", DENIED_PAYEE));
    let token = stage
        .issuer
        .token(&customer.key, &strong(paying("25000.00", DENIED_PAYEE))?)?;
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
        .token(&customer.key, &strong(paying("25000.00", PAYEE))?)?;
    stage.pdp.server.stop().await;
    stage
        .play(
            "The decision service is down: no answer is no permission",
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

/// Rotates the issuer's keys while requests are in flight. The new key is published and used in
/// the same moment, so the gate meets a name that it has never heard.
async fn rotation(stage: &mut Stage, customer: &Customer, before: String) -> Result<()> {
    stage.begin("The issuer rotates its keys while sixty requests are in flight")?;
    let counts = stage.counts();
    let half = IN_FLIGHT.div_euclid(2);
    let mut flying = JoinSet::new();
    launch(&mut flying, stage, customer, &before, half)?;
    let kid = stage.issuer.rotate()?;
    let after = stage.issuer.token(&customer.key, &reading())?;
    launch(&mut flying, stage, customer, &after, half)?;
    let mut good = 0_usize;
    while let Some(status) = flying.join_next().await {
        let status = status.context("a client stopped")??;
        good = good.saturating_add(usize::from(status == 200));
    }
    stage.envoy.forget_lines();
    let now = stage.counts();
    let fetches = now.keys.saturating_sub(counts.keys);
    let reached = now.upstream.saturating_sub(counts.upstream);
    say!("    {IN_FLIGHT} reads, {half} with tokens of the old key, {half} of the unknown {kid}")?;
    say!(
        "    -> {good} times 200; key set fetched {fetches} more time(s); upstream saw: {reached}"
    )?;
    let mut surprises = Vec::new();
    differ(&mut surprises, "answers with 200", &IN_FLIGHT, &good);
    if fetches == 0 || fetches > 2 {
        surprises.push(format!(
            "key set fetches: expected one or two, were {fetches}"
        ));
    }
    stage.judge(&surprises)
}

fn launch(
    flying: &mut JoinSet<Result<u16>>,
    stage: &Stage,
    customer: &Customer,
    token: &str,
    times: usize,
) -> Result<()> {
    for _ in 0..times {
        let client: Client = stage.client.clone();
        let sending = customer.signed(token, Sending::get(ACCOUNT))?;
        flying.spawn(async move { Ok(client.send(&sending, &trace()).await?.status) });
    }
    Ok(())
}

fn prove(key: &Key, token: &str, method: &str, target: &str) -> Result<String> {
    Ok(key.proof(&Purpose {
        method,
        target,
        token,
        issued_at: mint::now()?,
    }))
}

fn reading() -> Grant {
    Grant {
        subject: "ada".to_owned(),
        scope: "accounts:read".to_owned(),
        ..Grant::default()
    }
}

fn paying(amount: &str, iban: &str) -> Grant {
    Grant {
        subject: "ada".to_owned(),
        scope: "payments:write".to_owned(),
        details: Some(json!({
            "type": "payment_initiation",
            "instructedAmount": { "currency": "EUR", "amount": amount },
            "creditorAccount": { "iban": iban },
        })),
        authentication: None,
    }
}

/// The same grant after a strong authentication just now.
fn strong(grant: Grant) -> Result<Grant> {
    Ok(Grant {
        authentication: Some((STRONG.to_owned(), mint::now()?)),
        ..grant
    })
}

fn order(amount: &str, iban: &str) -> String {
    let order: Value = json!({
        "amount": amount,
        "currency": "EUR",
        "creditor": { "iban": iban },
    });
    order.to_string()
}
