//! What is known of a request becomes its verdict, and the record is closed.

use super::Case;
use crate::pipeline::{Outcome, Published, Release};
use crate::policy::Route;
use crate::reason::Reason;
use crate::record::{self, Record};
use crate::respond::{self, Answering, Document, NONCE_FIELD, Reply, Terms};
use crate::step_up::{Challenge, Remedy};
use std::rc::Rc;

impl Case {
    /// How a refusal answers the message, where the route answers in JSON-RPC.
    fn answering<'c>(&'c self, route: &'c Route) -> Option<Answering<'c>> {
        let mcp = route.mcp.as_ref().filter(|it| it.answers_in_json_rpc)?;
        Some(Answering {
            id: self.message.as_deref()?,
            supported: &mcp.supported,
        })
    }

    /// The verdict that refuses.
    pub(in crate::pipeline) fn refused(mut self, reason: Reason) -> Outcome {
        if let (Reason::StepUpRequired, None, Some(profile)) =
            (reason, &self.challenge, &self.glass)
        {
            let challenge = Challenge {
                transaction: None,
                remedy: Remedy::Authentication(profile.challenge.clone()),
                until: None,
            };
            self.note_challenge(challenge);
        }
        let terms = self
            .route
            .as_deref()
            .map_or_else(Terms::default, |route| Terms {
                accepted: &route.proof.any_of,
                without_token: !route.identity.peers.is_empty(),
                used: self.scheme,
                is_workload: self.is_workload,
                workload_scheme: route.challenge_workload,
                algs: &route.challenge_algs,
                scope: self.call_scope.as_ref().unwrap_or(&route.challenge_scope),
                metadata: route.mcp.as_ref().map_or("", |it| &it.metadata),
                call: self.answering(route),
                signature: &route.challenge_signature,
                challenge: self.challenge.as_deref(),
                denial: self.denial.as_deref(),
                nonce: self.nonce.as_deref(),
                issuance: route.issuance,
            });
        let reply = respond::reply(reason, &terms);
        self.record.close_refused(reason);
        Outcome::Refuse(reply, self.record)
    }

    /// The end of a stream that was forwarded before.
    pub(in crate::pipeline) fn ended(
        mut self,
        reason: Reason,
        stream: record::Stream,
    ) -> (Reply, Box<Record>) {
        let reply = respond::reply(reason, &Terms::default());
        self.record.close_ended(reason, stream);
        (reply, self.record)
    }

    /// What the gate itself serves, in place of a verdict.
    pub(in crate::pipeline) fn published(mut self, document: Document, text: &Rc<str>) -> Outcome {
        self.record.close_published();
        let text = Rc::clone(text);
        let response = Vec::new();
        let published = Published {
            document,
            text,
            response,
        };
        Outcome::Publish(published, self.record)
    }

    /// The verdict that carries streams on, with what its response is to say.
    pub(in crate::pipeline) fn renewed(
        mut self,
        mut response: Vec<(&'static str, String)>,
    ) -> Outcome {
        let nonce = self.nonce.take();
        response.extend(nonce.map(|it| (NONCE_FIELD, it)));
        self.record.close_renewed();
        let published = Published {
            document: Document::Renewed,
            text: "".into(),
            response,
        };
        Outcome::Publish(published, self.record)
    }

    /// The verdict that forwards. What may be released is made by `release` alone.
    pub(in crate::pipeline) fn forwarded(mut self, mut release: Release) -> Outcome {
        let nonce = self.nonce.take();
        release.response.extend(nonce.map(|it| (NONCE_FIELD, it)));
        self.record.close_forwarded();
        Outcome::Forward(release, self.record)
    }
}
