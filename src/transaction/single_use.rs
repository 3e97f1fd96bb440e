//! A transaction is used once: what names it, what it was used for, and what makes a second use a
//! retry of the first.

#[cfg(test)]
mod tests;

use crate::crypto::digest::{Digest32, sha256};
use crate::http::{Field, RequestHead};
use crate::json::Json;
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::uses::{self, Buckets, Found, Refusal, Scope};
use std::time::Duration;

/// Longest idempotency key, in bytes.
const LONGEST_KEY: usize = 255;

/// How a route has its transactions used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How far a use is remembered.
    pub scope: Scope,
    /// The header whose value makes a second use a retry, where there is one. In lower case.
    pub idempotency_key: Option<String>,
    /// How long a token may live that carries a transaction: its use is remembered for longer.
    pub lifetime: Duration,
}

/// What the token says that carries a transaction.
#[derive(Clone, Copy, Debug)]
pub struct Carrier<'a> {
    /// Who issued it.
    pub issuer: &'a str,
    /// `jti`.
    pub id: Option<&'a str>,
    /// SHA-256 of the token, where nobody can spell the same token in another way: one that is signed
    /// or encrypted has such spellings.
    pub hash: Option<&'a Digest32>,
    /// `txn`, where it is a transaction token.
    pub txn: Option<&'a str>,
    /// `iat`.
    pub issued_at: Option<UnixTime>,
    /// `exp`.
    pub expires: UnixTime,
}

/// What a request uses a transaction for, beside the key that it names.
#[derive(Clone, Copy, Debug)]
pub struct Purpose<'a> {
    /// What showed possession: thumbprints of keys, the digest of a certificate.
    pub keys: &'a [&'a Digest32],
    /// The method.
    pub method: &'a str,
    /// The origin of the route.
    pub origin: &'a str,
    /// The path as it came.
    pub path: &'a str,
    /// The query as it came.
    pub query: Option<&'a str>,
    /// SHA-256 of the body. None where it has none.
    pub body: Option<&'a Digest32>,
}

/// A transaction and one use of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    scope: Scope,
    name: Digest32,
    issued_at: UnixTime,
    /// What it is used for. None where nothing could be a retry of it.
    purpose: Option<Digest32>,
}

/// What is held of a use that nothing can be a retry of. No digest is this.
const UNREPEATABLE: Digest32 = [0; 32];

impl Spending {
    /// Names a transaction, which stands in this token: the whole of its claims, or its `tctx`, or the
    /// one `detail` of several.
    ///
    /// A transaction token names it by `txn`, which stays the same when the token is replaced. Any
    /// other names it by the token and by what the detail says, so that details may change places
    /// when an authorization server tells of them again.
    ///
    /// # Errors
    /// [`Reason::TransactionLifetime`] for a token that does not say from when to when it lives, or
    /// that lives for longer than its use is remembered; [`Reason::TransactionUnnamed`] for a token
    /// without a name.
    ///
    /// # Does not check
    /// Whether the issuer gives out another token for the same transaction: one with another `jti`,
    /// or with the same `txn` after the first was forgotten. Whether an authorization server that tells
    /// of a token anew tells of its details in the same words.
    pub fn of(
        rules: &Rules,
        carrier: &Carrier<'_>,
        detail: Option<&Json>,
        purpose: Option<Digest32>,
    ) -> Result<Self, Reason> {
        let issued_at = carrier.issued_at.ok_or(Reason::TransactionLifetime)?; // U1
        if carrier.expires > issued_at.after(rules.lifetime) {
            return Err(Reason::TransactionLifetime); // U1
        }
        let issuer = carrier.issuer.as_bytes();
        let name = match (carrier.txn, carrier.id, carrier.hash) {
            (Some(txn), _, _) => digest(&[b"txn", issuer, txn.as_bytes()]),
            (None, Some(id), _) => digest(&[
                b"token",
                issuer,
                id.as_bytes(),
                &detail.map_or([0; 32], said),
            ]),
            (None, None, Some(hash)) => {
                digest(&[b"hash", issuer, hash, &detail.map_or([0; 32], said)])
            }
            (None, None, None) => return Err(Reason::TransactionUnnamed), // U2
        };
        Ok(Self {
            scope: rules.scope,
            name,
            issued_at,
            purpose,
        })
    }

    /// The same, remembered no further than this.
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        Self {
            scope: self.scope.min(scope),
            ..self
        }
    }

    /// How far its use is remembered.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// What names the transaction. Not keyed: replicas whose secrets differ must meet in it.
    #[must_use]
    pub fn name(&self) -> &Digest32 {
        &self.name
    }

    /// What is held of its use.
    #[must_use]
    pub fn value(&self) -> Digest32 {
        self.purpose.unwrap_or(UNREPEATABLE)
    }

    /// What this use is to the one that is held, if one is.
    ///
    /// # Errors
    /// [`Reason::TransactionConsumed`] where it is no retry of that one.
    pub fn after(&self, found: Found<32>) -> Result<Passage, Reason> {
        match (found, self.purpose) {
            (Found::Nothing, _) => Ok(Passage::First),
            (Found::Use(held), Some(purpose)) if held == purpose => Ok(Passage::Retry), // U4
            (Found::Use(_), _) => Err(Reason::TransactionConsumed),                     // U3
        }
    }
}

/// What a use of a transaction is that may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// The first.
    First,
    /// The first one's again: under the same idempotency key, by the same keys, for the same request.
    Retry,
}

impl Passage {
    /// Its name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Retry => "retry",
        }
    }
}

