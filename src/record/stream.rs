//! What records tell of streams.

use crate::reason::Reason;
use crate::record::{Record, Verdict};
use serde::Serialize;

/// A stream that the gate ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Stream {
    /// The id of the decision that had let it go on.
    pub decision: String,
    /// How long it was open, in milliseconds.
    pub open_ms: u64,
    /// How often it was renewed.
    pub renewals: u32,
    /// Why it was revoked, in the code with which requests are refused for it; null where it was not.
    pub cause: Option<&'static str>,
}

impl Record {
    /// Notes that the request carries streams on.
    pub fn close_renewed(&mut self) {
        self.reason = None;
        self.verdict = Verdict::Renew;
    }

    /// Notes the end of a stream.
    pub fn close_ended(&mut self, reason: Reason, stream: Stream) {
        self.reason = Some(reason.code());
        self.verdict = Verdict::End;
        self.stream = Some(Box::new(stream));
    }
}
