//! What is known of one request so far: its record, and the terms of its route for a refusal.

mod verdict;

use crate::http::spiffe::SpiffeId;
use crate::mcp::{self, Id, Message};
use crate::pipeline::Env;
use crate::policy::mcp::Class;
use crate::policy::{BreakGlass, Route, Scope};
use crate::proof::mtls::Presented;
use crate::proof::{Method, Possession};
use crate::record::{self, Asked, Contribution, Engines, Record, base64url};
use crate::risk::Score;
use crate::step_up::{Challenge, Denial, Obligation, Remedy, Told};
use crate::time::UnixTime;
use crate::token::Token;
use crate::token::credentials::Scheme;
use crate::token::exchange::Endpoint;
use crate::token::subject::SubjectKind;
use crate::transaction::single_use::Passage;
use std::rc::Rc;

/// Where the word of an authorization server came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Introspected {
    /// It was asked for this request.
    Asked,
    /// It was asked lately.
    Cached,
}

/// Grows with each stage, and becomes the record of the verdict, whichever it is.
#[derive(Debug)]
pub(super) struct Case {
    record: Box<Record>,
    /// What its id is made of.
    entropy: [u8; 16],
    route: Option<Rc<Route>>,
    scheme: Option<Scheme>,
    /// The nonce that the client shall use next.
    nonce: Option<String>,
    is_workload: bool,
    /// The profile, where the request breaks the glass.
    glass: Option<Rc<BreakGlass>>,
    /// The id of the message, and all scopes that its class needs, where the route takes calls.
    message: Option<Box<Id>>,
    call_scope: Option<Rc<str>>,
    /// What would do.
    challenge: Option<Box<Challenge>>,
    /// How the decision service wants its denial told.
    denial: Option<Box<Denial>>,
}

impl Case {
    pub(super) fn opened(env: &Env<'_>) -> Self {
        let mut record = Record::opened(env.now, env.entropy);
        record.revision = Some(env.policy.revision);
        record.policy = Some(Rc::clone(&env.policy.digest));
        Self {
            record: Box::new(record),
            entropy: env.entropy,
            route: None,
            scheme: None,
            nonce: None,
            is_workload: false,
            glass: None,
            message: None,
            call_scope: None,
            challenge: None,
            denial: None,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.record.id
    }

    /// The id of the transaction, as the credential has it.
    pub(super) fn transaction(&self) -> Option<&str> {
        self.record.txn.as_deref()
    }

    /// What its id is made of.
    pub(super) fn entropy(&self) -> [u8; 16] {
        self.entropy
    }

    /// The trace that the request belongs to.
    pub(super) fn trace(&self) -> Option<&str> {
        self.record.trace.as_deref()
    }

    pub(super) fn note_trace(&mut self, trace: Option<String>) {
        self.record.trace = trace;
    }

    pub(super) fn note_route(&mut self, route: &Rc<Route>) {
        self.record.route = Some(Rc::clone(&route.name));
        self.route = Some(Rc::clone(route));
    }

    pub(super) fn note_token(&mut self, token: &Token) {
        let record = &mut self.record;
        record.token = Some(base64url(token.hash()));
        record.issuer = Some(token.issuer_uri().to_owned());
        record.subject = Some(token.subject().to_owned());
        record.client = token.client().map(str::to_owned);
        record.subject_kind = token.subject_kind().map(SubjectKind::name);
        if let Some(actor) = token.actor() {
            record.actor = Some(actor.subject().to_owned());
            record.actor_issuer = Some(actor.issuer().to_owned());
            record.actor_depth = Some(actor.depth());
        }
        record.txn = token
            .claims()
            .get("txn")
            .and_then(|txn| txn.as_str())
            .map(str::to_owned);
        record.unregistered_confirmations = Some(token.confirmation().unregistered);
        record.engine.token = token.engine().map(Engines::name);
    }

    /// From here the verdict is one of a request that breaks the glass, whatever it is.
    pub(super) fn note_break_glass(&mut self, profile: &Rc<BreakGlass>) {
        self.record.break_glass = true;
        self.glass = Some(Rc::clone(profile));
    }

    /// The stream that this tells of went upstream by broken glass.
    pub(super) fn note_glass(&mut self) {
        self.record.break_glass = true;
    }

    pub(super) fn note_introspection(&mut self, how: Introspected) {
        self.record.introspection = Some(match how {
            Introspected::Asked => "asked",
            Introspected::Cached => "cached",
        });
    }

    pub(super) fn note_peer(&mut self, peer: &SpiffeId) {
        self.record.issuer = Some(peer.authority().to_owned());
        self.record.subject = Some(peer.as_str().to_owned());
        self.record.subject_kind = Some(SubjectKind::Workload.name());
    }

    /// The kind of the actor, once it may act.
    pub(super) fn note_actor(&mut self, kind: Option<SubjectKind>) {
        self.record.actor_kind = kind.map(SubjectKind::name);
    }

    pub(super) fn note_status_list(&mut self, name: &Rc<str>) {
        self.record.status_list = Some(Rc::clone(name));
    }

    /// The request names a workload, so a refusal speaks of one.
    pub(super) fn note_workload(&mut self) {
        self.is_workload = true;
    }

    pub(super) fn note_transaction(&mut self, token: &Token) {
        let record = &mut self.record;
        record.transaction_token = Some(base64url(token.hash()));
        record.txn = token.transaction().map(|it| it.txn.clone());
    }

    pub(super) fn note_scheme(&mut self, scheme: Scheme) {
        self.scheme = Some(scheme);
    }

    pub(super) fn note_nonce(&mut self, nonce: Option<String>) {
        self.nonce = nonce;
    }

    pub(super) fn note_possession(&mut self, possession: &Possession) {
        let record = &mut self.record;
        record.proof = possession.methods().map(Method::name).collect();
        if let Some(proven) = possession.keys().next() {
            record.key = Some(base64url(proven.thumbprint()));
            record.engine.proof = Some(Engines::name(proven.engine()));
        }
        record.certificate = possession
            .certificate()
            .map(|presented| base64url(presented.digest()));
        record.hop = possession
            .certificate()
            .and_then(Presented::hop)
            .map(|hop| hop.as_str().to_owned());
    }

    /// How far the uses of the request's proofs are remembered by now.
    pub(super) fn note_scope(&mut self, scope: Scope) {
        self.record.replay_scope = Some(scope.name());
    }

    /// The body is there, whole.
    pub(super) fn note_read(&mut self) {
        self.record.body = Some("read");
    }

    /// There is a body, and nothing reads it.
    pub(super) fn note_unread(&mut self) {
        self.record.body = Some("unread");
    }

    /// How far the use of the transaction is remembered by now.
    pub(super) fn note_spending(&mut self, scope: Scope) {
        self.record.transaction_scope = Some(scope.name());
    }

    /// What its use of the transaction is.
    pub(super) fn note_passage(&mut self, passage: Passage) {
        self.record.transaction_use = Some(passage.name());
    }

    pub(super) fn note_score(&mut self, score: &Score) {
        self.record.score = Some(score.total());
        self.record.contributions = score
            .contributions()
            .iter()
            .map(|part| Contribution {
                name: Rc::clone(&part.name),
                add: part.add,
                faulted: part.faulted,
            })
            .collect();
    }

    pub(super) fn note_message(&mut self, message: &Message<'_>) {
        self.message = message.id.clone().map(Box::new);
        self.record.mcp = Some(record::Mcp {
            method: message.method.to_owned(),
            name: None,
            class: None,
            arguments: None,
        });
    }

    pub(super) fn note_call(&mut self, call: &mcp::Call<'_>, class: &Class) {
        self.call_scope = Some(Rc::clone(&class.challenge_scope));
        if let Some(mcp) = &mut self.record.mcp {
            mcp.name = call.name.map(str::to_owned);
            mcp.class = Some(Rc::clone(&class.name));
            mcp.arguments = call.digest.as_ref().map(base64url);
        }
    }

    /// The call, as a decision service is told of it.
    pub(super) fn call(&self) -> Option<Told<'_>> {
        let mcp = self.record.mcp.as_ref()?;
        Some(Told {
            method: &mcp.method,
            name: mcp.name.as_deref(),
            class: mcp.class.as_deref()?,
            arguments: mcp.arguments.as_deref(),
        })
    }

