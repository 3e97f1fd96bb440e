//! What the upstream learns of a request that is forwarded, and what it does not see.

use crate::assertion::Facts;
use crate::http::{self, RequestHead};
use crate::pipeline::case::Case;
use crate::pipeline::consume::Consumed;
use crate::pipeline::{Env, Release};
use crate::policy::{Identity, ProofHeader};
use crate::proof::Method;
use crate::reason::Reason;
use crate::token::credentials::{Credentials, Scheme};
use crate::token::exchange::Hand;
use std::fmt::Write as _;
use std::rc::Rc;

/// Every header of this prefix is the filter's. Inbound ones are removed.
pub const OURS: &str = "x-countersign-";

/// The header of the caller's credential.
pub(super) const AUTHORIZATION: &str = "authorization";

/// The header of a transaction token.
pub(super) const TRANSACTION_TOKEN: &str = "txn-token";

/// The header, or the filter state, that holds what the gate asserts.
pub(super) const ASSERTION: &str = "x-countersign-assertion";
pub(super) const ASSERTION_STATE: &str = "countersign.assertion";

/// The response header by which a client learns, whatever the upstream answers, that the transaction
/// is used up.
const TRANSACTION: &str = "x-countersign-transaction";

/// The headers of message signatures (RFC 9421).
const SIGNATURE: [&str; 2] = ["signature", "signature-input"];

/// Headers by which a caller has the proxy's own router send a request again. What was permitted
/// once is sent once. The router reads them of callers that the proxy holds to be internal.
const REPEATS: [&str; 6] = [
    "x-envoy-retry-on",
    "x-envoy-retry-grpc-on",
    "x-envoy-max-retries",
    "x-envoy-retriable-status-codes",
    "x-envoy-retriable-header-names",
    "x-envoy-hedge-on-per-try-timeout",
];

/// The release of a request that passed every stage.
///
/// # Errors
/// [`Reason::HostFault`] where what the policy promises the upstream cannot be made.
pub(super) fn granted(consumed: &Consumed, env: &Env<'_>, case: &Case) -> Result<Release, Reason> {
    let upstream = &env.policy.upstream;
    let assessed = consumed.cleared().assessed();
    let caller = &assessed.authorized.caller;
    let head = &caller.admitted.head;
    let mut release = Release::default();
    let told = match upstream.identity {
        Identity::Headers => &mut release.set,
        Identity::FilterState => &mut release.state,
    };
    told.reserve_exact(9);
    let mut tell = |header, state, value| {
        let name = match upstream.identity {
            Identity::Headers => header,
            Identity::FilterState => state,
        };
        told.push((name, value));
    };
    if let Some(subject) = caller.principal.subject() {
        let subject = header_value(subject);
        tell("x-countersign-subject", "countersign.subject", subject);
    }
    if let Some(issuer) = caller.principal.issuer() {
        let issuer = header_value(issuer);
        tell("x-countersign-issuer", "countersign.issuer", issuer);
    }
    tell(
        "x-countersign-route",
        "countersign.route",
        header_value(&caller.admitted.route.name),
    );
    tell(
        "x-countersign-score",
        "countersign.score",
        assessed.score.total().to_string(),
    );
    tell(
        "x-countersign-decision-id",
        "countersign.decision-id",
        case.id().to_owned(),
    );
    if let Some(actor) = caller.principal.actor() {
        let subject = header_value(actor.subject());
        tell("x-countersign-actor", "countersign.actor", subject);
        let issuer = header_value(actor.issuer());
        tell(
            "x-countersign-actor-issuer",
            "countersign.actor-issuer",
            issuer,
        );
    }
    if assessed.authorized.parties.glass.is_some() {
        let yes = "true".to_owned();
        tell("x-countersign-break-glass", "countersign.break-glass", yes);
    }
    if upstream.assertion.is_some() {
        let assertion = assertion(consumed, env, case).ok_or(Reason::HostFault)?;
        tell(ASSERTION, ASSERTION_STATE, assertion);
    }
    release.granted.clone_from(&consumed.cleared().edits().set);
    release.remove = strangers(head, env);
    if consumed.passage().is_some() {
        release.single_use = true;
        let what = "consumed".to_owned();
        release.response.push((TRANSACTION, what));
    }
    let handing = hand(consumed, &mut release);
    let by_workload = caller.possession.methods().any(|it| it == Method::Wpt);
    // A token that nobody verified is no one's to rewrite, and a workload's is no bearer token.
    let has_access_token = caller.principal.token().is_some() && !by_workload;
    if handing == ProofHeader::RewriteToBearer && has_access_token {
        let credentials = Credentials::read(head)?;
        if credentials.scheme == Scheme::Dpop {
            let value = ["Bearer ", credentials.token].concat();
            release.set.push((AUTHORIZATION, value));
        }
    }
    let of_workload = by_workload.then(|| env.policy.wpt.profile.field());
    let signs = caller.is_signed() || caller.admitted.route.signature.is_some();
    let signature = signs.then_some(SIGNATURE);
    let proofs = ["dpop"].into_iter().chain(of_workload);
    let proofs = proofs.chain(signature.into_iter().flatten());
    let proofs = proofs.filter(|_| handing != ProofHeader::Keep);
    let unwanted = REPEATS.into_iter().chain(proofs);
    let there = unwanted.filter(|name| head.names().any(|own| own == *name));
    release.remove.extend(there.map(str::to_owned));
    Ok(release)
}

