//! What expressions may be, what they hold, and what they cost.

mod load;
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod run;

use super::*;
use crate::json::{Json, Limits};
use crate::risk::facts::{Actor, Request};
use crate::route::Parameters;
use crate::time::UnixTime;
use std::net::IpAddr;

/// A request, and what its token says.
struct Shown {
    claims: Option<Json>,
    detail: Option<Json>,
    parameters: Parameters,
    query: Option<&'static str>,
    actor: bool,
}

impl Shown {
    fn of(claims: &str, detail: &str) -> Self {
        Self {
            claims: Some(json(claims)),
            detail: Some(json(detail)),
            parameters: vec![("account".into(), "7".to_owned())],
            query: Some("a=1"),
            actor: true,
        }
    }
}

impl Facts for Shown {
    fn now(&self) -> UnixTime {
        UnixTime::from_secs(1_774_605_600)
    }
    fn source(&self) -> Option<IpAddr> {
        Some(IpAddr::from([10, 1, 2, 3]))
    }
    fn claims(&self) -> Option<&Json> {
        self.claims.as_ref()
    }
    fn detail(&self) -> Option<&Json> {
        self.detail.as_ref()
    }
    fn actors(&self) -> Option<usize> {
        self.claims.as_ref().map(|_| usize::from(self.actor))
    }
    fn actor(&self) -> Option<Actor<'_>> {
        self.actor.then_some(Actor {
            issuer: "https://as.example.com",
            subject: "agent-7",
        })
    }
    fn request(&self) -> Option<Request<'_>> {
        Some(Request {
            method: "POST",
            authority: "api.example.com",
            path: "/accounts/7/x",
            query: self.query,
            parameters: &self.parameters,
        })
    }
    fn route(&self) -> Option<&str> {
        Some("transfer")
    }
}

fn json(text: &str) -> Json {
    let limits = Limits {
        bytes: 1 << 20,
        depth: 8,
    };
    Json::parse(text.as_bytes(), limits).unwrap()
}

fn judge(text: &str, facts: &dyn Facts) -> Judged {
    let expression = Expression::parse(text);
    expression
        .unwrap_or_else(|bad| panic!("{text}: {}", bad.0))
        .judge(facts)
}
