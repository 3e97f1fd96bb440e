//! One authorization server, one gate, and what stands behind it.

use crate::config::{Party, Setup, Tls};
use crate::part::{Folder, Part, Told, free_port};
use crate::policy::policy;
use crate::proxy::Proxy;
use crate::server::{Reply, Server};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::sleep;
use std::time::Duration;

/// Everything that runs. It ends with this value.
pub(crate) struct World {
    pub(crate) proxy: Proxy,
    _issuer: Part,
    _tools: Part,
    pub(crate) folder: Folder,
    /// What the clients are told.
    told: Value,
    pub(crate) upstream: Server,
    pub(crate) service: Server,
    /// The door of the authorization server for the gate.
    pub(crate) inside: SocketAddr,
    /// Where Cerbos is asked, if a test starts it.
    pub(crate) cerbos: u16,
}

impl World {
    /// The one that the tests share, started by the first and ended by the last.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<World>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let world = Arc::new(Self::start("shared"));
            *shared = Arc::downgrade(&world);
            world
        })
    }

    /// One of its own for a test that would disturb others.
    pub(crate) fn start(name: &str) -> Self {
        let folder = Folder::new(name);
        let port = free_port();
        let origin = format!("https://localhost:{port}");
        let (issuer, said) = folder.start(
            "as.mjs",
            &json!({
                "folder": folder.path(),
                "resources": {
                    &origin: "jwt",
                    (format!("{origin}/mcp")): "jwt",
                    "https://elsewhere.example/": "jwt",
                    "https://opaque.example/": "opaque",
                    "https://elsewhere-opaque.example/": "opaque",
                },
            }),
        );
        let (tools, listening) = folder.start("mcp-server.mjs", &json!({}));
        let tools_at = u16::try_from(listening["port"].as_u64().unwrap()).unwrap();
        let upstream = Server::upstream();
        let service = Server::start(|_| Reply::json(&json!({ "decision": true })));
        let cerbos = free_port();
        let inside = u16::try_from(said["port"].as_u64().unwrap()).unwrap();
        let issued_by = said["issuer"].as_str().unwrap();
        let registered = std::fs::read(folder.path().join("registered.json")).unwrap();
        let registered = serde_json::from_slice(&registered).unwrap();
        let mut setup = Setup::of(&policy(&origin, issued_by, &registered))
            .with("upstream", upstream.port)
            .with("as", inside)
            .with("pdp", service.port)
            .with("cerbos", cerbos)
            .with("tools", tools_at);
        setup.elsewhere = vec![("/token", "as"), ("/mcp", "tools")];
        setup.environment = vec![
            ("COUNTERSIGN_NONCE_KEY", random()),
            (
                "GATE_SECRET",
                said["secrets"]["gate"].as_str().unwrap().to_owned(),
            ),
        ];
        setup.workers = 2;
        setup.port = port;
        let file = |name: &str| folder.path().join(name);
        setup.tls = Some(Tls {
            party: Party {
                certificate: file("server.pem"),
                key: file("server.key"),
                authority: file("authority.pem"),
            },
            forwards: "SANITIZE",
        });
        let proxy = Proxy::start(&setup);
        // Clients date proofs by the clock: past what `max_ahead` has the log refuse at first.
        sleep(Duration::from_secs(1));
        let told = json!({
            "origin": origin,
            "issuer": said["issuer"],
            "inside": format!("http://127.0.0.1:{inside}"),
            "secrets": said["secrets"],
            "folder": folder.path(),
        });
        Self {
            proxy,
            _issuer: issuer,
            _tools: tools,
            folder,
            told,
            upstream,
            service,
            inside: SocketAddr::from(([127, 0, 0, 1], inside)),
            cerbos,
        }
    }

    /// Runs a client, and reads what came of its requests.
    pub(crate) fn run(&self, script: &str) -> Told {
        self.folder.run(script, &self.told)
    }
}

/// A secret of its own for each run.
fn random() -> String {
    format!("{:032x}", rand::random::<u128>())
}
