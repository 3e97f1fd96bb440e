//! A valid request of a workload, made of parts that a test changes one at a time: an order, with the
//! transaction token of the chain that it belongs to.

use crate::support::plan::{ORIGIN, Plan, Signer, Wire};
use crate::support::signing::Signing;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::crypto::digest::sha256;
use serde_json::{Value, json};

pub(crate) const DOMAIN: &str = "example.org";
pub(crate) const LEDGER: &str = "spiffe://example.org/ledger";
pub(crate) const GATEWAY: &str = "spiffe://example.org/gateway";

/// The key of the identity server of [`DOMAIN`].
pub(crate) fn server_key() -> Signer {
    Signer::of(61, "server-1")
}

/// The key of its transaction token service.
pub(crate) fn service_key() -> Signer {
    Signer::of(62, "service-1")
}

/// The key of the workload that calls.
pub(crate) fn ledger_key() -> Signer {
    Signer::of(63, "ledger")
}

/// A token, before it is signed.
pub(crate) struct Unsigned {
    pub(crate) signer: Signer,
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

impl Unsigned {
    pub(crate) fn text(&self) -> String {
        self.signer.sign(&self.header, &self.claims)
    }
}

/// The parts of a request of a workload. Hashes that the proof lacks are those of the tokens.
pub(crate) struct Order {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The workload identity token.
    pub(crate) workload: Option<Unsigned>,
    pub(crate) proof: Option<Unsigned>,
    pub(crate) transaction: Option<Unsigned>,
    /// The header of the proof, and what stands before it there.
    pub(crate) place: (&'static str, &'static str),
    /// The message signature.
    pub(crate) signing: Option<Signing>,
    /// What is done to the request after all was signed.
    pub(crate) after: Option<fn(&mut Wire)>,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Order {
    /// `POST /orders`, by the ledger, in a chain that the gateway began for Alice.
    pub(crate) fn of(now: i64, jti: &str) -> Self {
        let (server, service, ledger) = (server_key(), service_key(), ledger_key());
        let mut key = ledger.jwk();
        key["alg"] = json!("ES256");
        Self {
            method: "POST".to_owned(),
            path: "/orders".to_owned(),
            workload: Some(Unsigned {
                header: json!({ "typ": "wit+jwt", "alg": "ES256", "kid": server.kid }),
                claims: json!({
                    "sub": LEDGER,
                    "iat": now - 600,
                    "exp": now + 3000,
                    "jti": format!("token of {jti}"),
                    "cnf": { "jwk": key },
                }),
                signer: server,
            }),
            proof: Some(Unsigned {
                header: json!({ "typ": "wpt+jwt", "alg": "ES256" }),
                claims: json!({
                    "aud": format!("{ORIGIN}/orders"),
                    "iat": now,
                    "exp": now + 30,
                    "jti": jti,
                }),
                signer: ledger,
            }),
            transaction: Some(Unsigned {
                header: json!({ "typ": "txntoken+jwt", "alg": "ES256", "kid": service.kid }),
                claims: json!({
                    "iat": now - 5,
                    "exp": now + 55,
                    "aud": DOMAIN,
                    "txn": format!("transaction of {jti}"),
                    "sub": "alice",
                    "scope": "orders:write",
                    "req_wl": GATEWAY,
                    "tctx": { "amount": "12.50", "currency": "EUR" },
                    "rctx": { "req_ip": "192.0.2.7" },
                }),
                signer: service,
            }),
            place: ("authorization", "WPT "),
            signing: None,
            after: None,
            fields: vec![("content-type".to_owned(), b"application/json".to_vec())],
            body: Some(br#"{"amount":"12.50","currency":"EUR"}"#.to_vec()),
        }
    }

    /// `GET /workloads/7/balance`, for which no transaction token is asked.
    pub(crate) fn balance(now: i64, jti: &str) -> Self {
        let mut order = Self::of(now, jti);
        order.method = "GET".to_owned();
        order.path = "/workloads/7/balance".to_owned();
        order.proof().claims["aud"] = json!(format!("{ORIGIN}/workloads/7/balance"));
        order.transaction = None;
        order.fields = Vec::new();
        order.body = None;
        order
    }

    /// `POST /signed-orders`, with a message signature in place of the proof token.
    pub(crate) fn signed(now: i64, nonce: &str) -> Self {
        let mut order = Self::of(now, nonce);
        order.path = "/signed-orders".to_owned();
        order.proof = None;
        let end = now + 30;
        order.signing = Some(Signing {
            signer: ledger_key(),
            covered: vec![
                "@method",
                "@path",
                "@query",
                "workload-identity-token",
                "content-type",
                "content-digest",
                "txn-token",
            ],
            parameters: format!(
                r#";created={now};expires={end};nonce="{nonce}";tag="wimse-workload-to-workload";wimse-aud="{ORIGIN}/signed-orders""#
            ),
        });
        order
    }

    pub(crate) fn signing(&mut self) -> &mut Signing {
        self.signing.as_mut().unwrap()
    }

    pub(crate) fn workload(&mut self) -> &mut Unsigned {
        self.workload.as_mut().unwrap()
    }

    pub(crate) fn proof(&mut self) -> &mut Unsigned {
        self.proof.as_mut().unwrap()
    }

    pub(crate) fn transaction(&mut self) -> &mut Unsigned {
        self.transaction.as_mut().unwrap()
    }

    /// Adds a header line.
    pub(crate) fn field(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.fields.push((name.to_owned(), value.as_ref().to_vec()));
    }

    /// Signs and puts together.
    pub(crate) fn wire(&self) -> Wire {
        let mut fields = self.fields.clone();
        let mut hashes = Vec::new();
        for (name, hash, token) in [
            ("workload-identity-token", "wth", &self.workload),
            ("txn-token", "tth", &self.transaction),
        ] {
            if let Some(token) = token {
                let text = token.text();
                hashes.push((hash, URL_SAFE_NO_PAD.encode(sha256(&[text.as_bytes()]))));
                fields.push((name.to_owned(), text.into_bytes()));
            }
        }
        if let Some(proof) = &self.proof {
            let mut claims = proof.claims.clone();
            for (name, hash) in hashes {
                let members = claims.as_object_mut().unwrap();
                members.entry(name).or_insert(json!(hash));
            }
            let text = proof.signer.sign(&proof.header, &claims);
            let (name, before) = self.place;
            fields.push((name.to_owned(), format!("{before}{text}").into_bytes()));
        }
        let mut wire = Wire {
            method: self.method.clone(),
            path: self.path.clone(),
            authority: "api.example.com".to_owned(),
            fields,
            body: self.body.clone(),
        };
        if let Some(signing) = &self.signing {
            signing.sign(&mut wire);
        }
        if let Some(after) = self.after {
            after(&mut wire);
        }
        wire
    }
}

/// `GET /reports/7`, by a person whose token is bound to a key, in the chain that the gateway began.
pub(crate) fn report(now: i64, jti: &str) -> Plan {
    let mut plan = Plan::read(now, jti);
    plan.path = "/reports/7".to_owned();
    plan.proof_claims["htu"] = json!(format!("{ORIGIN}/reports/7"));
    let chain = Order::of(now, jti).transaction.unwrap();
    plan.field("txn-token", chain.text());
    plan
}

/// What the policy of the flow table says of workloads.
pub(crate) fn extend(document: &mut Value) {
    let of_domain = |key: &Signer| {
        json!({
            "trust_domain": DOMAIN,
            "algorithms": ["ES256"],
            "keys": { "inline": { "keys": [key.published()] } },
        })
    };
    document["wpt"] = json!({ "profile": "wpt-02", "max_lifetime": "60s", "max_ahead": "1s" });
    document["wimse_signature"] = json!({ "max_ahead": "1s" });
    document["workload_issuers"] = json!({ "identities": of_domain(&server_key()) });
    document["transaction_token_issuers"] = json!({ "chains": of_domain(&service_key()) });
    let routes = document["routes"].as_array_mut().unwrap();
    routes.push(json!({
        "name": "balance",
        "match": { "methods": ["GET"], "path": "/workloads/{id}/balance" },
        "identity": { "issuers": ["identities"], "workloads": [LEDGER] },
        "proof": ["wpt"],
        "risk": { "base": 10 },
    }));
    // Nothing but the peer of the connection could bind the sender.
    routes.push(json!({
        "name": "report",
        "match": { "methods": ["GET"], "path": "/reports/{id}" },
        "identity": { "issuers": ["corp"] },
        "proof": ["dpop"],
        "transaction_token": {
            "issuers": ["chains"],
            "requesters": { LEDGER: [GATEWAY] },
        },
        "risk": { "base": 10 },
    }));
    let order = json!({
        "name": "order",
        "match": { "methods": ["POST"], "path": "/orders" },
        "identity": { "issuers": ["identities"], "workloads": [LEDGER] },
        "proof": ["wpt"],
        "transaction_token": {
            "issuers": ["chains"],
            "scopes": ["orders:write"],
            "max_age": "60s",
            "requesters": { LEDGER: [GATEWAY] },
        },
        "body": "held",
        "transaction": {
            "granted_in": "tctx",
            "bind": [
                { "claim": "/amount", "equals": "body:/amount", "as": "decimal" },
                { "claim": "/currency", "equals": "body:/currency" },
            ],
        },
        "risk": { "base": 10 },
    });
    let mut signed = order.clone();
    signed["name"] = json!("signed-order");
    signed["match"]["path"] = json!("/signed-orders");
    signed["proof"] = json!(["wimse_signature"]);
    routes.extend([order, signed]);
}
