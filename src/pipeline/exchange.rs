//! After the permit, and before a transaction is used up: the caller's token is exchanged for one that
//! is good for this request alone, where the route says so. What follows is never judged anew, and
//! nothing takes the place of a token that did not come: without it the request is refused.

use crate::crypto::digest::{sha256, to_base64url};
use crate::json::Json;
use crate::pipeline::authenticate::{Authenticated, stands_by_itself};
use crate::pipeline::case::Case;
use crate::pipeline::consume::look;
use crate::pipeline::decide::Cleared;
use crate::pipeline::{Answer, Env};
use crate::proof::Method;
use crate::reason::Reason;
use crate::step_up::Silence;
use crate::token::actor::Actor;
use crate::token::credentials::Credentials;
use crate::token::exchange::request::Request;
use crate::token::exchange::{self, Expected, Hand, Minted, Order, Rules, When};
use crate::token::{Held, IssuerId, Kind, Refused};
use std::rc::Rc;

/// A request that may go upstream as far as anyone but the log of transactions can say, with the token
/// that it takes along. Only this stage makes one.
#[derive(Debug)]
pub(super) struct Exchanged {
    cleared: Cleared,
    handed: Option<(Rc<Minted>, Hand)>,
}

impl Exchanged {
    pub(super) fn cleared(&self) -> &Cleared {
        &self.cleared
    }

    /// The verified token that goes upstream, and how. None where the caller's own does.
    pub(super) fn handed(&self) -> Option<(&Rc<Minted>, Hand)> {
        self.handed.as_ref().map(|(minted, hand)| (minted, *hand))
    }
}

/// A request that waits for a token, or for the keys that verify the one that came.
#[derive(Debug)]
pub(super) struct Exchanging {
    cleared: Cleared,
    details: Json,
    scopes: Vec<String>,
    minted: Option<Rc<Minted>>,
}

/// What comes of a request.
#[derive(Debug)]
pub(super) enum Exchange {
    /// It goes on.
    Done(Exchanged),
    /// A server must be asked for a token.
    Ask(Order, Exchanging),
    /// The keys of this issuer may verify the token; it should have one of this name.
    NeedsKeys(IssuerId, Option<String>, Exchanging),
}

