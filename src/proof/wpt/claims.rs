//! The claims of a workload proof token, and what they must fit.

use crate::crypto::digest::{Digest32, from_base64url, sha256};
use crate::http::uri::normal_form;
use crate::http::{Field, RequestHead};
use crate::json::Json;
use crate::proof::wpt::{Expected, Rules};
use crate::reason::Reason;
use crate::time::UnixTime;

/// Longest `jti`, in bytes.
const LONGEST_ID: usize = 256;
/// Most entries of `oth`.
const MOST_OTHERS: usize = 8;

/// The claims of a proof, of their types.
pub(super) struct Claims<'a> {
    pub(super) id: &'a str,
    audience: &'a str,
    expires: UnixTime,
    issued_at: Option<UnixTime>,
    token_hash: &'a str,
    access_hash: Option<&'a str>,
    transaction_hash: Option<&'a str>,
    others: &'a [(String, Json)],
}

impl<'a> Claims<'a> {
    pub(super) fn read(claims: &'a Json) -> Option<Self> {
        let text = |name| claims.get(name).and_then(Json::as_str);
        // There, it is a string; a proof that says something else is not understood.
        let optional = |name| match claims.get(name) {
            Some(value) => value.as_str().map(Some),
            None => Some(None),
        };
        let moment = |value: &Json| value.as_i64().map(UnixTime::from_secs);
        Some(Self {
            id: text("jti").filter(|id| (1..=LONGEST_ID).contains(&id.len()))?,
            audience: audience(claims.get("aud")?)?,
            expires: moment(claims.get("exp")?)?,
            issued_at: claims.get("iat").and_then(moment),
            token_hash: text("wth")?,
            access_hash: optional("ath")?,
            transaction_hash: optional("tth")?,
            others: match claims.get("oth") {
                Some(others) => others.as_object().filter(|it| it.len() <= MOST_OTHERS)?,
                None => &[],
            },
        })
    }

    /// The time of issue: `iat`, which the drafts do not ask for, where it is there and plausible,
    /// else the first moment at which the proof would have been accepted.
    pub(super) fn time(&self, rules: &Rules, now: UnixTime) -> Result<UnixTime, Reason> {
        if now >= self.expires {
            return Err(Reason::ProofExpired); // V8
        }
        if self.expires > now.after(rules.max_lifetime) {
            return Err(Reason::ProofLifetime); // V8
        }
        // A log that begins after such a proof was used would take it for one of after its beginning.
        if self
            .issued_at
            .is_some_and(|at| at > now.after(rules.max_ahead))
        {
            return Err(Reason::ProofEarly); // V8
        }
        let earliest = self.expires.before(rules.max_lifetime);
        let stated = self.issued_at.filter(|at| *at >= earliest);
        Ok(stated.unwrap_or(earliest))
    }

    pub(super) fn fit(&self, expected: &Expected<'_>) -> Result<(), Reason> {
        if !is_hash(self.token_hash, expected.token_hash) {
            return Err(Reason::ProofToken); // V9
        }
        // What is spelled as expected is in normal form already.
        if self.audience != expected.target
            && normal_form(self.audience).as_deref() != Some(expected.target)
        {
            return Err(Reason::ProofTarget); // V7
        }
        Ok(())
    }

    /// Holds the proof against the other tokens of the request. Gives the hash of the transaction
    /// token that it names.
    pub(super) fn bind(
        &self,
        head: &RequestHead,
        access_token: Option<&str>,
    ) -> Result<Option<Digest32>, Reason> {
        match (self.access_hash, access_token) {
            (None, None) => {}
            (Some(stated), Some(token)) if is_hash(stated, &sha256(&[token.as_bytes()])) => {}
            (Some(_) | None, Some(_)) | (Some(_), None) => return Err(Reason::ProofToken), // V12
        }
        for (name, stated) in self.others {
            let stated = stated.as_str().ok_or(Reason::ProofMalformed)?; // V11
            match hash_of(head, name) {
                Some(hash) if is_hash(stated, &hash) => {}
                Some(_) | None => return Err(Reason::ProofContext), // V11
            }
        }
        match (self.transaction_hash, head.field("txn-token")) {
            (None, Field::Absent) => Ok(None),
            (Some(stated), Field::One(_)) => hash_of(head, "txn-token")
                .filter(|hash| is_hash(stated, hash))
                .map(Some)
                .ok_or(Reason::ProofContext), // V10
            (Some(_), Field::Absent | Field::Several) | (None, Field::One(_) | Field::Several) => {
                Err(Reason::ProofContext)
            } // V10
        }
    }
}

/// One audience, which may stand in an array (RFC 7519 section 4.1.3). A proof for several targets
/// would be good at each.
fn audience(value: &Json) -> Option<&str> {
    match value.as_array() {
        Some([one]) => one.as_str(),
        Some(_) => None,
        None => value.as_str(),
    }
}

/// SHA-256 of the value of the one line of this header, without spaces around it. None where there
/// is none or several, or where the name is not in lower case.
fn hash_of(head: &RequestHead, name: &str) -> Option<Digest32> {
    match head.field(name) {
        Field::One(value) => Some(sha256(&[value.trim_ascii()])),
        Field::Absent | Field::Several => None,
    }
}

fn is_hash(stated: &str, hash: &Digest32) -> bool {
    from_base64url(stated).as_ref() == Some(hash)
}
