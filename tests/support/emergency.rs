//! People who break the glass: the issuer of their tokens, and what the policy says of it.

use crate::support::plan::{ORIGIN, Plan, STRONG, Signer};
use serde_json::{Value, json};

pub(crate) const EMERGENCY: &str = "https://emergency.example.com";

/// The key of the issuer.
pub(crate) fn emergency_key() -> Signer {
    Signer::of(71, "emergency-1")
}

/// The issuer, as a policy has it.
pub(crate) fn issuer() -> Value {
    json!({
        "issuer": EMERGENCY,
        "audiences": [ORIGIN],
        "types": ["at+jwt"],
        "algorithms": ["ES256"],
        "keys": { "inline": { "keys": [emergency_key().published()] } },
        "kinds": [
            { "kind": "agent", "claim": "/client_type", "any_of": ["agent"] },
            { "kind": "human", "claim": "/amr", "any_of": ["hwk"] },
        ],
    })
}

/// The profile, as a policy has it.
pub(crate) fn profile() -> Value {
    json!({
        "issuers": ["emergency"],
        "acr_values": [STRONG],
        "max_age": "5m",
        "max_token_age": "15m",
    })
}

/// The same request, by a person who breaks the glass.
pub(crate) fn break_glass(mut plan: Plan, now: i64) -> Plan {
    plan = plan.stepped_up(now);
    plan.token_signer = emergency_key();
    plan.token_header["kid"] = json!(plan.token_signer.kid);
    plan.token_claims["iss"] = json!(EMERGENCY);
    plan.token_claims["amr"] = json!(["pin", "hwk"]);
    plan
}
