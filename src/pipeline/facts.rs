//! What a request shows to the signals of its route.

use crate::behaviour::recalled::Recalled;
use crate::http::chosen::Said;
use crate::http::forwarded_certificate::Hop;
use crate::http::spiffe::SpiffeId;
use crate::http::{Connection, Field, RequestHead, field};
use crate::json::Json;
use crate::pipeline::Env;
use crate::pipeline::authorize::{Authorized, NO_ARGUMENTS};
use crate::proof::Method;
use crate::risk::facts::{Actor, Facts, Request};
use crate::risk::strength::Strength;
use crate::time::UnixTime;
use crate::token::subject::SubjectKind;
use crate::token::{self, Token};
use crate::transaction::Rules;
use std::net::IpAddr;
use std::rc::Rc;

/// A granted request, as far as signals ask.
pub(super) struct Shown<'a> {
    pub(super) authorized: &'a Authorized,
    pub(super) recalled: Recalled,
    pub(super) connection: &'a Connection,
    pub(super) env: &'a Env<'a>,
}

/// What a way to prove possession covers.
#[must_use]
pub const fn strength(method: Method) -> Strength {
    match method {
        Method::Dpop | Method::Wpt => Strength::Dpop,
        Method::Mtls => Strength::Certificate,
        Method::WimseSignature | Method::HttpSignature => Strength::Signature,
    }
}

impl Shown<'_> {
    fn token(&self) -> Option<&Token> {
        self.authorized.caller.principal.token()
    }
}

impl Facts for Shown<'_> {
    fn class(&self) -> Option<&(Rc<str>, u32)> {
        self.authorized.class().map(|class| &class.points)
    }

    fn least(&self) -> u32 {
        match &self.authorized.caller.admitted.head.chosen().said {
            Said::Notes(notes) => notes.base,
            Said::Nothing | Said::Unreadable => 0,
        }
    }

    fn now(&self) -> UnixTime {
        self.env.now
    }

    fn source(&self) -> Option<IpAddr> {
        self.connection.source
    }

    fn header_of_hop(&self, name: &str) -> Option<&str> {
        let head = &self.authorized.caller.admitted.head;
        of_hop(head, name, self.connection, &self.env.policy.hops)
    }

    fn issued_at(&self) -> Option<UnixTime> {
        self.authorized.caller.principal.issued_at()
    }

    fn authenticated_at(&self) -> Option<UnixTime> {
        self.authorized.caller.principal.authenticated_at()
    }

    fn acr(&self) -> Option<&str> {
        self.authorized.caller.principal.acr()
    }

    fn scopes(&self) -> Option<&[String]> {
        self.token().map(Token::scopes)
    }

    fn actors(&self) -> Option<usize> {
        let actor = self.token()?.actor();
        Some(actor.map_or(0, token::actor::Actor::depth))
    }

    fn actor(&self) -> Option<Actor<'_>> {
        let actor = self.token()?.actor()?;
        Some(Actor {
            issuer: actor.issuer(),
            subject: actor.subject(),
        })
    }

    fn claims(&self) -> Option<&Json> {
        self.token().map(Token::claims)
    }

    fn request(&self) -> Option<Request<'_>> {
        let admitted = &self.authorized.caller.admitted;
        Some(Request {
            method: admitted.head.method(),
            authority: admitted.head.authority(),
            path: admitted.target.path(),
            query: admitted.target.query(),
            parameters: &admitted.parameters,
        })
    }

    fn peer(&self) -> Option<&str> {
        self.connection.certificate?;
        self.connection.peer.as_ref().map(SpiffeId::as_str)
    }

    fn route(&self) -> Option<&str> {
        Some(&self.authorized.caller.admitted.route.name)
    }

    fn strength(&self) -> Option<Strength> {
        let methods = self.authorized.caller.possession.methods();
        methods.map(strength).max()
    }

    fn body_is_bound(&self) -> bool {
        let caller = &self.authorized.caller;
        let transaction = self.authorized.rules();
        caller.admitted.head.is_alone()
            || self.authorized.body_length == Some(0)
            || caller.content.is_some()
            || transaction.is_some_and(Rules::binds_body)
    }

    fn recalled(&self) -> Recalled {
        self.recalled
    }

    fn subject_kind(&self) -> Option<SubjectKind> {
        self.authorized.caller.principal.subject_kind()
    }

    fn tool_class(&self) -> Option<&str> {
        self.authorized.class().map(|class| &*class.name)
    }

    fn body_length(&self) -> Option<usize> {
        let is_alone = self.authorized.caller.admitted.head.is_alone();
        self.authorized.body_length.or(is_alone.then_some(0))
    }

    fn content(&self) -> Option<&Json> {
        let content = self.authorized.content.as_ref()?;
        if self.authorized.caller.admitted.route.mcp.is_none() {
            return Some(content);
        }
        let arguments = content.get("params").and_then(|it| it.get("arguments"));
        Some(arguments.unwrap_or(&NO_ARGUMENTS))
    }

    fn detail(&self) -> Option<&Json> {
        self.authorized.detail()
    }
}

/// The one value of a header, on the connection of a hop that the policy names, by the certificate
/// that it showed there.
fn of_hop<'h>(
    head: &'h RequestHead,
    name: &str,
    connection: &Connection,
    hops: &[Hop],
) -> Option<&'h str> {
    let (Some(_), Some(peer)) = (&connection.certificate, &connection.peer) else {
        return None;
    };
    match head.field(name) {
        Field::One(line) if hops.iter().any(|hop| hop.peer == *peer) => field::visible(line),
        Field::One(_) | Field::Absent | Field::Several => None,
    }
}

#[cfg(test)]
mod tests;