    pub(super) fn note_asked(&mut self, service: &Rc<str>) {
        self.record.service = Some(Asked {
            name: Rc::clone(service),
            latency_ms: None,
            answer: None,
            allowed_in_silence: false,
            obligations: Vec::new(),
        });
    }

    /// The obligations that the permit came with, each of them met.
    pub(super) fn note_obligations(&mut self, obligations: &[Obligation]) {
        if let Some(asked) = &mut self.record.service {
            asked.obligations = obligations
                .iter()
                .map(|obligation| record::Obligation {
                    id: obligation.id.clone(),
                    kind: obligation.duty.name(),
                })
                .collect();
        }
    }

    pub(super) fn note_denial(&mut self, denial: Denial) {
        self.denial = Some(Box::new(denial));
    }

    /// What would do, where the request is refused for now.
    pub(super) fn note_challenge(&mut self, challenge: Challenge) {
        let Remedy::Authentication(authentication) = &challenge.remedy;
        self.record.challenge = Some(Box::new(record::Challenge {
            transaction: challenge.transaction.as_ref().map(base64url),
            acr_values: authentication.acr_values.clone(),
            max_age: authentication.max_age.map(|age| age.as_secs()),
            until: challenge.until.map(UnixTime::secs),
        }));
        self.challenge = Some(Box::new(challenge));
    }

    /// The token that was issued for the request, once it is verified.
    pub(super) fn note_exchange(&mut self, server: &Endpoint, token: &Token) {
        self.record.exchanged = Some(Box::new(record::Exchanged {
            with: Rc::clone(&server.name),
            txn: token.transaction().map(|it| it.txn.clone()),
            until: token.expires().secs(),
        }));
    }

    /// The question was never put.
    pub(super) fn note_unasked(&mut self) {
        self.record.service = None;
    }

    pub(super) fn note_answer(&mut self, answer: &'static str, waited_ms: u64, allowed: bool) {
        if let Some(asked) = &mut self.record.service {
            asked.answer = Some(answer);
            asked.latency_ms = Some(waited_ms);
            asked.allowed_in_silence = allowed;
        }
    }
}
