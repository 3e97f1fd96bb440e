//! Two proxies in a row over real TLS: the edge sees the client's certificate, and the gate behind it
//! takes the edge's word for it, and nobody else's.

use crate::certificates::{Authority, Identity};
use crate::config::{Setup, Tls};
use crate::mint::now;
use crate::proxy::Proxy;
use crate::server::Server;
use crate::support::certificates::{CLIENT, Call, GATEWAY, document, domain_key};
use crate::support::plan::{ORIGIN, Plan, Wire};
use crate::tls::exchange;
use serde_json::{Value, json};

/// An authority, who has what of it, and the two proxies.
struct Scene {
    authority: Authority,
    client: Identity,
    stranger: Identity,
    gateway: Identity,
    edge: Proxy,
    gate: Proxy,
    upstream: Server,
    sent: usize,
}

impl Scene {
    /// The edge and the gate treat `x-forwarded-client-cert` so, and the policy says so of the edge.
    fn new(test: &str, edge: &'static str, gate: &'static str, mode: &str) -> Self {
        let authority = Authority::new(test);
        let subject = r#"Doe, "J" \; Hash=00,URI=spiffe://example.org/root"#;
        let client = authority.issue("client", &[CLIENT], subject);
        let other = "spiffe://example.org/other";
        let stranger = authority.issue("stranger", &[other], "stranger");
        let gateway = authority.issue("gateway", &[GATEWAY], "gateway");
        let upstream = Server::upstream();
        let mut policy = document();
        policy["hops"] = json!([{ "peer": GATEWAY, "certificates": mode }]);
        let tls = |name: &str, uris: &[&str], forwards| {
            Some(Tls {
                party: authority.party(&authority.issue(name, uris, name)),
                forwards,
            })
        };
        let gate = Proxy::start(&Setup {
            tls: tls("gate", &["spiffe://example.org/gate"], gate),
            ..Setup::of(&policy)
                .with("upstream", upstream.port)
                .with("pdp", 9)
        });
        let edge = Proxy::start(&Setup {
            module: None,
            tls: tls("edge", &[], edge),
            client: Some(authority.party(&gateway)),
            ..Setup::of(&Value::Null).with("upstream", gate.address.port())
        });
        Self {
            authority,
            client,
            stranger,
            gateway,
            edge,
            gate,
            upstream,
            sent: 0,
        }
    }

    /// A read whose token is bound to the client's certificate.
    fn bound(&self) -> Plan {
        let mut plan = Call::bound(now().unwrap(), "through hops").plan;
        let thumbprint = self.client.thumbprint();
        // As Keycloak writes it: beside the binding stands a member of its own.
        plan.token_claims["cnf"] = json!({ "x5t#S256": thumbprint, "kc-x5t-type": "x" });
        plan
    }

    /// Sends a request, and gives the reason and the hop of its record.
    fn send(&mut self, at_edge: bool, wire: &Wire, identity: Option<&Identity>) -> Outcome {
        let proxy = if at_edge { &self.edge } else { &self.gate };
        let answer = exchange(proxy, &self.authority, wire, identity);
        self.sent += 1;
        let sent = self.sent;
        self.gate
            .until("the record", |it| it.records().len() == sent);
        let record = self.gate.records().pop().unwrap();
        let status = answer.split(' ').nth(1).unwrap();
        let text = |name: &str| record[name].as_str().map(str::to_owned);
        assert_eq!(status == "200", text("reason").is_none(), "{answer}");
        Outcome {
            reason: text("reason"),
            hop: text("hop"),
            subject: text("subject"),
            certificate: text("certificate"),
        }
    }
}

struct Outcome {
    reason: Option<String>,
    hop: Option<String>,
    subject: Option<String>,
    certificate: Option<String>,
}

impl Outcome {
    /// It was refused for this.
    fn refused(&self, reason: &str, what: &str) {
        assert_eq!(self.reason.as_deref(), Some(reason), "{what}");
        assert_eq!(self.certificate, None, "{what}");
    }

    /// It was forwarded, with this certificate, on the word of this hop.
    fn forwarded(&self, identity: &Identity, hop: Option<&str>, what: &str) {
        assert_eq!(self.reason, None, "{what}");
        assert_eq!(self.certificate, Some(identity.thumbprint()), "{what}");
        assert_eq!(self.hop.as_deref(), hop, "{what}");
    }
}

