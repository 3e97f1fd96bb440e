//! What a request shows to the signals. Nothing of it is computed unless a signal asks.

use crate::behaviour::recalled::Recalled;
use crate::json::Json;
use crate::risk::strength::Strength;
use crate::route::Parameters;
use crate::time::UnixTime;
use crate::token::subject::SubjectKind;
use std::net::IpAddr;
use std::rc::Rc;

/// What a request shows. Each default is a fact that is missing, which counts as the riskier one.
pub trait Facts {
    /// Now.
    fn now(&self) -> UnixTime;
    /// The points of the class of a call, by their name in records. Most requests are no calls.
    fn class(&self) -> Option<&(Rc<str>, u32)> {
        None
    }
    /// The points that the proxy's own route has its requests have at least. Most say nothing.
    fn least(&self) -> u32 {
        0
    }
    /// The client's address.
    fn source(&self) -> Option<IpAddr> {
        None
    }
    /// The one value of this header, if the peer of the connection is a hop that the policy names. A
    /// repeated one, and one that is not visible ASCII, is none.
    fn header_of_hop(&self, _name: &str) -> Option<&str> {
        None
    }
    /// `iat` of the token.
    fn issued_at(&self) -> Option<UnixTime> {
        None
    }
    /// `auth_time` of the token.
    fn authenticated_at(&self) -> Option<UnixTime> {
        None
    }
    /// `acr` of the token.
    fn acr(&self) -> Option<&str> {
        None
    }
    /// The scopes that the token holds.
    fn scopes(&self) -> Option<&[String]> {
        None
    }
    /// How many actors the token names, one inside the other.
    fn actors(&self) -> Option<usize> {
        None
    }
    /// How possession was shown.
    fn strength(&self) -> Option<Strength> {
        None
    }
    /// Whether the request has no body, or its transaction or a signature says what must be in it.
    fn body_is_bound(&self) -> bool {
        false
    }
    /// Which conditions on the past hold.
    fn recalled(&self) -> Recalled {
        Recalled::ALL
    }
    /// Of which kind the subject is.
    fn subject_kind(&self) -> Option<SubjectKind> {
        None
    }
    /// The name of the class of the call.
    fn tool_class(&self) -> Option<&str> {
        None
    }
    /// How many bytes the body has.
    fn body_length(&self) -> Option<usize> {
        None
    }
    /// The body as JSON, or the arguments of a call.
    fn content(&self) -> Option<&Json> {
        None
    }
    /// The granted transaction.
    fn detail(&self) -> Option<&Json> {
        None
    }
    /// All claims of the token.
    fn claims(&self) -> Option<&Json> {
        None
    }
    /// The request itself.
    fn request(&self) -> Option<Request<'_>> {
        None
    }
    /// Who acts for the subject.
    fn actor(&self) -> Option<Actor<'_>> {
        None
    }
    /// The workload that the certificate of the connection names.
    fn peer(&self) -> Option<&str> {
        None
    }
    /// The name of the route.
    fn route(&self) -> Option<&str> {
        None
    }
}

/// A request, by its head.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// `:authority`.
    pub authority: &'a str,
    /// The path as it came, without its query.
    pub path: &'a str,
    /// What follows the first `?`.
    pub query: Option<&'a str>,
    /// The parameters of the path.
    pub parameters: &'a Parameters,
}

/// Who acts for the subject of a token.
#[derive(Clone, Copy)]
pub struct Actor<'a> {
    /// Who vouches for its name.
    pub issuer: &'a str,
    /// Its name.
    pub subject: &'a str,
}
