//! Requests for a token: they bring a proof and none of ours to vouch for its key (RFC 9449 section 5).

use super::possession::{Shown, aim, show};
use crate::pipeline::Env;
use crate::pipeline::admit::Admitted;
use crate::pipeline::case::Case;
use crate::pipeline::principal::Principal;
use crate::proof::Possession;
use crate::reason::Reason;
use crate::record::base64url;

/// Whoever holds the key of the proof is the caller. What else the request brings to show who it
/// is, in `Authorization` or in its body, is for the upstream to judge.
pub(super) fn by_key(
    admitted: &Admitted,
    env: &Env<'_>,
    case: &mut Case,
) -> Result<(Principal, Shown), Reason> {
    let uri = admitted
        .target
        .uri(&admitted.route.origin)
        .ok_or(Reason::TargetAmbiguous)?;
    let expected = aim(admitted, &uri, None, None, env)?;
    let proven = show(admitted, &expected, env, case)?.of_any_key();
    let principal = Principal::Key(base64url(proven.thumbprint()));
    let possession = Possession::of([Some(proven), None], None).ok_or(Reason::ProofMissing)?;
    let shown = Shown {
        possession,
        content: None,
    };
    Ok((principal, shown))
}
