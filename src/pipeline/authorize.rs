//! Third stage: does the token grant exactly this request?

use crate::crypto::digest::{Digest32, sha256, to_base64url};
use crate::json::Json;
use crate::mcp::{ClassId, Message};
use crate::pipeline::Env;
use crate::pipeline::authenticate::Authenticated;
use crate::pipeline::case::Case;
use crate::pipeline::consume;
use crate::pipeline::parties::{self, Parties};
use crate::policy::mcp::{Class, Mcp};
use crate::reason::Reason;
use crate::risk::Need;
use crate::time::UnixTime;
use crate::token::Token;
use crate::transaction::body::{self, Body};
use crate::transaction::request::{Claims, Content, Request};
use crate::transaction::single_use::Spending;
use crate::transaction::{self, Granted, Rules};
use crate::uses::Scope;

/// A request that its token grants: the scopes are there, and the one granted transaction fits.
#[derive(Debug)]
pub(super) struct Authorized {
    pub(super) caller: Authenticated,
    pub(super) parties: Parties,
    granted: Option<Granted>,
    /// How many bytes the body has, where it was held.
    pub(super) body_length: Option<usize>,
    /// What the body says, until it is scored, where a signal asks.
    pub(super) content: Option<Json>,
    /// The class of the call, where the route takes calls.
    class: Option<ClassId>,
    /// The use of the transaction, where it is used once.
    pub(super) spending: Option<Spending>,
    /// SHA-256 of the body, where it was read and somebody is to be told, or a binding names it.
    pub(super) body_digest: Option<Digest32>,
}

impl Authorized {
    /// The class of the call, where the route takes calls.
    pub(super) fn class(&self) -> Option<&Class> {
        self.caller.admitted.route.mcp.as_ref()?.class(self.class?)
    }

    /// The rules of the transaction: those of the class of a call, or of the route.
    pub(super) fn rules(&self) -> Option<&transaction::Rules> {
        let route = &self.caller.admitted.route;
        match route.mcp {
            Some(_) => self.class()?.transaction.as_ref(),
            None => route.transaction.as_ref(),
        }
    }

    /// The granted transaction, where the route is one.
    pub(super) fn detail(&self) -> Option<&Json> {
        self.granted.as_ref()?.of(&claims(&self.caller))
    }

    /// The last moment at which the granted transaction holds, where it says one.
    pub(super) fn granted_until(&self) -> Option<UnixTime> {
        let granted = self.granted.as_ref()?;
        transaction::until(self.rules()?, granted, &claims(&self.caller))
    }
}

/// A caller whose scopes are there and whose body, as announced, may be read.
#[derive(Debug)]
pub(super) struct Announced {
    caller: Authenticated,
    parties: Parties,
}

impl Announced {
    pub(super) fn caller(&self) -> &Authenticated {
        &self.caller
    }

    pub(super) fn parties(&self) -> &Parties {
        &self.parties
    }

    /// Whether the route reads the body.
    pub(super) fn reads_body(&self) -> bool {
        self.caller.admitted.route.body.is_some()
    }

    /// Most bytes that it reads.
    pub(super) fn body_limit(&self) -> usize {
        self.caller
            .admitted
            .route
            .body
            .as_ref()
            .map_or(0, |rules| rules.limits.bytes)
    }
}