/// The same request with this line.
fn saying(plan: &Plan, line: &str) -> Wire {
    let mut wire = plan.wire();
    let line = line.as_bytes().to_vec();
    wire.fields
        .push(("x-forwarded-client-cert".to_owned(), line));
    wire
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_gate_takes_the_word_of_its_hop_and_of_no_one_else() {
    let mut scene = Scene::new("sanitized", "SANITIZE_SET", "APPEND_FORWARD", "appended");
    let (client, stranger) = (scene.client.clone(), scene.stranger.clone());
    let gateway = scene.gateway.clone();
    let (bound, hop) = (scene.bound(), Some(GATEWAY));
    let (own, other) = (client.digest(), stranger.digest());
    let forged = format!("Hash={own};URI={CLIENT}");

    let at_edge = scene.send(true, &bound.wire(), Some(&client));
    at_edge.forwarded(&client, hop, "the client at the edge");
    let direct = scene.send(false, &bound.wire(), Some(&client));
    direct.forwarded(&client, None, "the client at the gate");
    for (what, at_edge, line, identity, reason) in [
        (
            "another client",
            true,
            "",
            Some(&stranger),
            "certificate_mismatch",
        ),
        ("no certificate", true, "", None, "certificate_missing"),
        (
            "forged through the edge",
            true,
            &*forged,
            Some(&stranger),
            "certificate_mismatch",
        ),
        (
            "forged without a certificate",
            true,
            &forged,
            None,
            "certificate_missing",
        ),
        (
            "forged by one who is no hop",
            false,
            &forged,
            Some(&stranger),
            "certificate_mismatch",
        ),
        (
            "forged at the gate by nobody",
            false,
            &forged,
            None,
            "certificate_missing",
        ),
        (
            "the hop for itself",
            false,
            "",
            Some(&gateway),
            "certificate_missing",
        ),
        (
            "a hop that leaves the digest out",
            false,
            &format!("URI={CLIENT}"),
            Some(&gateway),
            "forwarded_certificate_malformed",
        ),
        (
            "a hop that says it twice",
            false,
            &format!("{forged};{forged}"),
            Some(&gateway),
            "forwarded_certificate_malformed",
        ),
        (
            "a hop of another client",
            false,
            &format!("{forged},Hash={other}"),
            Some(&gateway),
            "certificate_mismatch",
        ),
    ] {
        let wire = if line.is_empty() {
            bound.wire()
        } else {
            saying(&bound, line)
        };
        let outcome = scene.send(at_edge, &wire, identity);
        outcome.refused(reason, what);
    }
    let two = format!("Hash={other},{forged}");
    let outcome = scene.send(false, &saying(&bound, &two), Some(&gateway));
    outcome.forwarded(&client, hop, "a hop that had a hop before it");

    let mut peer = Plan::read(now().unwrap(), "peer");
    peer.path = "/peers/7".to_owned();
    (peer.scheme, peer.proof_signer) = (None, None);
    for (at_edge, hop) in [(true, hop), (false, None)] {
        let outcome = scene.send(at_edge, &peer.wire(), Some(&client));
        outcome.forwarded(&client, hop, "a workload");
        assert_eq!(outcome.subject.as_deref(), Some(CLIENT));
        let outcome = scene.send(at_edge, &saying(&peer, &forged), Some(&stranger));
        outcome.refused("peer_unknown", "another workload");
    }
    let outcome = scene.send(false, &peer.wire(), Some(&gateway));
    outcome.refused("certificate_missing", "the hop for itself");

    let mut svid = peer;
    svid.path = "/svids/7".to_owned();
    svid.scheme = Some("Bearer");
    svid.token_signer = domain_key();
    svid.token_header = json!({ "alg": "ES256", "kid": "svid-1", "typ": "JWT" });
    let expires = now().unwrap() + 300;
    svid.token_claims = json!({ "sub": CLIENT, "aud": [ORIGIN], "exp": expires });
    for (at_edge, hop) in [(true, hop), (false, None)] {
        let outcome = scene.send(at_edge, &svid.wire(), Some(&client));
        outcome.forwarded(&client, hop, "a JWT-SVID");
        let outcome = scene.send(at_edge, &saying(&svid, &forged), Some(&stranger));
        outcome.refused("token_unbound", "a stolen JWT-SVID");
    }
    assert_eq!(scene.upstream.seen().len(), 7);
}

#[test]
fn a_hop_that_appends_is_read_from_the_end() {
    let mut scene = Scene::new("forwarded", "APPEND_FORWARD", "FORWARD_ONLY", "forwarded");
    let (client, stranger) = (scene.client.clone(), scene.stranger.clone());
    let bound = scene.bound();
    let forged = format!("Hash={};URI={CLIENT}", client.digest());
    let outcome = scene.send(true, &bound.wire(), Some(&client));
    outcome.forwarded(&client, Some(GATEWAY), "the client at the edge");
    let rubbish = saying(
        &bound,
        &format!("Hash={};URI=spiffe://a/b", stranger.digest()),
    );
    let outcome = scene.send(true, &rubbish, Some(&client));
    outcome.forwarded(&client, Some(GATEWAY), "an element before its own");
    let outcome = scene.send(true, &saying(&bound, &forged), Some(&stranger));
    outcome.refused("certificate_mismatch", "a forged element before its own");
    let outcome = scene.send(false, &saying(&bound, &forged), Some(&stranger));
    outcome.refused("certificate_mismatch", "forged by one who is no hop");
    let quote = saying(&bound, &format!("{forged};Subject=\""));
    let outcome = scene.send(true, &quote, Some(&stranger));
    outcome.refused(
        "forwarded_certificate_malformed",
        "a quote that swallows what is appended",
    );
    assert_eq!(scene.upstream.seen().len(), 2);
}
