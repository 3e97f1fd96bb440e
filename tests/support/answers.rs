//! What the decision service of the table answers.

use crate::support::table::Service;
use countersign::step_up::{MAX_ANSWER_BYTES, Response, Silence};

/// What the gate gets of a service in this mood.
pub(crate) fn answer(service: Service, request_id: &str) -> Result<Response, Silence> {
    let say = |body: &str| Response {
        status: Some(200),
        content_type: Some("application/json".to_owned()),
        request_id: Some(request_id.to_owned()),
        is_overload: false,
        body: body.as_bytes().to_vec(),
    };
    Ok(match service {
        Service::Permits => say(r#"{"decision":true}"#),
        Service::Denies => say(r#"{"decision":false}"#),
        Service::Obliges => {
            say(r#"{"decision":true,"context":{"obligations":[{"id":"1","type":"step-up"}]}}"#)
        }
        Service::ObligesToLog => {
            say(r#"{"decision":true,"context":{"obligations":[{"id":"1","type":"log"}]}}"#)
        }
        Service::ObligesToStepUp(acr) => say(&format!(
            r#"{{"decision":true,"context":{{"obligations":[{{"id":"1","type":"step-up","properties":{{"acr_value":"{acr}"}}}}]}}}}"#
        )),
        Service::Demands(acr) => say(&format!(
            r#"{{"decision":false,"context":{{"acr_values":"{acr}"}}}}"#
        )),
        Service::Overflows => Response {
            status: Some(503),
            is_overload: true,
            ..say("overloaded")
        },
        Service::Rubbish => say(r#"{"decision":"true"}"#),
        Service::Says(status) => Response {
            status: Some(status),
            ..say(r#"{"decision":true}"#)
        },
        Service::Mismatches => Response {
            request_id: Some("another".to_owned()),
            ..say(r#"{"decision":true}"#)
        },
        Service::Floods => {
            let padding = " ".repeat(MAX_ANSWER_BYTES);
            return Ok(say(&format!(r#"{{"decision":true}}{padding}"#)));
        }
        Service::Stalls => return Err(Silence::Timeout),
        Service::Unasked | Service::Drops => return Err(Silence::Unreachable),
    })
}