pub(super) fn exchange(
    cleared: Cleared,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Exchange, Reason> {
    match order(&cleared, env, case) {
        Ok(None) => {
            let handed = None;
            Ok(Exchange::Done(Exchanged { cleared, handed }))
        }
        Ok(Some((order, details, scopes))) => {
            let exchanging = Exchanging {
                cleared,
                details,
                scopes,
                minted: None,
            };
            Ok(Exchange::Ask(order, exchanging))
        }
        Err(reason) => {
            cleared.assessed().take_back(env);
            Err(reason)
        }
    }
}

/// What is asked for the request, where its token is exchanged.
fn order(
    cleared: &Cleared,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Option<(Order, Json, Vec<String>)>, Reason> {
    let assessed = cleared.assessed();
    let authorized = &assessed.authorized;
    let caller = &authorized.caller;
    let Some(rules) = &caller.admitted.route.exchange else {
        return Ok(None);
    };
    if rules.when == When::Permitted && !cleared.is_elevated() {
        return Ok(None);
    }
    // A copy of what was used costs the server nothing.
    look(authorized, env, case)?;
    let server = env.policy.exchanges.get(rules.with.0);
    let server = server.ok_or(Reason::HostFault)?;
    let token = own_token(caller)?;
    let mut scopes = rules.scopes.clone();
    let of_call = authorized.class().map(|class| class.scopes.iter());
    for scope in of_call.into_iter().flatten() {
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    let details = details(cleared, case);
    let request = Request {
        token,
        audience: &server.audience,
        scopes: &scopes,
        context: &context(cleared),
        details: &details,
    };
    let body = request.body();
    let query = caller.admitted.target.query().unwrap_or_default();
    let with = rules.with.0.to_be_bytes();
    let key = sha256(&[&with, body.as_bytes(), b"\n", query.as_bytes()]);
    let order = Order {
        with: rules.with,
        key,
        body: body.into(),
    };
    Ok(Some((order, details, scopes)))
}

/// The caller's access token, as it was sent.
fn own_token(caller: &Authenticated) -> Result<&str, Reason> {
    match caller.principal.token().map(crate::token::Token::kind) {
        Some(Kind::Access | Kind::Opaque) => Ok(Credentials::read(&caller.admitted.head)?.token),
        // No route that exchanges knows its callers otherwise.
        Some(Kind::Svid | Kind::Workload | Kind::Transaction) | None => Err(Reason::HostFault),
    }
}

fn text(name: &str, value: &str) -> (String, Json) {
    (name.to_owned(), Json::String(value.to_owned()))
}

/// What the request is about: what must stay as it is while it is worked on.
fn details(cleared: &Cleared, case: &Case) -> Json {
    let authorized = &cleared.assessed().authorized;
    let admitted = &authorized.caller.admitted;
    let resource = [admitted.route.origin.as_str(), admitted.target.path()].concat();
    let mut members = vec![
        text("method", admitted.head.method()),
        text("resource", &resource),
    ];
    if let Some(digest) = &authorized.body_digest {
        members.push(text("body_digest", &to_base64url(digest)));
    }
    if let Some(detail) = authorized.detail() {
        members.push(("transaction".to_owned(), detail.clone()));
    }
    if let Some(call) = case.call() {
        let told = [
            ("method", Some(call.method)),
            ("name", call.name),
            ("class", Some(call.class)),
            ("arguments", call.arguments),
        ];
        let told = told.into_iter();
        let told = told.filter_map(|(name, value)| Some(text(name, value?)));
        members.push(("mcp".to_owned(), Json::Object(told.collect())));
    }
    Json::Object(members)
}

/// How the request came. Nothing in it differs between copies of a request that share a call.
fn context(cleared: &Cleared) -> Json {
    let assessed = cleared.assessed();
    let caller = &assessed.authorized.caller;
    let proofs = caller.possession.methods().map(Method::name);
    let proofs = proofs.map(|name| Json::String(name.to_owned())).collect();
    let mut members = vec![
        text("route", &caller.admitted.route.name),
        (
            "score".to_owned(),
            Json::Number(assessed.score.total().to_string()),
        ),
        ("proof".to_owned(), Json::Array(proofs)),
    ];
    let actor = caller.principal.actor().map(Actor::subject);
    for (name, value) in [
        ("client_id", caller.principal.client()),
        ("actor", actor),
        ("acr", caller.principal.acr()),
    ] {
        members.extend(value.map(|value| text(name, value)));
    }
    Json::Object(members)
}

impl Exchanging {
    pub(super) fn caller(&self) -> &Authenticated {
        &self.cleared.assessed().authorized.caller
    }

    /// Turns an answer, or its absence, into the next step. Silence refuses.
    pub(super) fn settle(
        mut self,
        answer: Result<Answer, Silence>,
        env: &Env<'_>,
        case: &mut Case,
    ) -> Result<Exchange, Reason> {
        let asked_keys = self.minted.is_some();
        match self.verified(answer, env, case) {
            Ok((minted, hand)) => {
                let cleared = self.cleared;
                let handed = Some((minted, hand));
                Ok(Exchange::Done(Exchanged { cleared, handed }))
            }
            Err(Refused::NeedsKeys(issuer, kid)) if !asked_keys => {
                Ok(Exchange::NeedsKeys(issuer, kid, self))
            }
            Err(refused) => {
                self.cleared.assessed().take_back(env);
                Err(match refused {
                    Refused::Reason(reason) => reason,
                    Refused::NeedsKeys(issuer, _) => match env.keys.held(issuer) {
                        Held::Set(_) => Reason::ExchangeKeyUnknown,
                        Held::Missing | Held::TooOld => Reason::KeysUnavailable,
                    },
                })
            }
        }
    }

    /// The token that came, if it is the one that was asked for and nothing denies it.
    fn verified(
        &mut self,
        answer: Result<Answer, Silence>,
        env: &Env<'_>,
        case: &mut Case,
    ) -> Result<(Rc<Minted>, Hand), Refused> {
        let minted = match (&self.minted, answer) {
            (None, Ok(Answer::Exchanged(minted))) => minted?,
            (None, Err(Silence::Deadline)) => return Err(Reason::DeadlineExceeded.into()),
            (None, Ok(_) | Err(_)) => return Err(Reason::ExchangeUnavailable.into()),
            // The keys came or did not.
            (Some(minted), _) => Rc::clone(minted),
        };
        self.minted = Some(Rc::clone(&minted));
        let caller = self.caller();
        let rules: &Rules = caller
            .admitted
            .route
            .exchange
            .as_ref()
            .ok_or(Reason::HostFault)?;
        let server = env.policy.exchanges.get(rules.with.0);
        let server = server.ok_or(Reason::HostFault)?;
        let principal = &caller.principal;
        let txn = principal.claims().and_then(|claims| claims.get("txn"));
        let expected = Expected {
            token: own_token(caller)?,
            subject: principal.subject().ok_or(Reason::HostFault)?,
            actor: principal.actor().map(Actor::subject),
            txn: txn.and_then(Json::as_str),
            scopes: &self.scopes,
            details: &self.details,
        };
        let issuers = &env.policy.issuers;
        let verified = exchange::verify(
            &minted,
            server,
            &expected,
            issuers,
            env.keys,
            env.now,
            env.verifier,
        );
        let token = verified?;
        stands_by_itself(&token, env, case)?; // Y15
        case.note_exchange(server, &token);
        Ok((minted, rules.hand))
    }
}
