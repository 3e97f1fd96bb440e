//! Each signal, on and off.

use super::*;
use crate::testing::test;

pub(super) fn source_class() -> Condition {
    Condition::SourceClass(SourceClass {
        header: "x-said".to_owned(),
        expected: vec!["DE".to_owned(), "AT".to_owned()],
    })
}

pub(super) fn risk_header() -> RiskHeader {
    RiskHeader {
        header: "x-said".to_owned(),
        full: 10,
    }
}

pub(super) fn acr_below() -> Condition {
    Condition::AcrBelow(AcrBelow {
        enough: vec!["loa:3".to_owned(), "loa:10".to_owned()],
    })
}

pub(super) fn excess_scopes(above: usize) -> Condition {
    Condition::ExcessScopes(ExcessScopes {
        above,
        needed: vec!["read".to_owned(), "never-held".to_owned()],
    })
}

#[test]
fn a_class_of_source_is_a_word_that_a_hop_says() {
    for (said, holds) in [
        (Some("DE"), false),
        (Some("AT"), false),
        (Some("CH"), true),
        (Some("de"), true),
        (Some("DE,AT"), true),
        (None, true),
    ] {
        let facts = Shown {
            header: said,
            ..facts(None)
        };
        assert_eq!(source_class().holds(&facts), holds, "{said:?}");
    }
}

#[test]
fn of_a_scored_risk_its_share_counts() {
    for (said, points) in [
        (Some("0"), 0),
        (Some("0.0"), 0),
        (Some("0.000000001"), 1),
        (Some("1"), 4),
        (Some("2.5"), 10),
        (Some("2.51"), 11),
        (Some("9.99"), 40),
        (Some("10"), 40),
        (Some("10.0"), 40),
        (Some("10.01"), 40),
        (Some("999999999999999999"), 40),
        (Some("-1"), 40),
        (Some("1e0"), 40),
        (Some("high"), 40),
        (None, 40),
    ] {
        let facts = Shown {
            header: said,
            ..facts(None)
        };
        let condition = Condition::RiskHeader(risk_header());
        assert_eq!(condition.points(40, &facts), (points, false), "{said:?}");
    }
    let most = RiskHeader {
        full: 1_000_000,
        ..risk_header()
    };
    let facts = Shown {
        header: Some("999999.999999999999"),
        ..facts(None)
    };
    assert_eq!(most.points(u32::MAX, &facts), u32::MAX);
}

#[test]
fn an_acr_is_enough_if_the_policy_says_so() {
    for (acr, holds) in [
        (Some("loa:3"), false),
        (Some("loa:10"), false),
        (Some("loa:2"), true),
        (Some("loa:4"), true),
        (Some(""), true),
        (None, true),
    ] {
        let facts = Shown { acr, ..facts(None) };
        assert_eq!(acr_below().holds(&facts), holds, "{acr:?}");
    }
}

#[test]
fn scopes_beside_those_of_the_route_are_in_excess() {
    for (held, above, holds) in [
        (&["read"][..], 0, false),
        (&["read", "write"], 0, true),
        (&["read", "write"], 1, false),
        (&["read", "write", "admin"], 1, true),
        (&[], 0, false),
    ] {
        let held: Vec<String> = held.iter().map(|it| (*it).to_owned()).collect();
        let facts = Shown {
            scopes: Some(held),
            ..facts(None)
        };
        assert_eq!(excess_scopes(above).holds(&facts), holds, "{above}");
    }
}

#[test]
fn actors_proofs_and_bodies_count() {
    assert!(!Condition::ActorsAbove(1).holds(&facts(None)));
    assert!(Condition::ActorsAbove(0).holds(&facts(None)));
    assert!(!Condition::ProofWeakerThan(Strength::Dpop).holds(&facts(None)));
    assert!(!Condition::ProofWeakerThan(Strength::Certificate).holds(&facts(None)));
    assert!(Condition::ProofWeakerThan(Strength::Signature).holds(&facts(None)));
    assert!(!Condition::BodyUnbound.holds(&facts(None)));
    let unbound = Shown {
        body_is_bound: false,
        ..facts(None)
    };
    assert!(Condition::BodyUnbound.holds(&unbound));
}

#[test]
fn kinds_classes_and_sizes_count() {
    let kinds = |kinds: &[SubjectKind]| Condition::SubjectKind(kinds.to_vec());
    assert!(kinds(&[SubjectKind::Agent, SubjectKind::Human]).holds(&facts(None)));
    assert!(!kinds(&[SubjectKind::Agent, SubjectKind::Workload]).holds(&facts(None)));
    let classes =
        |names: &[&str]| Condition::ToolClass(names.iter().map(|it| (*it).into()).collect());
    assert!(classes(&["exports", "reads"]).holds(&facts(None)));
    assert!(!classes(&["exports", "read"]).holds(&facts(None)));
    assert!(!Condition::BodyAbove(4096).holds(&facts(None)));
    assert!(Condition::BodyAbove(4095).holds(&facts(None)));
}
