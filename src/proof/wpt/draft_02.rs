//! draft-ietf-wimse-wpt-02: the proof is the one credential in `Authorization`, so no access token
//! can stand beside it.

use crate::http::{Field, RequestHead};
use crate::proof::wpt::{Draft, Presented};
use crate::reason::Reason;

pub(super) const DRAFT: Draft = Draft {
    name: "wpt-02",
    challenge: Some("WPT"),
    field: "authorization",
    presented,
};

/// The scheme (section 2): in any case, then one or more spaces, then a `token68`, of which a JWT
/// is one.
const SCHEME: &str = "WPT";

/// - V2: exactly one `Authorization`, with the scheme `WPT`.
fn presented(head: &RequestHead) -> Result<Presented<'_>, Reason> {
    let value = match head.field("authorization") {
        Field::Absent => return Err(Reason::ProofMissing), // V2
        Field::Several => return Err(Reason::ProofRepeated), // V2
        // What some proxies make of several lines.
        Field::One(value) if value.contains(&b',') => return Err(Reason::ProofRepeated), // V2
        Field::One(value) => std::str::from_utf8(value).map_err(|_| Reason::ProofMalformed)?,
    };
    let (scheme, proof) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(Reason::ProofMissing); // V2
    }
    Ok(Presented {
        proof: proof.trim_start_matches(' '),
        access_token: None,
    })
}