/// What can be refused before the body has arrived.
pub(super) fn announce(
    caller: Authenticated,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Announced, Reason> {
    let route = &caller.admitted.route;
    if !route
        .identity
        .scopes
        .iter()
        .all(|scope| caller.principal.scopes().contains(scope))
    {
        return Err(Reason::ScopeInsufficient);
    }
    if let (Some(workload), Some(listed)) = (caller.principal.workload(), &route.identity.workloads)
        && !listed.iter().any(|own| own == workload)
    {
        return Err(Reason::CallerUnlisted);
    }
    let parties = parties::admit(&caller, env, case)?;
    if let (Some(rules), Some(token)) = (&route.transaction_token, &caller.transaction)
        && !rules
            .scopes
            .iter()
            .all(|scope| token.scopes().contains(scope))
    {
        return Err(Reason::TransactionScope);
    }
    body::undeclared_where_alone(&caller.admitted.head)?;
    match (&route.body, &route.transaction) {
        (Some(rules), _) => body::announce(rules, &caller.admitted.head)?,
        (None, _) if route.is_grpc => body::grpc(&caller.admitted.head)?,
        // What is not held cannot be held against a transaction, nor against a digest.
        (None, Some(_)) => body::absent(&caller.admitted.head)?,
        (None, None) if caller.is_signed() => body::absent(&caller.admitted.head)?,
        (None, None) => {}
    }
    Ok(Announced { caller, parties })
}

pub(super) fn authorize(
    Announced { caller, parties }: Announced,
    body: Option<&[u8]>,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<Authorized, Reason> {
    let admitted = &caller.admitted;
    let is_asserted = env.policy.upstream.assertion.is_some();
    let body_length = body.map(<[u8]>::len);
    let bound = admitted.route.transaction.as_ref();
    let is_bound = bound.is_some_and(Rules::binds_digest);
    let is_exchanged = admitted.route.exchange.is_some();
    let is_hashed = is_asserted || is_bound || is_exchanged;
    let body_digest = body.filter(|_| is_hashed).map(|bytes| sha256(&[bytes]));
    if let Some(content) = &caller.content {
        content.verify(body.unwrap_or_default())?; // S15
    }
    let held = match (&admitted.route.body, body) {
        (Some(rules), Some(bytes)) => body::read(rules, bytes)?,
        (Some(_), None) => return Err(Reason::BodyNotHeld),
        (None, _) => Body::Bytes,
    };
    let asked = match &admitted.route.mcp {
        None => Asked {
            rules: bound,
            content: held.content(),
            digest: body_digest.filter(|_| is_bound),
            tool: None,
            class: None,
        },
        Some(mcp) => call(mcp, &caller, held.content(), case)?,
    };
    let class = asked.class;
    let (granted, spending) = match asked.rules {
        None => (None, None),
        Some(rules) => {
            let digest = asked.digest.as_ref().filter(|_| rules.binds_digest());
            let digest = digest.map(to_base64url);
            let request = Request {
                now: env.now,
                method: admitted.head.method(),
                origin: &admitted.route.origin,
                path: admitted.target.path(),
                parameters: &admitted.parameters,
                query: admitted.target.query(),
                head: &admitted.head,
                content: asked.content,
                digest: digest.as_deref(),
                tool: asked.tool,
            };
            let claims = claims(&caller);
            let granted = transaction::fit(rules, &claims, &request)?;
            let digest = || body_digest.or_else(|| body.map(|bytes| sha256(&[bytes])));
            let spending = consume::spending(rules, &caller, granted.of(&claims), &digest)?;
            let is_glass = parties.glass.is_some();
            let spending = spending.map(|it| if is_glass { it.within(Scope::Host) } else { it }); // G6
            (Some(granted), spending)
        }
    };
    let signals = &caller.admitted.route.risk.signals;
    let is_asked = signals.iter().any(|it| it.when.needs(Need::Content));
    let content = match held {
        Body::Json(value) if is_asked => Some(value),
        Body::Json(_) | Body::Form(_) | Body::Bytes => None,
    };
    Ok(Authorized {
        caller,
        parties,
        granted,
        body_length,
        content,
        class,
        spending,
        body_digest,
    })
}

/// Arguments that are not there are as if there were none in them.
pub(super) static NO_ARGUMENTS: Json = Json::Object(Vec::new());

/// What a request asks for, as far as a transaction is held against it.
struct Asked<'a> {
    /// What it is held to: the rules of the route, or of the class of a call.
    rules: Option<&'a Rules>,
    content: Content<'a>,
    /// SHA-256 of the content.
    digest: Option<Digest32>,
    tool: Option<&'a str>,
    class: Option<ClassId>,
}

/// What a call asks for, whose scopes are there too.
fn call<'a>(
    mcp: &'a Mcp,
    caller: &Authenticated,
    body: Content<'a>,
    case: &mut Case,
) -> Result<Asked<'a>, Reason> {
    let message = match body {
        Content::Json(body) => Message::read(body)?,
        Content::None | Content::Form(_) => return Err(Reason::McpMalformed),
    };
    case.note_message(&message);
    let call = mcp.rules.judge(&message, &caller.admitted.head)?;
    let class = mcp.class(call.class).ok_or(Reason::HostFault)?;
    case.note_call(&call, class);
    let held = caller.principal.scopes();
    if !class.scopes.iter().all(|scope| held.contains(scope)) {
        return Err(Reason::ScopeInsufficient);
    }
    Ok(Asked {
        rules: class.transaction.as_ref(),
        content: Content::Json(call.arguments.unwrap_or(&NO_ARGUMENTS)),
        digest: call.digest,
        tool: call.tool(),
        class: Some(call.class),
    })
}

/// The claims that may grant a transaction.
fn claims(caller: &Authenticated) -> Claims<'_> {
    Claims {
        token: caller.principal.claims(),
        transaction_token: caller.transaction.as_deref().map(Token::claims),
    }
}
