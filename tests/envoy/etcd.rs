//! A real etcd, one member on loopback, with its data in a folder of the test's own.

use crate::wire;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// A running etcd. It ends with this value.
#[derive(Debug)]
pub(crate) struct Etcd {
    child: Child,
    folder: PathBuf,
    peers: u16,
    pub(crate) port: u16,
}

impl Etcd {
    /// Starts one without data, and waits until it serves.
    pub(crate) fn start() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("etcd/{process}-{number}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let [port, peers] = free_ports();
        let child = spawn(&folder, port, peers);
        let etcd = Self {
            child,
            folder,
            peers,
            port,
        };
        etcd.serves();
        etcd
    }

    /// Ends it as a crash would.
    pub(crate) fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again at its old address, with its data or without.
    pub(crate) fn restart(&mut self, with_data: bool) {
        self.stop();
        if !with_data {
            fs::remove_dir_all(self.folder.join("data")).unwrap();
        }
        self.child = spawn(&self.folder, self.port, self.peers);
        self.serves();
    }

    /// How many transactions it was asked for, whatever came of them.
    pub(crate) fn transactions(&self) -> u64 {
        self.metric(|name| {
            name.starts_with("grpc_server_handled_total{") && name.contains("grpc_method=\"Txn\"")
        })
    }

    /// How many entries it holds.
    pub(crate) fn entries(&self) -> u64 {
        self.metric(|name| name == "etcd_debugging_mvcc_keys_total")
    }

    /// How many leases it granted.
    pub(crate) fn leases(&self) -> u64 {
        self.metric(|name| name == "etcd_debugging_lease_granted_total")
    }

    /// The sum of these metrics.
    fn metric(&self, is_one: impl Fn(&str) -> bool) -> u64 {
        let metrics = wire::get(self.address(), "/metrics").expect("metrics").body;
        let lines = metrics.lines().filter_map(|line| line.rsplit_once(' '));
        let values = lines.filter(|(name, _)| is_one(name));
        values.map(|(_, value)| value.parse::<u64>().unwrap()).sum()
    }

    fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    fn serves(&self) {
        for _ in 0..400 {
            let health = wire::get(self.address(), "/health");
            if health.is_some_and(|answer| answer.body.contains("true")) {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("etcd did not start:\n{log}");
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(folder: &Path, port: u16, peers: u16) -> Child {
    let etcd = std::env::var("COUNTERSIGN_ETCD").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/.tools/etcd/usr/bin/etcd").to_owned()
    });
    let log = File::create(folder.join("log")).unwrap();
    let [clients, peers] = [port, peers].map(|port| format!("http://127.0.0.1:{port}"));
    Command::new(etcd)
        .args([
            "--name",
            "one",
            "--initial-cluster",
            &format!("one={peers}"),
        ])
        .args([
            "--listen-client-urls",
            &clients,
            "--advertise-client-urls",
            &clients,
        ])
        .args([
            "--listen-peer-urls",
            &peers,
            "--initial-advertise-peer-urls",
            &peers,
        ])
        .args(["--heartbeat-interval", "50", "--election-timeout", "250"])
        .arg("--data-dir")
        .arg(folder.join("data"))
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .expect("etcd is installed: make etcd")
}

/// Two ports that nobody listens on.
fn free_ports() -> [u16; 2] {
    let listeners = [0, 0].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
