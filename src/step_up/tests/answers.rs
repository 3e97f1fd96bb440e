use super::{answer, authzen, opa};
use crate::reason::Reason;
use crate::step_up::{
    Decision, Demand, Denial, Duty, Edits, MAX_ANSWER_BYTES, Obligation, Protocol,
};
use crate::testing::test;

fn demand(acr: &[&str], amr: &[&str]) -> Demand {
    let owned = |values: &[&str]| values.iter().map(|it| (*it).to_owned()).collect();
    Demand {
        acr_values: owned(acr),
        amr_values: owned(amr),
    }
}

fn obliged(id: &str, duty: Duty) -> Decision {
    let id = id.to_owned();
    Decision::Permit(vec![Obligation { id, duty }], Edits::default())
}

fn unmet() -> Decision {
    obliged("", Duty::Other)
}

fn asking(acr: &[&str], amr: &[&str]) -> Decision {
    Decision::Deny(Some(demand(acr, amr)), Denial::default())
}

fn check(protocol: &Protocol, rows: Vec<(&str, Result<Decision, Reason>)>) {
    for (body, decision) in rows {
        assert_eq!(protocol.read(&answer(body), "an-id"), decision, "{body}");
    }
}

#[test]
fn only_a_boolean_decision_decides() {
    let malformed = || Err(Reason::DecisionMalformed);
    check(
        &authzen(),
        vec![
            (r#"{"decision":true}"#, Ok(Decision::permit())),
            (
                r#"{"decision":true,"context":{"obligations":[]},"more":1}"#,
                Ok(Decision::permit()),
            ),
            (
                r#"{"decision":true,"context":null}"#,
                Ok(Decision::permit()),
            ),
            (r#"{"decision":false}"#, Ok(Decision::deny())),
            (r#"{"decision":false,"context":[1]}"#, Ok(Decision::deny())),
            (
                r#"{"decision":true,"context":[{"obligations":["x"]}]}"#,
                malformed(),
            ),
            (r#"{"decision":true,"context":"obligations"}"#, malformed()),
            (r#"{"decision":"true"}"#, malformed()),
            (r#"{"decision":1}"#, malformed()),
            (r#"{"decision":null}"#, malformed()),
            (r#"{"decision":false,"decision":true}"#, malformed()),
            (r#"[{"decision":true}]"#, malformed()),
            (r#"{"Decision":true}"#, malformed()),
            (r#"{"decision":true} x"#, malformed()),
            (r#"{"result":true}"#, malformed()),
            ("", malformed()),
            ("true", malformed()),
        ],
    );
}

#[test]
fn what_is_undefined_denies() {
    let malformed = || Err(Reason::DecisionMalformed);
    check(
        &opa(),
        vec![
            (r#"{"result":true}"#, Ok(Decision::permit())),
            (r#"{"result":false}"#, Ok(Decision::deny())),
            ("{}", Ok(Decision::deny())),
            (r#"{"decision_id":"1","warning":{}}"#, Ok(Decision::deny())),
            (r#"{"result":{}}"#, Ok(Decision::deny())),
            (
                r#"{"result":{"allow":true,"why":"x"}}"#,
                Ok(Decision::permit()),
            ),
            (r#"{"result":{"allow":false}}"#, Ok(Decision::deny())),
            (
                r#"{"result":{"allow":false,"acr_values":["a","b"]}}"#,
                Ok(asking(&["a", "b"], &[])),
            ),
            (
                r#"{"result":{"allow":true,"obligations":[{"id":"1","type":"log"}]}}"#,
                Ok(obliged("1", Duty::Log)),
            ),
            (r#"{"result":{"allow":"true"}}"#, malformed()),
            (r#"{"result":{"allow":null}}"#, malformed()),
            (r#"{"result":"true"}"#, malformed()),
            (r#"{"result":null}"#, malformed()),
            (r#"{"result":[true]}"#, malformed()),
            (r#"{"result":1}"#, malformed()),
            (r#"{"decision":true}"#, Ok(Decision::deny())),
            ("[]", malformed()),
            ("true", malformed()),
            ("", malformed()),
        ],
    );
}

#[test]
fn an_obligation_is_one_that_is_known_or_one_that_is_not_met() {
    let context = |obligations: &str| {
        let text = format!(r#"{{"decision":true,"context":{{"obligations":{obligations}}}}}"#);
        authzen().read(&answer(&text), "an-id").expect("a decision")
    };
    let met = demand(&["a"], &[]);
    for (written, expected) in [
        // The profile's form, and that of its first draft.
        (
            r#"[{"id":"1","type":"step-up","properties":{"acr_value":"a"}}]"#,
            obliged("1", Duty::StepUp(met.clone())),
        ),
        (
            r#"[{"id":"1","type":"step-up","acr_value":"a","amr_values":["mfa","hwk"]}]"#,
            obliged("1", Duty::StepUp(demand(&["a"], &["mfa", "hwk"]))),
        ),
        (r#"[{"id":"1","type":"log"}]"#, obliged("1", Duty::Log)),
        // Malformed ones, and those that nobody here knows.
        (
            r#"[{"id":"1","type":"step-up"}]"#,
            obliged("1", Duty::Other),
        ),
        (
            r#"[{"id":"1","type":"step-up","acr_value":["a"]}]"#,
            obliged("1", Duty::Other),
        ),
        (
            r#"[{"id":"1","type":"step-up","acr_value":"a b"}]"#,
            obliged("1", Duty::Other),
        ),
        (
            r#"[{"id":"1","type":"step-up","acr_value":"a","amr_values":"mfa"}]"#,
            obliged("1", Duty::Other),
        ),
        (
            r#"[{"id":"1","type":"step-up","properties":{},"acr_value":"a"}]"#,
            obliged("1", Duty::Other),
        ),
        (r#"[{"id":"1","type":"Log"}]"#, obliged("1", Duty::Other)),
        (
            r#"[{"id":"1","type":"notification","to":"x"}]"#,
            obliged("1", Duty::Other),
        ),
        (r#"[{"id":"1"}]"#, obliged("1", Duty::Other)),
        (r#"[{"type":"log"}]"#, unmet()),
        (r#"[{"id":"","type":"log"}]"#, unmet()),
        (r#"[{"id":7,"type":"log"}]"#, unmet()),
        (r#"["log"]"#, unmet()),
        ("null", unmet()),
        ("{}", unmet()),
        ("true", unmet()),
    ] {
        assert_eq!(context(written), expected, "{written}");
    }
    let many = [r#"{"id":"1","type":"log"}"#; 17].join(",");
    assert_eq!(context(&format!("[{many}]")), unmet());
    let beside = r#"{"decision":true,"obligations":[{"id":"1","type":"log"}]}"#;
    assert_eq!(authzen().read(&answer(beside), "an-id"), Ok(unmet()));
    let named = r#"{"decision":true,"context":{"acr_values":"a"}}"#;
    let decision = authzen().read(&answer(named), "an-id");
    assert_eq!(decision, Ok(obliged("", Duty::StepUp(met))));
    let named = r#"{"decision":true,"context":{"acr_values":7}}"#;
    assert_eq!(authzen().read(&answer(named), "an-id"), Ok(unmet()));
}

#[test]
fn a_denial_may_say_what_would_do() {
    let context = |members: &str| {
        let text = format!(r#"{{"decision":false,"context":{{{members}}}}}"#);
        authzen().read(&answer(&text), "an-id").expect("a decision")
    };
    for (members, expected) in [
        (
            r#""acr_values":"urn:a urn:b""#,
            asking(&["urn:a", "urn:b"], &[]),
        ),
        (
            r#""acr_values":["urn:a","urn:b"]"#,
            asking(&["urn:a", "urn:b"], &[]),
        ),
        (
            r#""acr_values":"urn:a","amr_values":"mfa hwk""#,
            asking(&["urn:a"], &["mfa", "hwk"]),
        ),
        (
            r#""obligations":[{"id":"1","type":"step-up","properties":{"acr_value":"urn:a"}}]"#,
            asking(&["urn:a"], &[]),
        ),
        (
            r#""obligations":[{"id":"1","type":"notification","to":"x"},{"id":"2","type":"step-up","acr_value":"urn:a"}]"#,
            asking(&["urn:a"], &[]),
        ),
        // What cannot be said leaves a denial.
        (r#""acr_values":"""#, Decision::deny()),
        (r#""acr_values":"a  b""#, Decision::deny()),
        (r#""acr_values":"a\"b""#, Decision::deny()),
        (r#""acr_values":["a b"]"#, Decision::deny()),
        (r#""acr_values":7"#, Decision::deny()),
        (r#""acr_values":[]"#, Decision::deny()),
        (r#""amr_values":"mfa""#, Decision::deny()),
        (r#""obligations":7"#, Decision::deny()),
    ] {
        assert_eq!(context(members), expected, "{members}");
    }
    let many = ["a"; 17].join(" ");
    assert_eq!(
        context(&format!(r#""acr_values":"{many}""#)),
        Decision::deny()
    );
}

#[test]
fn everything_around_a_permit_must_hold_too() {
    for (protocol, body) in [
        (authzen(), r#"{"decision":true}"#),
        (opa(), r#"{"result":true}"#),
    ] {
        let permit = answer(body);
        for (status, is_overload, reason) in [
            (None, false, Reason::DecisionStatus),
            (Some(201), false, Reason::DecisionStatus),
            (Some(401), false, Reason::DecisionStatus),
            (Some(500), false, Reason::DecisionStatus),
            (Some(500), true, Reason::DecisionStatus),
            (Some(502), false, Reason::DecisionStatus),
            (Some(503), false, Reason::DecisionUnreachable),
            (Some(503), true, Reason::DecisionOverflow),
            (Some(504), false, Reason::DecisionTimeout),
        ] {
            let mut other = permit.clone();
            other.status = status;
            other.is_overload = is_overload;
            assert_eq!(protocol.read(&other, "an-id"), Err(reason), "{status:?}");
            other.request_id = None;
            other.body.clear();
            assert_eq!(
                protocol.read(&other, "an-id"),
                Err(reason),
                "{status:?}, bare"
            );
        }
        let mismatched = Err(Reason::DecisionMismatched);
        assert_eq!(protocol.read(&permit, "another"), mismatched);
        for media_type in [None, Some("text/html"), Some("application/jsonx"), Some("")] {
            let mut other = permit.clone();
            other.content_type = media_type.map(str::to_owned);
            let malformed = Err(Reason::DecisionMalformed);
            assert_eq!(protocol.read(&other, "an-id"), malformed);
        }
        let mut other = permit.clone();
        other.body.resize(MAX_ANSWER_BYTES + 1, b' ');
        let oversized = Err(Reason::DecisionOversized);
        assert_eq!(protocol.read(&other, "an-id"), oversized);
        other.status = Some(500);
        assert_eq!(protocol.read(&other, "an-id"), oversized);
        let mut silent = permit;
        silent.request_id = None;
        assert_eq!(protocol.read(&silent, "an-id"), Ok(Decision::permit()));
    }
}
