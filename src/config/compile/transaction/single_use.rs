//! Single use of a transaction: how far it reaches, and what is a retry.

use super::{At, Carrier, Faults, Part, place};
use crate::config::compile::body::Bodies;
use crate::config::compile::replay::NO_BACKEND;
use crate::config::compile::{MINUTE, SECOND, span_or};
use crate::config::wire::single_use::{SingleUse as Written, UseScope};
use crate::transaction::single_use::Rules;
use crate::uses::Scope;

/// How long tokens may live unless the policy says it.
const LIFETIME: std::time::Duration = MINUTE.saturating_mul(60);

pub(super) fn compile(
    written: Written,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Rules> {
    let rules = match written {
        Written::Scope(scope) => {
            let scope = scope.open(at, faults);
            return Some(Rules {
                scope: reached(scope?, carrier, at, faults)?,
                idempotency_key: None,
                lifetime: LIFETIME,
            });
        }
        Written::Rules(rules) => rules.open(at, faults)?,
    };
    let scope_at = at.member("scope");
    let scope = rules.scope.open(&scope_at, faults);
    let scope = scope.and_then(|it| reached(it, carrier, &scope_at, faults));
    let key_at = at.member("idempotency_key");
    let key = Part::open_if_there(rules.idempotency_key, &key_at, faults);
    let key = key.and_then(|name| match name {
        None => Some(None),
        Some(name) => place::field_name(&name, &key_at, faults).then_some(Some(name)),
    });
    if matches!(&key, Some(Some(_))) {
        let is_read = carrier.bodies != Some(Bodies::Grpc);
        let problem = "is not for gRPC: nothing reads the messages, so a retry could carry others";
        faults.check(is_read, &key_at, problem);
    }
    let lifetime_at = at.member("lifetime");
    let bounds = SECOND..=MINUTE.saturating_mul(24 * 60);
    let lifetime = span_or(rules.lifetime, LIFETIME, bounds, &lifetime_at, faults);
    Some(Rules {
        scope: scope?,
        idempotency_key: key?,
        lifetime: lifetime?,
    })
}

/// The scope, if there is what it rests on.
fn reached(
    written: UseScope,
    carrier: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Scope> {
    match written {
        UseScope::Worker => Some(Scope::Worker),
        UseScope::Host => Some(Scope::Host),
        UseScope::Fleet => {
            let has_backend = carrier.replay.has_backend();
            faults
                .check(has_backend, at, NO_BACKEND)
                .then_some(Scope::Fleet)
        }
    }
}
