//! What a request shows to the signals. Nothing of it is computed unless a signal asks.

use crate::json::Json;
use crate::risk::strength::Strength;
use crate::time::UnixTime;
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
    /// The granted transaction.
    fn detail(&self) -> Option<&Json> {
        None
    }
}
