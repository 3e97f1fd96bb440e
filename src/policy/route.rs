//! What a route asks of its requests, composed of the rules of each layer.

use super::{Handing, Streams, mcp};
use crate::behaviour;
use crate::http::origin::Origin;
use crate::http::spiffe::SpiffeId;
use crate::proof;
use crate::proof::dpop;
use crate::proof::http_signature;
use crate::risk;
use crate::route::Template;
use crate::step_up;
use crate::token;
use crate::token::IssuerId;
use crate::token::actor;
use crate::token::exchange;
use crate::token::subject::SubjectKind;
use crate::transaction;
use crate::uses::Scope;
use std::rc::Rc;
use std::time::Duration;

/// A route of a policy.
#[derive(Debug)]
pub struct Route {
    /// Its name in records.
    pub name: Rc<str>,
    /// The methods it lists.
    pub methods: Vec<String>,
    /// The paths it lists.
    pub template: Template,
    /// The name of the proxy's route that its requests must have, where it is for one alone.
    pub envoy_route: Option<Rc<str>>,
    /// The one origin that its requests are for.
    pub origin: Origin,
    /// Who may call.
    pub identity: IdentityRules,
    /// Who may act for the subjects of its tokens. None: nobody.
    pub delegation: Option<actor::Rules>,
    /// Whether people may break the glass. Then the issuers of the profile are among the accepted.
    pub break_glass: bool,
    /// Whether its requests are for tokens and bring none: whoever holds the key of a proof may call.
    pub issuance: bool,
    /// How possession is shown.
    pub proof: proof::Rules,
    /// What signatures over requests must be like, where the route accepts them.
    pub signature: Option<http_signature::Rules>,
    /// What becomes of the proofs.
    pub handing: Handing,
    /// The transaction token, where the route asks for one.
    pub transaction_token: Option<token::transaction::Rules>,
    /// What it does with nonces in DPoP proofs. None where it has none.
    pub nonce: Option<dpop::nonce::Mode>,
    /// How far a use of its proofs is remembered.
    pub replay: Scope,
    /// The body, where the route reads it.
    pub body: Option<transaction::body::Rules>,
    /// Whether its requests are calls of gRPC, whose messages are not read.
    pub is_grpc: bool,
    /// The transaction, where the route is one.
    pub transaction: Option<transaction::Rules>,
    /// The calls of the Model Context Protocol that the route takes.
    pub mcp: Option<mcp::Mcp>,
    /// The score.
    pub risk: risk::Rules,
    /// What it remembers, where it takes no calls.
    pub behaviour: behaviour::Rules,
    /// How long its streams may be open.
    pub streams: Streams,
    /// The route whose streams its requests carry on, where they do nothing else.
    pub renews: Option<Rc<str>>,
    /// What happens between the thresholds.
    pub step_up: Option<step_up::Rules>,
    /// Whether its callers' tokens are exchanged for others.
    pub exchange: Option<exchange::Rules>,
    /// `algs` of a DPoP challenge: the accepted proof algorithms, separated by spaces.
    pub challenge_algs: Rc<str>,
    /// `Accept-Signature` of a challenge. Empty where the route accepts no signatures.
    pub challenge_signature: Rc<str>,
    /// The scopes, separated by spaces, as a challenge names them.
    pub challenge_scope: Rc<str>,
    /// The scheme of workload proof tokens, where the route accepts them and their draft has one.
    pub challenge_workload: Option<&'static str>,
}

impl Route {
    /// Its transactions: its own, or those of its classes of calls.
    pub fn transactions(&self) -> impl Iterator<Item = &transaction::Rules> {
        let classes = self.mcp.iter().flat_map(|mcp| &mcp.classes);
        self.transaction
            .iter()
            .chain(classes.filter_map(|class| class.transaction.as_ref()))
    }

    /// How its transactions are used once, those that are.
    pub fn single_uses(&self) -> impl Iterator<Item = &transaction::single_use::Rules> {
        self.transactions()
            .filter_map(transaction::Rules::single_use)
    }

    /// The class of routes that its requests teach and ask.
    #[must_use]
    pub fn class(&self) -> Rc<str> {
        Rc::clone(self.risk.learn_in.as_ref().unwrap_or(&self.name))
    }

    /// What its requests remember: of each class apart, where it takes calls.
    pub fn past(&self) -> impl Iterator<Item = &behaviour::Rules> {
        let classes = self.mcp.iter().flat_map(|mcp| &mcp.classes);
        std::iter::once(&self.behaviour).chain(classes.map(|class| &class.behaviour))
    }
}

/// Who may call a route. The empty rules let nobody in who brings a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityRules {
    /// Accepted issuers of what stands in `Authorization`. Empty on a route that issues tokens, and
    /// where callers are known in another way.
    pub issuers: Vec<IssuerId>,
    /// Accepted workloads, known by their certificate alone: no token is read. Empty where there are
    /// issuers.
    pub peers: Vec<SpiffeId>,
    /// Accepted issuers of workload identity tokens.
    pub workload_issuers: Vec<IssuerId>,
    /// The workloads that may call, by their identifiers. None: every one that an accepted issuer
    /// vouches for.
    pub workloads: Option<Vec<String>>,
    /// Audiences of these issuers that are another origin of this gateway, or lie under one. A token
    /// that is for nothing else is none for this route.
    pub elsewhere: Vec<String>,
    /// How old the word of an authorization server on an opaque token may be, where one of the
    /// issuers is of opaque tokens.
    pub introspection: Option<Duration>,
    /// Scopes that the token must hold, all of them.
    pub scopes: Vec<String>,
    /// The kinds of subjects that may call. None: every subject, of a kind or of none.
    pub kinds: Option<Vec<SubjectKind>>,
}

impl IdentityRules {
    /// Whether workloads may call that are known by a token.
    #[must_use]
    pub fn knows_workloads(&self) -> bool {
        !self.workload_issuers.is_empty()
    }
}