/// Hands the token on that was issued for the request, where one was. What becomes of the caller's own
/// proofs.
fn hand(consumed: &Consumed, release: &mut Release) -> ProofHeader {
    let admitted = &consumed.cleared().assessed().authorized.caller.admitted;
    // Where the gate may set one, nobody else's stands there.
    if admitted.route.exchange.is_some() {
        let others = admitted.head.names();
        let others = others.filter(|name| http::alike(name, TRANSACTION_TOKEN));
        for name in others {
            if !release.remove.iter().any(|known| known == name) {
                release.remove.push(name.to_owned());
            }
        }
    }
    let Some((minted, hand)) = consumed.exchanged().handed() else {
        return admitted.route.handing.proof;
    };
    let token = minted.text().to_owned();
    release.set.push((TRANSACTION_TOKEN, token));
    release.minted = Some(Rc::clone(minted));
    match hand {
        Hand::Beside => admitted.route.handing.proof,
        Hand::InPlace => {
            release.remove.push(AUTHORIZATION.to_owned());
            ProofHeader::Strip
        }
    }
}

/// What the gate asserts of this request.
fn assertion(consumed: &Consumed, env: &Env<'_>, case: &Case) -> Option<String> {
    let authorized = &consumed.cleared().assessed().authorized;
    let caller = &authorized.caller;
    let (admitted, principal) = (&caller.admitted, &caller.principal);
    env.asserter?.assert(&Facts {
        now: env.now,
        decision: case.id(),
        route: &admitted.route.name,
        origin: admitted.route.origin.as_str(),
        method: admitted.head.method(),
        path: admitted.target.path(),
        query: admitted.target.query(),
        body: authorized.body_digest.as_ref(),
        issuer: principal.issuer(),
        subject: principal.subject(),
        client: principal.client(),
        actor: principal.actor().map(|it| (it.issuer(), it.subject())),
        transaction: case.transaction(),
        break_glass: authorized.parties.glass.is_some(),
    })
}

/// The release of a request that no route governs.
pub(super) fn ungoverned(head: &RequestHead, env: &Env<'_>) -> Release {
    Release {
        remove: strangers(head, env),
        ..Release::default()
    }
}

/// Inbound headers that pose as ours, or as a decision service's.
fn strangers(head: &RequestHead, env: &Env<'_>) -> Vec<String> {
    let services = &env.policy.services;
    let is_a_services = |name: &str| {
        let mut owned = services.iter().flat_map(|it| it.protocol.headers());
        owned.any(|own| own.len() == name.len() && http::alike(name, own))
    };
    let mut names: Vec<String> = Vec::new();
    for name in head
        .names()
        .filter(|name| is_ours(name) || is_a_services(name))
    {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether a name has our prefix, or some reader takes it for one that has.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    name.get(..OURS.len())
        .is_some_and(|start| http::alike(start, OURS))
}

/// Visible ASCII as it is, every other byte (and `%` and `,`) percent-encoded, so that no subject can
/// end a header line, be read as a list, or change under another reader's decoding.
fn header_value(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'%' | b',');
    if text.bytes().all(plain) {
        return text.to_owned();
    }
    let mut encoded = String::with_capacity(text.len().saturating_mul(3));
    for byte in text.bytes() {
        if plain(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::header_value;
    use crate::testing::test;

    #[test]
    fn a_value_cannot_end_its_line() {
        for (text, value) in [
            ("alice", "alice"),
            ("spiffe://td/a?b#c", "spiffe://td/a?b#c"),
            ("a\r\nb: c", "a%0D%0Ab:%20c"),
            ("é%", "%C3%A9%25"),
            ("root,alice", "root%2Calice"),
        ] {
            assert_eq!(header_value(text), value);
        }
    }
}
