//! What a permit gave: a token for one request, which goes upstream in place of the customer's and dies
//! with the response.

use super::client::Answer;
use super::stage::{Stage, differ};
use super::story::received;
use super::tts::Standing;
use crate::say::say;
use anyhow::Result;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

/// Longest time until a token is revoked whose response has ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks at what the upstream got, and at what became of it.
pub(crate) async fn play(stage: &mut Stage, answer: &Answer) -> Result<()> {
    stage.begin("What was permitted went upstream with a token for this one transfer")?;
    let seen = received(answer)?;
    let headers = seen.get("headers").cloned().unwrap_or_default();
    say!("    the upstream read: {headers}")?;
    let mut surprises = Vec::new();
    for (name, expected) in [
        ("txn-token", Some(json!("one"))),
        ("authorization", None),
        ("dpop", None),
    ] {
        let is: Option<Value> = headers.get(name).cloned();
        differ(&mut surprises, name, &expected, &is);
    }
    stage.judge(&surprises)?;
    stage.begin("The response has ended, so the token is revoked")?;
    let expected = Standing {
        good: 0,
        revoked: 1,
    };
    let waits = PATIENCE.as_millis().checked_div(50).unwrap_or_default();
    for _ in 0..waits {
        if stage.tts.standing() == expected {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    let is = stage.tts.standing();
    say!(
        "    tokens of the service: good {}, revoked {}",
        is.good,
        is.revoked
    )?;
    let mut surprises = Vec::new();
    differ(&mut surprises, "tokens", &expected, &is);
    stage.judge(&surprises)
}