impl Purpose<'_> {
    /// The digest of all of it and of the idempotency key. Without a key there is none.
    #[must_use]
    pub fn under(&self, key: &[u8]) -> Digest32 {
        let count = u64::try_from(self.keys.len())
            .unwrap_or(u64::MAX)
            .to_be_bytes();
        let keys: Vec<&[u8]> = self.keys.iter().map(|key| &key[..]).collect();
        let (mark, query) = self
            .query
            .map_or((&b""[..], &b""[..]), |query| (b"?", query.as_bytes()));
        let body = self.body.map_or(&b""[..], |body| &body[..]);
        let mut pieces: Vec<&[u8]> = vec![b"purpose", key, &count];
        pieces.extend(keys);
        pieces.extend([
            self.method.as_bytes(),
            self.origin.as_bytes(),
            self.path.as_bytes(),
            mark,
            query,
            body,
        ]);
        digest(&pieces)
    }
}

/// The idempotency key of a request, if it has one: the value of its header as it is written, a
/// quoted string of draft-ietf-httpapi-idempotency-key-header-07 or a bare word.
///
/// # Errors
/// [`Reason::IdempotencyKeyMalformed`] for several lines, an empty value, one of more than 255 bytes,
/// or one with anything but visible ASCII; or with a comma, by which a hop joins lines.
pub fn idempotency_key<'h>(head: &'h RequestHead, name: &str) -> Result<Option<&'h [u8]>, Reason> {
    let value = match head.field(name) {
        Field::Absent => return Ok(None),
        Field::Several => return Err(Reason::IdempotencyKeyMalformed), // U5
        Field::One(value) => value,
    };
    let plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b',';
    let is_key = (1..=LONGEST_KEY).contains(&value.len()) && value.iter().all(plain);
    is_key
        .then_some(Some(value))
        .ok_or(Reason::IdempotencyKeyMalformed) // U5
}

/// The log that holds transactions, each with what it was used for.
pub type Log<B> = uses::Log<B, 32>;

/// Remembers transactions: a port, answered at once.
pub trait TransactionLog {
    /// What [`consume`](Self::consume) would say now. Nothing is remembered.
    ///
    /// # Errors
    /// As [`consume`](Self::consume).
    fn look(&self, spending: &Spending, owner: [&str; 3], now: UnixTime)
    -> Result<Passage, Reason>;

    /// Records the use if it is the first. One atomic step: of any number of copies, on any number of
    /// workers, one is the first.
    ///
    /// # Errors
    /// [`Reason::TransactionConsumed`], [`Reason::TransactionPredatesLog`],
    /// [`Reason::TransactionQuota`], [`Reason::TransactionLogFull`],
    /// [`Reason::TransactionLogFault`].
    fn consume(
        &self,
        spending: &Spending,
        owner: [&str; 3],
        now: UnixTime,
    ) -> Result<Passage, Reason>;
}

impl<B: Buckets> TransactionLog for Log<B> {
    fn look(
        &self,
        spending: &Spending,
        owner: [&str; 3],
        now: UnixTime,
    ) -> Result<Passage, Reason> {
        let found = self.find(&used(spending, owner, now), now);
        spending.after(found.map_err(refused)?)
    }

    fn consume(
        &self,
        spending: &Spending,
        owner: [&str; 3],
        now: UnixTime,
    ) -> Result<Passage, Reason> {
        let found = self.take(&used(spending, owner, now), now);
        spending.after(found.map_err(refused)?)
    }
}

/// It is kept from now on, and not from when its token was issued: another token that is out by now
/// may carry it too.
fn used<'s>(spending: &'s Spending, owner: [&'s str; 3], now: UnixTime) -> uses::Use<'s, 32> {
    uses::Use {
        name: [b"transaction", &spending.name],
        issued_at: spending.issued_at,
        kept_from: now.max(spending.issued_at),
        owner,
        value: spending.value(),
    }
}

fn refused(refusal: Refusal) -> Reason {
    match refusal {
        Refusal::Predates => Reason::TransactionPredatesLog,
        Refusal::Quota => Reason::TransactionQuota,
        Refusal::Full => Reason::TransactionLogFull,
        Refusal::Fault => Reason::TransactionLogFault,
    }
}

/// SHA-256 of the pieces, each preceded by its length.
fn digest(pieces: &[&[u8]]) -> Digest32 {
    let lengths: Vec<[u8; 8]> = pieces
        .iter()
        .map(|piece| u64::try_from(piece.len()).unwrap_or(u64::MAX).to_be_bytes())
        .collect();
    let both = lengths.iter().zip(pieces);
    let all: Vec<&[u8]> = both
        .flat_map(|(length, piece)| [&length[..], piece])
        .collect();
    sha256(&all)
}

/// A digest of what a value says, whatever the order of its members. Depth is bounded by whoever read
/// it.
fn said(value: &Json) -> Digest32 {
    match value {
        Json::Null => digest(&[b"null"]),
        Json::Bool(true) => digest(&[b"true"]),
        Json::Bool(false) => digest(&[b"false"]),
        Json::Number(text) => digest(&[b"number", text.as_bytes()]),
        Json::String(text) => digest(&[b"string", text.as_bytes()]),
        Json::Array(items) => {
            let items: Vec<Digest32> = items.iter().map(said).collect();
            let mut pieces: Vec<&[u8]> = vec![b"array"];
            pieces.extend(items.iter().map(|item| &item[..]));
            digest(&pieces)
        }
        Json::Object(members) => {
            let mut members: Vec<(&str, Digest32)> = members
                .iter()
                .map(|(name, value)| (name.as_str(), said(value)))
                .collect();
            members.sort_unstable();
            let mut pieces: Vec<&[u8]> = vec![b"object"];
            for (name, value) in &members {
                pieces.extend([name.as_bytes(), &value[..]]);
            }
            digest(&pieces)
        }
    }
}
