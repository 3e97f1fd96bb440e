//! A real Envoy with the built module, from start to end.

use crate::config::Setup;
use crate::hidden;
use crate::wire::{self, Answer};
use serde_json::Value;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// A running proxy. It ends with this value; its log stays.
#[derive(Debug)]
pub(crate) struct Proxy {
    child: Child,
    folder: PathBuf,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    admin: SocketAddr,
}

impl Proxy {
    /// Starts one and waits until it listens.
    pub(crate) fn start(setup: &Setup) -> Self {
        Self::try_start(setup).unwrap_or_else(|log| panic!("the proxy did not start:\n{log}"))
    }

    /// Starts one and waits until it listens, or has ended. Then its log is the error.
    pub(crate) fn try_start(setup: &Setup) -> Result<Self, String> {
        let folder = folder();
        if setup.dynamic {
            replace(&folder, "listeners.json", &setup.listeners(&folder));
        }
        let mut command = command(&folder, setup);
        command
            .arg("--admin-address-path")
            .arg(folder.join("admin"));
        let mut child = command.spawn().expect("Envoy is installed: make envoy");
        for _ in 0..600 {
            sleep(Duration::from_millis(50));
            if child.try_wait().unwrap().is_some() {
                return Err(log(&folder));
            }
            if let Some((admin, address)) = listening(&folder) {
                // Into the next second: until then the replay log refuses all proofs.
                sleep(Duration::from_millis(1100));
                return Ok(Self {
                    child,
                    folder,
                    address,
                    admin,
                });
            }
        }
        let _ = child.kill();
        Err(log(&folder))
    }

    /// Whether Envoy accepts the set-up in its validation mode, and its log.
    pub(crate) fn validate(setup: &Setup) -> (bool, String) {
        let folder = folder();
        let mut command = command(&folder, setup);
        let status = command.args(["--mode", "validate"]).status().unwrap();
        (status.success(), log(&folder))
    }

    /// Gives the proxy another listener, through the file that it watches.
    pub(crate) fn update(&self, setup: &Setup) {
        replace(
            &self.folder,
            "listeners.json",
            &setup.listeners(&self.folder),
        );
    }

    /// One request on a connection of its own.
    pub(crate) fn exchange(&self, request: impl AsRef<[u8]>) -> Answer {
        wire::exchange(self.address, request)
    }

    /// The processor time that it took so far, in user and in system mode together.
    pub(crate) fn cpu(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let nanoseconds = threads.map(|thread| {
            let path = thread.unwrap().path().join("schedstat");
            let stat = fs::read_to_string(path).unwrap();
            stat.split(' ').next().unwrap().parse::<u64>().unwrap()
        });
        Duration::from_nanos(nanoseconds.sum())
    }

    /// The memory that it holds, in bytes.
    pub(crate) fn memory(&self) -> usize {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes: usize = line
            .unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap();
        kibibytes * 1024
    }

    /// All statistics, as Prometheus reads them.
    pub(crate) fn prometheus(&self) -> String {
        let stats = wire::get(self.admin, "/stats/prometheus");
        stats.expect("statistics").body
    }

    /// The value of a statistic; zero where there is none.
    pub(crate) fn stat(&self, name: &str) -> u64 {
        let stats = wire::get(self.admin, "/stats").expect("statistics").body;
        let line = stats
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.map_or(0, |value| value.parse().unwrap())
    }

    /// The value of one of the gate's own metrics.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.stat(&format!("wasmcustom.countersign.{name}"))
    }

    /// Waits until something holds.
    pub(crate) fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        for _ in 0..200 {
            if holds(self) {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("{what} did not come about:\n{}", self.log());
    }

    /// Ends it, and lets it write what it still has to write.
    fn end(&mut self) {
        let _ = wire::ask(self.admin, "POST", "/quitquitquit");
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        log(&self.folder)
    }

    /// The access log, once it has so many lines.
    pub(crate) fn access(&self, lines: usize) -> Vec<Value> {
        let read = || fs::read_to_string(self.folder.join("access.log")).unwrap_or_default();
        for _ in 0..300 {
            if read().lines().count() >= lines {
                break;
            }
            sleep(Duration::from_millis(50));
        }
        read()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The decision records in the log.
    pub(crate) fn records(&self) -> Vec<Value> {
        let lines = self.record_lines();
        let read = |line: &String| serde_json::from_str(line).unwrap();
        lines.iter().map(read).collect()
    }

    /// The same to the byte.
    pub(crate) fn record_lines(&self) -> Vec<String> {
        self.log()
            .lines()
            .filter_map(|line| {
                line.find("{\"schema\":\"countersign.decision")
                    .map(|at| line[at..].to_owned())
            })
            .collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.end();
        if std::thread::panicking() {
            return;
        }
        for name in ["envoy.log", "access.log"] {
            let output = fs::read(self.folder.join(name)).unwrap_or_default();
            let text = String::from_utf8_lossy(&output);
            for trap in ["Uncaught RuntimeError", "panicked at", "wasm_fail_stream"] {
                assert!(!text.contains(trap), "the module trapped:\n{text}");
            }
            let shown = hidden::shown_in(&output);
            assert!(shown.is_none(), "{name} shows a secret: {shown:?}");
        }
    }
}

fn command(folder: &Path, setup: &Setup) -> Command {
    let bootstrap = folder.join("bootstrap.json");
    fs::write(&bootstrap, setup.bootstrap(folder).to_string()).unwrap();
    let log = File::create(folder.join("envoy.log")).unwrap();
    let envoy = std::env::var("COUNTERSIGN_ENVOY").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/.tools/venv/bin/envoy").to_owned()
    });
    let mut command = Command::new(envoy);
    command
        .arg("--config-path")
        .arg(bootstrap)
        .args(["--component-log-level", "wasm:debug"])
        .args(["--file-flush-interval-msec", "50"])
        .args(["--disable-hot-restart", "--concurrency"])
        .arg(setup.workers.to_string())
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log);
    command
}

/// A folder of its own for each proxy.
fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let test = std::thread::current()
        .name()
        .unwrap_or("test")
        .replace("::", "-");
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("envoy/{test}-{number}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The addresses of administration and listener, once it serves.
fn listening(folder: &Path) -> Option<(SocketAddr, SocketAddr)> {
    let admin: SocketAddr = fs::read_to_string(folder.join("admin"))
        .ok()?
        .parse()
        .ok()?;
    if wire::get(admin, "/ready")?.status != 200 {
        return None;
    }
    let listeners = wire::get(admin, "/listeners?format=json")?.body;
    let listeners: Value = serde_json::from_str(&listeners).ok()?;
    let socket = &listeners["listener_statuses"][0]["local_address"]["socket_address"];
    let port = u16::try_from(socket["port_value"].as_u64()?).ok()?;
    (port > 0).then(|| (admin, SocketAddr::from(([127, 0, 0, 1], port))))
}

/// Replaces a file in one step, as the proxy's watch wants it.
fn replace(folder: &Path, name: &str, value: &Value) {
    let fresh = folder.join(format!("{name}.fresh"));
    fs::write(&fresh, value.to_string()).unwrap();
    fs::rename(&fresh, folder.join(name)).unwrap();
}

/// The log, less what Envoy says of itself.
fn log(folder: &Path) -> String {
    let log = fs::read(folder.join("envoy.log")).unwrap_or_default();
    String::from_utf8_lossy(&log)
        .lines()
        .filter(|line| !line.contains("[info]") || line.contains("[wasm]"))
        .fold(String::new(), |log, line| log + line + "\n")
}
