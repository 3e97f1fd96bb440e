//! Answers to workloads. What is wrong with a workload identity token is no `401`, for no scheme of
//! `Authorization` would mend it (draft-ietf-wimse-workload-creds-02 section 3.2). A proof that has a
//! scheme is answered with its bare name (draft-ietf-wimse-wpt-02 section 2.1), one that has none is
//! not.

use super::table::{Authenticate, Row};

const TITLE: &str = "The workload identity token is not accepted";

/// What a row of the table is to a workload, whose proof has this scheme.
pub(super) fn row(general: Row, scheme: Option<&'static str>) -> Row {
    let (status, title, authenticate) = general;
    match (authenticate, scheme) {
        (Authenticate::No, _) => general,
        (Authenticate::Proof, Some(scheme)) => (401, title, Authenticate::Scheme(scheme)),
        (Authenticate::Proof, None) => (400, title, Authenticate::No),
        (Authenticate::Scope | Authenticate::StepUp, _) => (403, title, Authenticate::No),
        (Authenticate::Bare | Authenticate::Error(..) | Authenticate::Scheme(_), _) => {
            let status = if status == 401 { 400 } else { status };
            (status, TITLE, Authenticate::No)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::proof::Method::{Dpop, Wpt};
    use crate::reason::Reason;
    use crate::respond::{Terms, reply};
    use crate::testing::test;

    fn answer(reason: Reason, scheme: Option<&'static str>) -> (u16, Vec<String>) {
        let terms = Terms {
            is_workload: true,
            workload_scheme: scheme,
            accepted: &[Wpt],
            ..Terms::default()
        };
        let reply = reply(reason, &terms);
        let challenges = reply.headers.into_iter();
        let challenges = challenges.filter(|(name, _)| *name == "www-authenticate");
        (reply.status, challenges.map(|(_, value)| value).collect())
    }

    #[test]
    fn a_proof_is_challenged_by_its_scheme_and_a_token_is_not() {
        let wpt = || vec!["WPT".to_owned()];
        for (reason, with, without) in [
            (Reason::ProofMissing, (401, wpt()), 400),
            (Reason::ProofSignature, (401, wpt()), 400),
            (Reason::ProofReplayed, (401, wpt()), 400),
            (Reason::ProofContext, (401, wpt()), 400),
            (Reason::TokenExpired, (400, vec![]), 400),
            (Reason::TokenSignature, (400, vec![]), 400),
            (Reason::CredentialsMalformed, (400, vec![]), 400),
            (Reason::ConfirmationUnsupported, (400, vec![]), 400),
            (Reason::CertificateMissing, (400, vec![]), 400),
            (Reason::ScopeInsufficient, (403, vec![]), 403),
            (Reason::StepUpRequired, (403, vec![]), 403),
            (Reason::CallerUnlisted, (403, vec![]), 403),
            (Reason::ReplayQuota, (429, vec![]), 429),
            (Reason::KeysUnavailable, (503, vec![]), 503),
        ] {
            assert_eq!(answer(reason, Some("WPT")), with, "{reason:?}");
            assert_eq!(answer(reason, None), (without, vec![]), "{reason:?}");
        }
    }

    #[test]
    fn who_shows_nothing_is_told_the_schemes_there_are() {
        let missing = |scheme, accepted| {
            let terms = Terms {
                workload_scheme: scheme,
                accepted,
                ..Terms::default()
            };
            let reply = reply(Reason::CredentialsMissing, &terms);
            let challenges = reply.headers.into_iter();
            let challenges = challenges.filter(|(name, _)| *name == "www-authenticate");
            let challenges: Vec<String> = challenges.map(|(_, value)| value).collect();
            (reply.status, challenges.join(" | "))
        };
        for (scheme, accepted, expected) in [
            (Some("WPT"), &[Wpt][..], (401, "WPT")),
            (Some("WPT"), &[Dpop, Wpt], (401, "DPoP | WPT")),
            (None, &[Dpop, Wpt], (401, "DPoP")),
            (None, &[Wpt], (400, "")),
        ] {
            let (status, challenges) = missing(scheme, accepted);
            assert_eq!((status, challenges.as_str()), expected, "{accepted:?}");
        }
    }
}
