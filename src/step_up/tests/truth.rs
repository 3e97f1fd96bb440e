//! Each answer and each silence, crossed with what a route makes of silence and with what its caller
//! has shown.

use super::{answer, authzen};
use crate::json::{Json, Limits};
use crate::reason::Reason;
use crate::step_up::{OnSilence, Response, Rules, ServiceId, Settled, Shown, Silence, settle};
use crate::testing::test;

/// What a service may answer, or not.
#[derive(Clone, Copy, Debug)]
enum Said {
    Permits,
    PermitsAndLogs,
    PermitsIfStepped,
    PermitsIfUsed,
    PermitsIfBoth,
    PermitsIfUnknown,
    Denies,
    DeniesUnlessStepped,
    Malformed,
    OfAnother,
    OfAnotherType,
    WithStatus(u16),
    Overloaded,
    Nothing(Silence),
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comes {
    Forward,
    Challenge,
    Refuse(Reason),
    /// As silence does.
    Silence(Reason),
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Weak,
    Strong,
    /// Strong, by the method that is asked for.
    StrongByKey,
    Workload,
}

const CALLERS: [Caller; 4] = [
    Caller::Weak,
    Caller::Strong,
    Caller::StrongByKey,
    Caller::Workload,
];

fn every() -> Vec<Said> {
    let mut every = vec![
        Said::Permits,
        Said::PermitsAndLogs,
        Said::PermitsIfStepped,
        Said::PermitsIfUsed,
        Said::PermitsIfBoth,
        Said::PermitsIfUnknown,
        Said::Denies,
        Said::DeniesUnlessStepped,
        Said::Malformed,
        Said::OfAnother,
        Said::OfAnotherType,
        Said::Overloaded,
    ];
    every.extend([400, 401, 403, 404, 429, 500, 502, 503, 504].map(Said::WithStatus));
    every.extend(Silence::ALL.map(Said::Nothing));
    every
}

fn response(said: Said) -> Result<Response, Silence> {
    let permit = || answer(r#"{"decision":true}"#);
    let obliged = |obligations: &str| {
        let text = format!(r#"{{"decision":true,"context":{{"obligations":[{obligations}]}}}}"#);
        answer(&text)
    };
    let strong = r#"{"id":"1","type":"step-up","acr_value":"strong"}"#;
    Ok(match said {
        Said::Permits => permit(),
        Said::PermitsAndLogs => obliged(r#"{"id":"1","type":"log"}"#),
        Said::PermitsIfStepped => obliged(strong),
        Said::PermitsIfUsed => {
            obliged(r#"{"id":"1","type":"step-up","acr_value":"strong","amr_values":["hwk"]}"#)
        }
        Said::PermitsIfBoth => obliged(&format!(
            r#"{strong},{{"id":"2","type":"step-up","acr_value":"other"}}"#
        )),
        Said::PermitsIfUnknown => obliged(&format!(r#"{strong},{{"id":"2","type":"dance"}}"#)),
        Said::Denies => answer(r#"{"decision":false}"#),
        Said::DeniesUnlessStepped => {
            answer(r#"{"decision":false,"context":{"acr_values":"strong stronger"}}"#)
        }
        Said::Malformed => answer(r#"{"decision":"true"}"#),
        Said::OfAnother => Response {
            request_id: Some("another".to_owned()),
            ..permit()
        },
        Said::OfAnotherType => Response {
            content_type: Some("text/plain".to_owned()),
            ..permit()
        },
        Said::WithStatus(status) => Response {
            status: Some(status),
            ..permit()
        },
        Said::Overloaded => Response {
            status: Some(503),
            is_overload: true,
            ..permit()
        },
        Said::Nothing(silence) => return Err(silence),
    })
}

/// The table.
fn expected(said: Said, caller: Caller) -> Comes {
    use Comes::{Challenge, Forward, Refuse};
    use Reason as R;
    let unmet = Refuse(R::DecisionObligation);
    match said {
        Said::Permits | Said::PermitsAndLogs => Forward,
        Said::PermitsIfStepped => match caller {
            Caller::Weak => Challenge,
            Caller::Strong | Caller::StrongByKey => Forward,
            Caller::Workload => unmet,
        },
        Said::PermitsIfUsed => match caller {
            Caller::Weak => Challenge,
            // No challenge can name a method, and the class is there.
            Caller::Strong | Caller::Workload => unmet,
            Caller::StrongByKey => Forward,
        },
        // No token shows two classes.
        Said::PermitsIfBoth | Said::PermitsIfUnknown => unmet,
        Said::Denies => Refuse(R::DecisionDenied),
        Said::DeniesUnlessStepped => match caller {
            Caller::Weak => Challenge,
            Caller::Strong | Caller::StrongByKey | Caller::Workload => Refuse(R::DecisionDenied),
        },
        Said::Malformed | Said::OfAnotherType => Comes::Silence(R::DecisionMalformed),
        Said::OfAnother => Comes::Silence(R::DecisionMismatched),
        Said::WithStatus(503) => Comes::Silence(R::DecisionUnreachable),
        Said::WithStatus(504) => Comes::Silence(R::DecisionTimeout),
        Said::WithStatus(_) => Comes::Silence(R::DecisionStatus),
        Said::Overloaded => Comes::Silence(R::DecisionOverflow),
        Said::Nothing(silence) => Comes::Silence(match silence {
            Silence::Timeout => R::DecisionTimeout,
            Silence::Unreachable => R::DecisionUnreachable,
            Silence::NoHost => R::DecisionNoHost,
            Silence::Overflow => R::DecisionOverflow,
            Silence::ClusterUnknown => R::DecisionClusterUnknown,
            Silence::Oversized => R::DecisionOversized,
            Silence::Status => R::DecisionStatus,
            Silence::CircuitOpen => R::DecisionCircuitOpen,
            Silence::Deadline => R::DeadlineExceeded,
        }),
    }
}

#[test]
fn each_answer_and_each_silence_under_each_setting() {
    let limits = Limits {
        bytes: 100,
        depth: 4,
    };
    let claims = Json::parse(br#"{"amr":["pwd","hwk"]}"#, limits).expect("JSON");
    let settings = [
        OnSilence::Refuse,
        OnSilence::AllowBelow(60),
        OnSilence::AllowBelow(61),
    ];
    let mut rows = 0;
    for said in every() {
        for caller in CALLERS {
            for on_silence in settings {
                let shown = Shown {
                    claims: (caller == Caller::StrongByKey).then_some(&claims),
                    acr: match caller {
                        Caller::Weak => Some("weak"),
                        Caller::Strong | Caller::StrongByKey => Some("strong"),
                        Caller::Workload => None,
                    },
                    may_step_up: caller != Caller::Workload,
                };
                let rules = Rules {
                    challenge: None,
                    service: ServiceId(0),
                    on_silence,
                };
                let settled = settle(&rules, &authzen(), response(said), "an-id", 60, shown);
                let what = format!("{said:?}, {caller:?}, {on_silence:?}");
                let may_pass = match on_silence {
                    OnSilence::Refuse => false,
                    OnSilence::AllowBelow(limit) => 60 < limit,
                };
                match (settled, expected(said, caller)) {
                    (Settled::Permitted(..), Comes::Forward)
                    | (Settled::Challenged(_), Comes::Challenge) => {}
                    (Settled::Denied(own, _), Comes::Refuse(reason)) => {
                        assert_eq!(own, reason, "{what}");
                    }
                    (Settled::Silent(own, passed), Comes::Silence(reason)) => {
                        assert_eq!(own, reason, "{what}");
                        assert_eq!(passed.is_some(), may_pass, "{what}");
                    }
                    (settled, expected) => panic!("{what}: {settled:?}, not {expected:?}"),
                }
                rows += 1;
            }
        }
    }
    assert_eq!(rows, every().len() * 12);
}
