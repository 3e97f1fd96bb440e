//! Callers by certificate: what each connection, each `x-forwarded-client-cert` and each token come to.
//! A row is a valid request with one thing changed of it, and what must come of that.

mod bound;
mod workloads;

use crate::support::plan::{CERTIFICATE, ORIGIN, Plan, Signer, certificate};
use crate::support::policy;
use crate::support::table::{Expected, Row, Service};
use crate::support::world::World;
use bound::BOUND;
use countersign::http::Connection;
use countersign::pipeline::Outcome;
use countersign::reason::Reason;
use serde_json::{Value, json};
use workloads::{PEERS, SVIDS};

/// The client that a good request comes of.
pub(crate) const CLIENT: &str = "spiffe://example.org/pay";
/// A proxy that passes the field on as it is.
pub(crate) const FRONT: &str = "spiffe://example.org/front";
/// A proxy after whose field this listener appends.
pub(crate) const GATEWAY: &str = "spiffe://example.org/gateway";
/// The digest of every other certificate than the client's.
const OTHER: [u8; 32] = [7; 32];

/// The policy of the flow table with hops, a route for workloads, and one for JWT-SVIDs.
pub(crate) fn document() -> Value {
    let mut document = policy::document();
    document["hops"] = json!([
        { "peer": FRONT, "certificates": "forwarded" },
        { "peer": GATEWAY, "certificates": "appended" },
    ]);
    document["jwt_svid_issuers"] = json!({ "mesh": {
        "trust_domain": "example.org",
        "audiences": [ORIGIN],
        "algorithms": ["ES256"],
        "keys": bundle(),
    }});
    policy::route(&mut document, "read-accounts")["proof"] = json!(["dpop", "mtls"]);
    let route = |name: &str, identity: Value| {
        json!({
            "name": name,
            "match": { "methods": ["GET"], "path": format!("/{name}/{{id}}") },
            "identity": identity,
            "proof": ["mtls"],
            "risk": { "base": 10 },
        })
    };
    let routes = document["routes"].as_array_mut().unwrap();
    routes.push(route(
        "peers",
        json!({ "peers": [CLIENT, "spiffe://example.org/batch"] }),
    ));
    routes.push(route("svids", json!({ "issuers": ["mesh"] })));
    document
}

/// The trust domain's keys.
pub(crate) fn bundle() -> Value {
    let mut published = domain_key().published();
    published["use"] = json!("jwt-svid");
    json!({ "inline": { "keys": [published] } })
}

pub(crate) fn domain_key() -> Signer {
    Signer::of(21, "svid-1")
}

/// A request and the connection that it came on.
pub(crate) struct Call {
    pub(crate) plan: Plan,
    pub(crate) connection: Connection,
}

impl Call {
    fn new(plan: Plan) -> Self {
        let connection = connection(certificate(), CLIENT);
        Self { plan, connection }
    }

    /// With a token that is bound to the client's certificate.
    pub(crate) fn bound(now: i64, jti: &str) -> Self {
        let mut plan = Plan::read(now, jti);
        plan.scheme = Some("Bearer");
        plan.proof_signer = None;
        plan.token_claims["cnf"] = json!({ "x5t#S256": CERTIFICATE });
        Self::new(plan)
    }

    /// Without a token.
    pub(crate) fn peer(now: i64, jti: &str) -> Self {
        let mut plan = Plan::read(now, jti);
        plan.path = "/peers/7".to_owned();
        plan.scheme = None;
        plan.proof_signer = None;
        Self::new(plan)
    }

    /// With a JWT-SVID.
    pub(crate) fn svid(now: i64, jti: &str) -> Self {
        let mut plan = Plan::read(now, jti);
        plan.path = "/svids/7".to_owned();
        plan.scheme = Some("Bearer");
        plan.proof_signer = None;
        plan.token_signer = domain_key();
        plan.token_header = json!({ "alg": "ES256", "kid": "svid-1" });
        plan.token_claims = json!({ "sub": CLIENT, "aud": [ORIGIN], "exp": now + 300, "jti": jti });
        Self::new(plan)
    }

