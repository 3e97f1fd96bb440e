//! Cerbos, a decision service that speaks `AuthZEN`.

use crate::part::{free_port, installed};
use crate::wire;
use serde_json::Value;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const PROGRAM: &str = "node/node_modules/@cerbos/cerbos-linux-x64/cerbos-linux-x64";

/// A running Cerbos. It ends with this value; what it wrote down stays.
#[derive(Debug)]
pub(crate) struct Cerbos {
    child: Child,
    decisions: PathBuf,
}

impl Cerbos {
    /// Starts one at this port, which writes down its decisions in this folder, and waits until it
    /// serves.
    pub(crate) fn start(folder: &Path, port: u16) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let decisions = folder.join("cerbos-decisions.jsonl");
        let mut child = spawn(address, &decisions);
        for _ in 0..600 {
            let health = wire::get(address, "/_cerbos/health");
            if health.is_some_and(|answer| answer.status == 200) {
                return Self { child, decisions };
            }
            sleep(Duration::from_millis(100));
            // One of its ports was somebody else's for a moment.
            if child.try_wait().unwrap().is_some() {
                child = spawn(address, &decisions);
            }
        }
        let _ = child.kill();
        panic!("Cerbos did not start");
    }

    /// From now on it takes connections, and says nothing.
    pub(crate) fn stall(&self) {
        let process = self.child.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -STOP \"$0\"", &process])
            .status();
        assert!(sent.unwrap().success(), "it was to stall");
    }

    /// What it was asked, and what it said: of each question its action, `acr`, amount and effect.
    pub(crate) fn decisions(&self) -> Vec<String> {
        let lines = fs::read_to_string(&self.decisions).unwrap_or_default();
        lines
            .lines()
            .map(|line| told(&serde_json::from_str(line).unwrap()))
            .collect()
    }
}

/// A process of it, which will serve there.
fn spawn(address: SocketAddr, decisions: &Path) -> Child {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/cerbos");
    let policies = own.join("policies");
    Command::new(installed(PROGRAM))
        .args(["server", "--log-level=error", "--config"])
        .arg(own.join("server.yaml"))
        .arg(format!("--set=server.httpListenAddr={address}"))
        .arg(format!(
            "--set=server.grpcListenAddr=127.0.0.1:{}",
            free_port()
        ))
        .arg(format!(
            "--set=storage.disk.directory={}",
            policies.display()
        ))
        .arg(format!("--set=audit.file.path={}", decisions.display()))
        .stdout(Stdio::null())
        .spawn()
        .expect("make interop installs it")
}

/// One line of the audit log.
fn told(entry: &Value) -> String {
    let (input, output) = (
        &entry["checkResources"]["inputs"][0],
        &entry["checkResources"]["outputs"][0],
    );
    let action = input["actions"][0].as_str().unwrap();
    let [acr, amount, effect] = [
        &input["principal"]["attr"]["acr"],
        &input["resource"]["attr"]["transaction"]["instructedAmount"]["amount"],
        &output["actions"][action]["effect"],
    ]
    .map(|value| value.as_str().unwrap());
    format!("{action} {acr} {amount} {effect}")
}

impl Drop for Cerbos {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
