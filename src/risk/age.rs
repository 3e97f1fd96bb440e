//! Ages: of the token, and of the authentication behind it.

use crate::time::UnixTime;
use std::time::Duration;

/// Whether a moment lies further back than the limit, or is not known. The limit is still within.
pub(super) fn is_older(moment: Option<UnixTime>, limit: Duration, now: UnixTime) -> bool {
    moment.is_none_or(|moment| now.since(moment) > limit)
}
