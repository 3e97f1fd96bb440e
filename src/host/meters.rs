//! Counters, few and with fixed names. The host adds them up over its workers.

use super::abi::{self, Metric};
use crate::crypto::Engine;
use crate::reason::Reason;
use crate::record::Verdict;
use std::collections::BTreeMap;

/// A metric that may not exist: a host that defines none changes no verdict.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter(Option<u32>);

impl Meter {
    fn counter(name: &str) -> Self {
        Self(abi::metric(Metric::Counter, name).ok())
    }

    fn gauge(name: &str) -> Self {
        Self(abi::metric(Metric::Gauge, name).ok())
    }

    /// Adds to it.
    pub(super) fn add(self, offset: i64) {
        if let Some(metric) = self.0 {
            let _ = abi::add(metric, offset);
        }
    }
}

/// The gate's metrics.
#[derive(Debug)]
pub(super) struct Meters {
    /// Requests forwarded.
    pub(super) forwarded: Meter,
    /// Requests refused.
    pub(super) refused: Meter,
    /// Requests forwarded by broken glass.
    glass_forwarded: Meter,
    /// Requests refused although they came with a token of a break-glass issuer.
    glass_refused: Meter,
    /// Questions to the store of the fleet.
    pub(super) consumed: Meter,
    /// Requests that failed upstream after a transaction was used up for them.
    pub(super) consumed_then_failed: Meter,
    /// Leases that the store granted.
    pub(super) granted: Meter,
    /// Leases that it did not grant.
    pub(super) grant_failed: Meter,
    /// Questions to decision services.
    pub(super) asked: Meter,
    /// Decision services that were left alone after silence.
    pub(super) circuit_opened: Meter,
    /// Decision services that answered again.
    pub(super) circuit_closed: Meter,
    /// Requests whose client left, or whose host ended them, while they waited.
    pub(super) left: Meter,
    /// Streams that the gate ended.
    ended: Meter,
    /// Requests that carry streams on.
    pub(super) renewed: Meter,
    /// Requests that wait.
    pub(super) waiting: Meter,
    /// Fetches of keys that brought some.
    pub(super) fetched: Meter,
    /// Fetches of keys that did not.
    pub(super) fetch_failed: Meter,
    /// Fetches of status lists that brought one.
    pub(super) list_fetched: Meter,
    /// Fetches of status lists that did not.
    pub(super) list_failed: Meter,
    /// Questions to authorization servers that were answered.
    pub(super) introspected: Meter,
    /// Questions to authorization servers that were not.
    pub(super) introspection_failed: Meter,
    /// Exchanges that issued a token.
    pub(super) exchanged: Meter,
    /// Exchanges that did not.
    pub(super) exchange_failed: Meter,
    /// Issued tokens that were revoked.
    pub(super) revoked: Meter,
    /// Tries to revoke one that are made again.
    pub(super) revocation_retried: Meter,
    /// Issued tokens that were left to their own end.
    pub(super) revocation_failed: Meter,
    host_engine: Meter,
    pure_engine: Meter,
    reasons: BTreeMap<Reason, Meter>,
}

impl Meters {
    /// Defines them all.
    pub(super) fn define() -> Self {
        let reason =
            |reason: Reason| Meter::counter(&format!("countersign.reason.{}", reason.code()));
        Self {
            forwarded: Meter::counter("countersign.forwarded"),
            refused: Meter::counter("countersign.refused"),
            glass_forwarded: Meter::counter("countersign.break_glass.forwarded"),
            glass_refused: Meter::counter("countersign.break_glass.refused"),
            consumed: Meter::counter("countersign.store.asked"),
            consumed_then_failed: Meter::counter("countersign.transaction.failed_upstream"),
            granted: Meter::counter("countersign.store.lease_ok"),
            grant_failed: Meter::counter("countersign.store.lease_failed"),
            asked: Meter::counter("countersign.asked"),
            circuit_opened: Meter::counter("countersign.circuit.opened"),
            circuit_closed: Meter::counter("countersign.circuit.closed"),
            left: Meter::counter("countersign.left"),
            ended: Meter::counter("countersign.streams.ended"),
            renewed: Meter::counter("countersign.streams.renewed"),
            waiting: Meter::gauge("countersign.waiting"),
            fetched: Meter::counter("countersign.keys.fetch_ok"),
            fetch_failed: Meter::counter("countersign.keys.fetch_failed"),
            list_fetched: Meter::counter("countersign.status.fetch_ok"),
            list_failed: Meter::counter("countersign.status.fetch_failed"),
            introspected: Meter::counter("countersign.introspection.ok"),
            introspection_failed: Meter::counter("countersign.introspection.failed"),
            exchanged: Meter::counter("countersign.exchange.ok"),
            exchange_failed: Meter::counter("countersign.exchange.failed"),
            revoked: Meter::counter("countersign.revocation.ok"),
            revocation_retried: Meter::counter("countersign.revocation.retried"),
            revocation_failed: Meter::counter("countersign.revocation.failed"),
            host_engine: Meter::counter("countersign.engine.host"),
            pure_engine: Meter::counter("countersign.engine.pure"),
            reasons: Reason::ALL
                .iter()
                .map(|each| (*each, reason(*each)))
                .collect(),
        }
    }

    /// Counts a refusal.
    pub(super) fn refused(&self, reason: Reason) {
        self.refused.add(1);
        if let Some(meter) = self.reasons.get(&reason) {
            meter.add(1);
        }
    }

    /// Counts a stream that the gate ended.
    pub(super) fn ended(&self, reason: Reason) {
        self.ended.add(1);
        if let Some(meter) = self.reasons.get(&reason) {
            meter.add(1);
        }
    }

    /// Counts a verdict on a request that breaks the glass.
    pub(super) fn glass(&self, verdict: Verdict) {
        match verdict {
            Verdict::Forward => self.glass_forwarded.add(1),
            Verdict::Refuse | Verdict::Challenge => self.glass_refused.add(1),
            Verdict::Publish | Verdict::End | Verdict::Renew => {}
        }
    }

    /// The counter of signatures that this engine verified.
    pub(super) fn engine(&self, engine: Engine) -> Meter {
        match engine {
            Engine::Host => self.host_engine,
            Engine::Pure => self.pure_engine,
        }
    }
}
