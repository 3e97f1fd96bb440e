//! `exp`, `nbf` and `iat`, and the one gate behind which a token can be had.

use crate::crypto::Algorithm;
use crate::crypto::digest::Digest32;
use crate::jose::{KeySet, Selection};
use crate::json::Json;
use crate::reason::Reason;
use crate::time::{Fits, UnixTime, Window};
use crate::token::issuer::Issuer;
use crate::token::{IssuerId, Token};
use std::rc::Rc;
use std::time::Duration;

/// The last second of the year 9999: what lies beyond is not a time but an attack or a wrong unit.
const LATEST: i64 = 253_402_300_799;

/// The times of a token, well formed and in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    issued_at: Option<UnixTime>,
    window: Window,
}

impl Times {
    /// Reads `exp`, `iat` and, if present, `nbf` (RFC 9068 section 2.2, RFC 7519 section 4.1).
    ///
    /// # Errors
    /// [`Reason::TokenClaims`] where one is missing, not an integer between 1970 and 9999, or where
    /// the token would end before it begins.
    pub(super) fn read(claims: &Json) -> Result<Self, Reason> {
        let times = Self::of_svid(claims)?;
        times.issued_at.ok_or(Reason::TokenClaims)?;
        Ok(times)
    }

    /// Reads `exp` and, if present, `iat` and `nbf` (JWT-SVID section 3).
    ///
    /// # Errors
    /// As [`Times::read`].
    pub(super) fn of_svid(claims: &Json) -> Result<Self, Reason> {
        let issued_at = moment(claims, "iat")?;
        let expires = moment(claims, "exp")?.ok_or(Reason::TokenClaims)?;
        let earliest = issued_at.unwrap_or_default();
        let not_before = moment(claims, "nbf")?.map_or(earliest, |nbf| nbf.max(earliest));
        if not_before > expires {
            return Err(Reason::TokenClaims);
        }
        Ok(Self {
            issued_at,
            window: Window {
                not_before,
                expires,
            },
        })
    }

    /// Reads what an authorization server says of `exp`, `iat` and `nbf` (RFC 7662 section 2.2). It
    /// need say nothing: that the token is active is its word for now.
    ///
    /// # Errors
    /// As [`Times::read`].
    pub(super) fn of_introspection(said: &Json) -> Result<Self, Reason> {
        let issued_at = moment(said, "iat")?;
        let expires = moment(said, "exp")?.unwrap_or(UnixTime::from_secs(LATEST));
        let not_before = moment(said, "nbf")?.max(issued_at).unwrap_or_default();
        if not_before > expires {
            return Err(Reason::TokenClaims);
        }
        Ok(Self {
            issued_at,
            window: Window {
                not_before,
                expires,
            },
        })
    }

    /// Whether the token says when it ends.
    pub(super) fn has_end(self) -> bool {
        self.window.expires < UnixTime::from_secs(LATEST)
    }

    /// Whether the token may be used now.
    ///
    /// # Errors
    /// [`Reason::TokenEarly`] before `nbf` or `iat`, [`Reason::TokenExpired`] from `exp` on, both
    /// with the leeway.
    pub(super) fn check(self, now: UnixTime, leeway: Duration) -> Result<(), Reason> {
        match self.window.fits(now, leeway) {
            Fits::Within => Ok(()),
            Fits::Early => Err(Reason::TokenEarly),
            Fits::Late => Err(Reason::TokenExpired),
        }
    }

    pub(super) fn issued_at(self) -> Option<UnixTime> {
        self.issued_at
    }

    pub(super) fn expires(self) -> UnixTime {
        self.window.expires
    }
}

/// A `NumericDate` in whole seconds. None where the claim is absent.
///
/// # Errors
/// [`Reason::TokenClaims`] for anything but an integer between 1970 and 9999.
pub(super) fn moment(claims: &Json, name: &str) -> Result<Option<UnixTime>, Reason> {
    claims
        .get(name)
        .map(|value| {
            value
                .as_i64()
                .filter(|seconds| (0..=LATEST).contains(seconds))
                .map(UnixTime::from_secs)
                .ok_or(Reason::TokenClaims)
        })
        .transpose()
}

/// A token whose signature held, with the key that it held under. [`Signed::admit`] is the only way
/// to the token, so no path, fresh or remembered, can forget the times.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    token: Rc<Token>,
    key_id: Option<Box<str>>,
    algorithm: Algorithm,
    thumbprint: Digest32,
}

impl Signed {
    /// A token that was verified under this key, selected by this `kid`.
    pub(super) fn new(
        token: Token,
        key_id: Option<Box<str>>,
        algorithm: Algorithm,
        thumbprint: Digest32,
    ) -> Self {
        Self {
            token: Rc::new(token),
            key_id,
            algorithm,
            thumbprint,
        }
    }

    /// The issuer, by its place in the policy.
    pub(super) fn issuer(&self) -> IssuerId {
        self.token.issuer
    }

    /// Whether it was verified under this very entry of this very policy: a later policy has an
    /// allocation of its own, and the token keeps the old one from being reused.
    pub(super) fn is_of(&self, issuer: &Issuer) -> bool {
        Rc::ptr_eq(&self.token.issuer_uri, &issuer.uri)
    }

    /// Whether the keys would still choose the key that verified it.
    pub(super) fn is_backed_by(&self, keys: &KeySet) -> bool {
        match keys.select(self.key_id.as_deref(), self.algorithm) {
            Selection::One(key) => *key.thumbprint() == self.thumbprint,
            Selection::Unknown | Selection::Unfit => false,
        }
    }

    /// The token, if it may be used now.
    ///
    /// # Errors
    /// As [`Times::check`].
    pub(super) fn admit(&self, now: UnixTime, leeway: Duration) -> Result<Rc<Token>, Reason> {
        self.token.times.check(now, leeway)?;
        Ok(Rc::clone(&self.token))
    }
}