    /// On a connection whose peer shows another certificate, of this name.
    pub(crate) fn from(&mut self, peer: &str) {
        self.connection = connection(OTHER, peer);
    }

    /// With this field.
    pub(crate) fn forwards(&mut self, line: &str) {
        self.plan.field("x-forwarded-client-cert", line);
    }

    /// On a connection from the front, which says this of its client.
    pub(crate) fn fronted(&mut self, line: &str) {
        self.from(FRONT);
        self.forwards(line);
    }

    /// On a connection from the gateway, which says this of its client.
    pub(crate) fn appended(&mut self, line: &str) {
        self.from(GATEWAY);
        self.forwards(&format!("{line},Hash={};URI={GATEWAY}", hex(OTHER)));
    }
}

fn connection(certificate: [u8; 32], peer: &str) -> Connection {
    Connection {
        certificate: Some(certificate),
        peer: Some(peer.parse().unwrap()),
        ..Connection::default()
    }
}

/// What a hop writes of the client.
pub(crate) fn client() -> String {
    let hash = hex(certificate());
    format!(r#"By={FRONT};Hash={hash};Subject="CN=Pay\, \"Inc.\";O=x,Hash=0";URI={CLIENT}"#)
}

fn hex(digest: [u8; 32]) -> String {
    digest
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A name, what it changes, what must come of it, and the hop that its record names.
pub(crate) type Change = (
    &'static str,
    &'static dyn Fn(&mut Call),
    Expected,
    Option<&'static str>,
);

pub(crate) const FORWARDED: Expected = Expected::Forwarded;
pub(crate) const MISSING: Expected = Expected::Refused(Reason::CertificateMissing);
pub(crate) const MISMATCH: Expected = Expected::Refused(Reason::CertificateMismatch);
pub(crate) const MALFORMED: Expected = Expected::Refused(Reason::ForwardedCertificateMalformed);
pub(crate) const UNKNOWN: Expected = Expected::Refused(Reason::PeerUnknown);
pub(crate) const UNBOUND: Expected = Expected::Refused(Reason::TokenUnbound);

type Make = fn(i64, &str) -> Call;

/// Every row at this moment: its name, the call, what must come of it, and the hop.
pub(crate) fn rows(now: i64) -> Vec<(&'static str, Call, Expected, Option<&'static str>)> {
    let tables: [(Make, &[Change]); 3] = [
        (Call::bound, BOUND),
        (Call::peer, PEERS),
        (Call::svid, SVIDS),
    ];
    let rows = tables.into_iter().flat_map(|(make, table)| {
        table.iter().map(move |(name, change, expected, hop)| {
            let mut call = make(now, name);
            change(&mut call);
            (*name, call, *expected, *hop)
        })
    });
    rows.collect()
}

/// What comes of a call.
pub(crate) fn judge(world: &World, call: &Call) -> Outcome {
    let row = Row {
        name: "",
        wire: call.plan.wire(),
        connection: call.connection.clone(),
        service: Service::Unasked,
        expected: Expected::Forwarded,
    };
    world.judge(&row).outcome
}

/// Holds every row to what must come of it.
pub(crate) fn check(now: i64) {
    let world = World::under(&document(), now);
    for (name, call, expected, hop) in rows(now) {
        let outcome = judge(&world, &call);
        let record = outcome.record();
        let reason = match expected {
            Expected::Forwarded => None,
            Expected::Refused(reason) => Some(reason.code()),
        };
        assert_eq!(record.reason, reason, "{name}");
        assert_eq!(record.hop.as_deref(), hop, "{name}");
        let forwarded = expected == Expected::Forwarded;
        assert_eq!(record.proof.contains(&"mtls"), forwarded, "{name}");
        assert_eq!(record.certificate.is_some(), forwarded, "{name}");
        if let (Outcome::Refuse(reply, _), "/peers/7") = (&outcome, call.plan.path.as_str()) {
            let asks = reply
                .headers
                .iter()
                .any(|(name, _)| *name == "www-authenticate");
            assert_eq!((reply.status, asks), (403, false), "{name}");
        }
    }
}
