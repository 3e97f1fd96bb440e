//! A configuration and its life: bytes become a gate, ticks keep it going, streams are judged by it.

use super::abi::{self, Buffer, Level};
use super::gate::Gate;
use super::lineage;
use super::secrets::secret;
use super::stream::Stream;
use super::tend::rung;
use crate::config;
use crate::policy::Policy;
use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::ContextType;
use std::rc::Rc;

/// The environment variable with the gate's secret.
const SECRET: &str = "COUNTERSIGN_SECRET";
/// How late a deadline may be seen, in milliseconds.
const TICK: u32 = 100;

/// The root context of one configuration. Nothing is global: a new configuration is a new root in
/// the same VM.
pub(super) struct Root {
    id: u32,
    gate: Option<Rc<Gate>>,
    /// Whether the host would end it, and it has to revoke what was issued before that.
    is_leaving: bool,
}

impl Root {
    /// A root that has no gate until it is configured.
    pub(super) fn new(id: u32) -> Self {
        Self {
            id,
            gate: None,
            is_leaving: false,
        }
    }
}

impl RootContext for Root {
    /// False only for faults of the configuration's bytes, which the host then meets before it
    /// hands the configuration to any worker. False for any other cause would have a worker
    /// *skip* the filter, so whatever else is missing leaves a gate that refuses everything.
    fn on_configure(&mut self, size: usize) -> bool {
        self.gate = Some(Rc::new(Gate::closed()));
        let bytes = match abi::buffer(Buffer::PluginConfiguration, size) {
            Ok(bytes) if bytes.len() == size => bytes,
            Err(_) if size == 0 => Vec::new(),
            Ok(_) | Err(_) => {
                complain("the configuration was not handed over; every request is refused");
                return true;
            }
        };
        let policy = match config::load(&bytes) {
            Ok(policy) => policy,
            Err(faults) => {
                for fault in &faults {
                    complain(&format!("configuration: {fault}"));
                }
                complain(&format!("configuration rejected: {} faults", faults.len()));
                return false;
            }
        };
        let deny = policy.deny.clone();
        let opened = secret(SECRET)
            .map_err(|missing| missing.to_string())
            .and_then(|secret| Gate::open(policy, secret.as_ref()));
        let gate = match opened {
            Ok(gate) => gate,
            Err(problem) => {
                complain(&problem);
                // It lets nothing in, and what it denies ends all the same.
                let closed = Policy::closed();
                lineage::tell(&Rc::new(Policy { deny, ..closed }));
                return true;
            }
        };
        if abi::tick_every(TICK).is_err() {
            complain("there is no tick, so no wait would ever end; every request is refused");
            return true;
        }
        let gate = Rc::new(gate);
        lineage::succeed(&gate);
        self.gate = Some(gate);
        true
    }

    fn on_tick(&mut self) {
        self.act(Gate::tend);
        if self.is_leaving && self.is_done() {
            let _ = abi::tick_every(0);
            let _ = hostcalls::done();
        }
    }

    fn on_queue_ready(&mut self, queue: u32) {
        rung(queue);
        self.act(Gate::tend);
    }

    fn create_http_context(&self, id: u32) -> Option<Box<dyn HttpContext>> {
        let gate = match &self.gate {
            Some(gate) => Rc::clone(gate),
            None => Rc::new(Gate::closed()),
        };
        Some(Box::new(Stream::new(id, gate)))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl Context for Root {
    /// Stays while there is something to revoke: the last streams of this configuration have just
    /// ended. Otherwise the host would go on to tick for a root that is gone.
    fn on_done(&mut self) -> bool {
        self.is_leaving = !self.is_done();
        if !self.is_leaving {
            let _ = abi::tick_every(0);
        }
        !self.is_leaving
    }

    fn on_http_call_response(&mut self, call: u32, headers: usize, body: usize, _trailers: usize) {
        self.act(|gate| {
            let is_the_gates = gate.fetched(call, headers, body)
                || gate.granted(call, headers, body)
                || gate.told(call, headers, body)
                || gate.traded(call, headers, body)
                || gate.revoked(call, headers);
            if !is_the_gates {
                gate.called_back(call, headers, body);
            }
        });
    }

    fn on_grpc_call_response(&mut self, call: u32, status: u32, size: usize) {
        self.act(|gate| gate.checked_back(call, status, size));
    }
}

impl Root {
    fn is_done(&self) -> bool {
        let gate = self.gate.as_ref();
        gate.is_none_or(|gate| gate.exchanges.are_done())
    }

    /// Has the gate act, for requests too. What follows is the root's own again.
    fn act(&self, act: impl FnOnce(&Gate)) {
        if let Some(gate) = &self.gate {
            act(gate);
            let _ = abi::act_for(self.id);
        }
    }
}

fn complain(problem: &str) {
    abi::log(Level::Error, problem);
}
