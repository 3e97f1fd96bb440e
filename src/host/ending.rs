//! How a request ended that was released, in the words of the proxy. Pure.

use std::fmt;

/// What the proxy calls an answer that came of the upstream's own.
const ANSWERED: &[u8] = b"via_upstream";
/// What it calls one that broke off.
const BROKEN: &[u8] = b"upstream_reset_after_response_started";
/// Most characters of the proxy's words that are told.
const LONGEST: usize = 128;

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// The status that the client was sent. None where it was sent none.
    status: Option<i64>,
    details: String,
    is_broken: bool,
}

impl Ending {
    /// From the properties `response.code`, 8 bytes of which the lowest comes first, and
    /// `response.code_details`.
    pub(super) fn of(code: Option<&[u8]>, details: &[u8]) -> Self {
        let status = code
            .and_then(|bytes| bytes.try_into().ok())
            .map(i64::from_le_bytes)
            .filter(|status| *status > 0);
        let plain = details.iter().filter(|byte| byte.is_ascii_graphic());
        Self {
            status,
            details: plain.take(LONGEST).map(|byte| char::from(*byte)).collect(),
            is_broken: details.starts_with(BROKEN),
        }
    }

    /// Whether the upstream did not do its part, as far as anyone can tell: it failed, broke off, was
    /// not reached, or its answer went to nobody.
    pub(super) fn is_failure(&self) -> bool {
        self.is_broken || self.status.is_none_or(|status| status >= 500)
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.is_broken {
            "the answer broke off"
        } else if self.details.as_bytes() == ANSWERED {
            "the upstream answered so"
        } else {
            "there was no answer of the upstream's"
        };
        match self.status {
            Some(status) => write!(formatter, "{how}, status {status}, {}", self.details),
            None => write!(formatter, "{how}, no status, {}", self.details),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn what_the_upstream_did_not_do_is_told() {
        let code = |status: i64| status.to_le_bytes();
        for (status, details, told) in [
            (Some(code(200)), &b"via_upstream"[..], None),
            (Some(code(409)), b"via_upstream", None),
            (
                Some(code(500)),
                b"via_upstream",
                Some("the upstream answered so, status 500, via_upstream"),
            ),
            (
                Some(code(503)),
                b"upstream_reset_before_response_started{connection_termination}",
                Some(
                    "there was no answer of the upstream's, status 503, \
                     upstream_reset_before_response_started{connection_termination}",
                ),
            ),
            (
                Some(code(200)),
                b"upstream_reset_after_response_started{connection termination}",
                Some(
                    "the answer broke off, status 200, \
                     upstream_reset_after_response_started{connectiontermination}",
                ),
            ),
            (
                Some(code(0)),
                b"downstream_remote_disconnect",
                Some(
                    "there was no answer of the upstream's, no status, \
                     downstream_remote_disconnect",
                ),
            ),
            (
                None,
                b"a\nb",
                Some("there was no answer of the upstream's, no status, ab"),
            ),
        ] {
            let ending = Ending::of(status.as_ref().map(|bytes| &bytes[..]), details);
            assert_eq!(ending.is_failure(), told.is_some(), "{ending}");
            if let Some(told) = told {
                assert_eq!(ending.to_string(), told);
            }
        }
    }
}
