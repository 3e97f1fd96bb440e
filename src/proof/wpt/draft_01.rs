//! draft-ietf-wimse-wpt-01: the proof has a header of its own, and names the access token that may
//! stand in `Authorization` by its hash.

use crate::http::{Field, RequestHead};
use crate::proof::wpt::{Draft, Presented};
use crate::reason::Reason;
use crate::token::credentials::Credentials;

pub(super) const DRAFT: Draft = Draft {
    name: "wpt-01",
    challenge: None,
    field: "workload-proof-token",
    presented,
};

/// - V1: exactly one `Workload-Proof-Token`. An `Authorization` is one access token, whose hash the
///   proof must give as `ath`.
fn presented(head: &RequestHead) -> Result<Presented<'_>, Reason> {
    let proof = match head.field("workload-proof-token") {
        Field::Absent => return Err(Reason::ProofMissing), // V1
        Field::Several => return Err(Reason::ProofRepeated), // V1
        Field::One(value) if value.contains(&b',') => return Err(Reason::ProofRepeated), // V1
        Field::One(value) => std::str::from_utf8(value).map_err(|_| Reason::ProofMalformed)?,
    };
    let access_token = match head.field("authorization") {
        Field::Absent => None,
        Field::One(_) | Field::Several => Some(Credentials::read(head)?.token), // V1
    };
    Ok(Presented {
        proof,
        access_token,
    })
}
