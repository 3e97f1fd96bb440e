//! Signature vectors through the host's engine, inside the host: what the feature `host-vectors`
//! has in place of the gate's root. The configuration is a list of vectors; it is accepted if both
//! engines give the verdict of every one. Every request is refused.

#[cfg(not(debug_assertions))]
compile_error!("host-vectors is for tests: its module judges no request");

use super::abi::{self, Buffer, Level};
use super::gate::Gate;
use super::ports::Foreign;
use super::stream::Stream;
use crate::crypto::native::{Functions, Native};
use crate::crypto::{Algorithm, Engine, PublicKey, Pure, Verifier};
use crate::jose::jwk::Jwk;
use crate::json::{Json, Limits};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::ContextType;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

const LIMITS: Limits = Limits {
    bytes: 16 * 1024 * 1024,
    depth: 8,
};

/// A root that verifies the vectors of its configuration.
pub(super) struct Root;

impl Root {
    /// A root for this context.
    pub(super) fn new(_id: u32) -> Self {
        Self
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        let list = abi::buffer(Buffer::PluginConfiguration, size)
            .ok()
            .and_then(|bytes| Json::parse(&bytes, LIMITS).ok());
        let vectors: Option<Vec<_>> =
            list.and_then(|list| list.as_array()?.iter().map(Vector::read).collect());
        if let Some(vectors) = vectors {
            run(&vectors)
        } else {
            abi::log(Level::Error, "vectors: the list cannot be read");
            false
        }
    }

    fn create_http_context(&self, id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream::new(id, Rc::new(Gate::closed()))))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl Context for Root {}

/// A signature and its verdict.
struct Vector {
    id: String,
    algorithm: Algorithm,
    /// None where the gate takes no such key.
    key: Option<PublicKey>,
    message: Vec<u8>,
    signature: Vec<u8>,
    holds: bool,
}

impl Vector {
    /// Reads `{ id, alg, jwk, message, signature, holds }`, with the bytes in base64url.
    fn read(row: &Json) -> Option<Self> {
        let text = |name| row.get(name).and_then(Json::as_str);
        let bytes = |name| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        Some(Self {
            id: text("id")?.to_owned(),
            algorithm: Algorithm::from_name(text("alg")?)?,
            key: Jwk::parse(row.get("jwk")?)
                .ok()
                .map(|key| key.key().clone()),
            message: bytes("message")?,
            signature: bytes("signature")?,
            holds: *row.get("holds")? == Json::Bool(true),
        })
    }
}

/// How the gate's engine, the host's with the module's behind it, came to its verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    HeldByHost,
    HeldByModule,
    /// The host was asked and answered.
    RefusedByHost,
    /// The host was not asked, or gave no answer.
    RefusedByModule,
    /// There was no key to ask about.
    RefusedKey,
}

impl Outcome {
    fn holds(self) -> bool {
        matches!(self, Self::HeldByHost | Self::HeldByModule)
    }
}

/// The host, and whether it has answered.
struct Watched<'a>(&'a Cell<bool>);

impl Functions for Watched<'_> {
    fn verify_signature(&self, arguments: &[u8]) -> Option<Vec<u8>> {
        let answer = Foreign.verify_signature(arguments)?;
        self.0.set(true);
        Some(answer)
    }
}

/// Verifies each vector by both engines. Logs every wrong verdict, and how many came about how.
fn run(vectors: &[Vector]) -> bool {
    let answered = Cell::new(false);
    let native = Native::self_tested(Watched(&answered));
    let mut counts = BTreeMap::<(Algorithm, Outcome), u32>::new();
    let mut wrong = 0_u32;
    for vector in vectors {
        answered.set(false);
        let outcome = gate(vector, &native, &answered);
        let alone = by(vector, &Pure).is_some();
        if outcome.holds() != vector.holds || alone != vector.holds {
            let line = format!(
                "vector {}: {outcome:?}, by the module alone {alone}, expected {}",
                vector.id, vector.holds
            );
            abi::log(Level::Error, &line);
            wrong = wrong.saturating_add(1);
        }
        let count = counts.entry((vector.algorithm, outcome)).or_default();
        *count = count.saturating_add(1);
    }
    for ((algorithm, outcome), count) in counts {
        let line = format!("vectors: {} {outcome:?} {count}", algorithm.name());
        abi::log(Level::Info, &line);
    }
    let line = format!("vectors: {} verified, {wrong} wrong", vectors.len());
    abi::log(Level::Info, &line);
    wrong == 0
}

fn gate(vector: &Vector, native: &Native<Watched<'_>>, answered: &Cell<bool>) -> Outcome {
    match by(vector, native) {
        Some(Engine::Host) => Outcome::HeldByHost,
        Some(Engine::Pure) => Outcome::HeldByModule,
        None if answered.get() => Outcome::RefusedByHost,
        None if vector.key.is_some() => Outcome::RefusedByModule,
        None => Outcome::RefusedKey,
    }
}

fn by(vector: &Vector, verifier: &dyn Verifier) -> Option<Engine> {
    let key = vector.key.as_ref()?;
    verifier
        .verify(vector.algorithm, key, &vector.message, &vector.signature)
        .ok()
}
