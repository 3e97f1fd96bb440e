//! What sort of subject a token speaks of: as the policy tells it from the claims, or as the token's
//! own kind says it.

use crate::json::{Json, Pointer};
use crate::token::Kind;

/// A sort of subject. Only the policy says what is one; no claim does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A person.
    Human,
    /// A program that acts for its owner, always in the same way.
    Workload,
    /// A program that chooses for itself what it does.
    Agent,
}

impl SubjectKind {
    /// Its name in policies and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Workload => "workload",
            Self::Agent => "agent",
        }
    }
}

/// How the policy tells a kind of subject from the claims of an issuer's tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindRule {
    /// The kind.
    pub kind: SubjectKind,
    /// Where in the claims it shows.
    pub claim: Pointer,
    /// The texts that show it. None: whatever stands there, but null and false.
    pub any_of: Option<Vec<String>>,
}

impl KindRule {
    /// Whether claims show the kind. A list shows it by any of its texts.
    fn fits(&self, claims: &Json) -> bool {
        let Some(found) = claims.at(&self.claim) else {
            return false;
        };
        let Some(texts) = &self.any_of else {
            return !matches!(found, Json::Null | Json::Bool(false)); // K2
        };
        let is_one = |value: &Json| {
            let text = value.as_str();
            text.is_some_and(|text| texts.iter().any(|own| own == text))
        };
        is_one(found) || found.as_array().unwrap_or_default().iter().any(is_one) // K2
    }
}

/// The kind of subject that a verified token of this kind speaks of.
///
/// - K1: a JWT-SVID and a workload identity token speak of a workload, whatever they claim.
/// - K2: of an access token, the first rule of its issuer that fits tells it. None where none fits.
/// - K3: a transaction token is nobody's credential, and speaks of no kind.
pub(super) fn kind_of(kind: Kind, rules: &[KindRule], claims: &Json) -> Option<SubjectKind> {
    match kind {
        Kind::Svid | Kind::Workload => Some(SubjectKind::Workload), // K1
        Kind::Access | Kind::Opaque => {
            let first = rules.iter().find(|rule| rule.fits(claims)); // K2
            first.map(|rule| rule.kind)
        }
        Kind::Transaction => None, // K3
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Limits;
    use crate::testing::test;

    fn rule(kind: SubjectKind, claim: &str, any_of: Option<&[&str]>) -> KindRule {
        KindRule {
            kind,
            claim: Pointer::parse(claim).unwrap(),
            any_of: any_of.map(|texts| texts.iter().map(|it| (*it).to_owned()).collect()),
        }
    }

    fn read(claims: &str) -> Json {
        let limits = Limits {
            bytes: 1024,
            depth: 8,
        };
        Json::parse(claims.as_bytes(), limits).unwrap()
    }

    #[test]
    fn the_first_rule_that_fits_tells_the_kind() {
        use SubjectKind::{Agent, Human, Workload};
        let rules = [
            rule(SubjectKind::Agent, "/client/type", Some(&["agent", "bot"])),
            rule(SubjectKind::Workload, "/amr", Some(&["swk"])),
            rule(SubjectKind::Human, "/auth_time", None),
        ];
        for (claims, kind) in [
            (r#"{"client":{"type":"agent"}}"#, Some(Agent)),
            (r#"{"client":{"type":"bot"},"auth_time":1}"#, Some(Agent)),
            (r#"{"client":{"type":["bot","x"]}}"#, Some(Agent)),
            (r#"{"client":{"type":"Agent"}}"#, None),
            (r#"{"client":{"type":"agent "}}"#, None),
            (r#"{"client":{"type":{"agent":true}}}"#, None),
            (r#"{"client":{"type":[["agent"]]}}"#, None),
            (r#"{"client":"agent"}"#, None),
            (r#"{"client.type":"agent"}"#, None),
            (r#"{"amr":["pwd","swk"],"auth_time":1}"#, Some(Workload)),
            (r#"{"amr":["pwd"],"auth_time":1}"#, Some(Human)),
            (r#"{"amr":"pwd","auth_time":0}"#, Some(Human)),
            (r#"{"auth_time":null}"#, None),
            (r#"{"auth_time":false}"#, None),
            ("{}", None),
        ] {
            let claims_read = read(claims);
            for sort in [Kind::Access, Kind::Opaque] {
                assert_eq!(kind_of(sort, &rules, &claims_read), kind, "{claims}");
            }
        }
    }

    #[test]
    fn workloads_are_workloads_and_transactions_nobody() {
        let rules = [rule(SubjectKind::Human, "/sub", None)];
        let claims = read(r#"{"sub":"alice"}"#);
        let kind = |kind| kind_of(kind, &rules, &claims);
        assert_eq!(kind(Kind::Access), Some(SubjectKind::Human));
        assert_eq!(kind(Kind::Svid), Some(SubjectKind::Workload));
        assert_eq!(kind(Kind::Workload), Some(SubjectKind::Workload));
        assert_eq!(kind(Kind::Transaction), None);
        assert_eq!(kind_of(Kind::Access, &[], &claims), None);
    }
}
