//! A real Envoy, started from the committed configuration with other ports, and stopped again.

use super::client::{Client, first_listener};
use super::record::Line;
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Method;
use serde_json::Value;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// How long Envoy may take until it answers, the compilation of the module included.
const START: Duration = Duration::from_mins(1);
/// How long it may take to stop before it is killed.
const STOP: Duration = Duration::from_secs(5);
/// How many lines of its log are kept for a failure's message.
const KEPT: usize = 40;

/// The environment variable of the gate's secret at the service that exchanges tokens.
pub(crate) const CLIENT_SECRET: &str = "COUNTERSIGN_EXCHANGE_SECRET";

/// What an Envoy is started from.
pub(crate) struct Settings<'a> {
    /// The Envoy to run.
    pub(crate) program: &'a Path,
    /// Where its servers are, and what is filtered how.
    pub(crate) config: Value,
    /// What the gate shows to whoever exchanges tokens for it.
    pub(crate) client_secret: &'a str,
    /// Whether its log is shown.
    pub(crate) verbose: bool,
}

/// A running Envoy.
pub(crate) struct Envoy {
    child: Child,
    admin: Client,
    gate: SocketAddr,
    log: Log,
    lines: mpsc::UnboundedReceiver<Line>,
    _files: TempDir,
}

/// The end of Envoy's log.
#[derive(Clone)]
struct Log {
    last: Arc<Mutex<VecDeque<String>>>,
    shown: bool,
}

impl Envoy {
    /// Starts it and waits until its listener answers.
    pub(crate) async fn start(settings: &Settings<'_>) -> Result<Self> {
        let files = tempfile::tempdir().context("no temporary directory")?;
        let config = files.path().join("envoy.json");
        let admin_file = files.path().join("admin");
        std::fs::write(&config, settings.config.to_string())?;
        let mut child = Command::new(settings.program)
            .arg("-c")
            .arg(&config)
            .arg("--admin-address-path")
            .arg(&admin_file)
            .args(["--use-dynamic-base-id", "--concurrency", "2"])
            .args(["--log-level", "warning", "--file-flush-interval-msec", "20"])
            .env(
                "COUNTERSIGN_SECRET",
                URL_SAFE_NO_PAD.encode(crate::mint::random::<32>()),
            )
            .env(CLIENT_SECRET, settings.client_secret)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                let program = settings.program.display();
                format!("cannot start {program} (name an Envoy with --envoy or COUNTERSIGN_ENVOY)")
            })?;
        let log = Log {
            last: Arc::default(),
            shown: settings.verbose,
        };
        let (send, lines) = mpsc::unbounded_channel();
        if let Some(out) = child.stdout.take() {
            tokio::spawn(read_access_log(out, send, log.clone()));
        }
        if let Some(err) = child.stderr.take() {
            tokio::spawn(read_log(err, log.clone()));
        }
        match timeout(START, find(&mut child, &admin_file)).await {
            Ok(Ok((admin, gate))) => Ok(Self {
                child,
                admin,
                gate,
                log,
                lines,
                _files: files,
            }),
            Ok(Err(problem)) => bail!("{problem:#}\n{}", log.tail().await),
            Err(_) => bail!("Envoy did not get ready in time\n{}", log.tail().await),
        }
    }

    /// Where the gate listens.
    pub(crate) fn gate(&self) -> SocketAddr {
        self.gate
    }

    /// The access-log line of the request whose trace has this id, within two seconds.
    pub(crate) async fn line(&mut self, trace: &str) -> Result<Line> {
        let found = async {
            while let Some(line) = self.lines.recv().await {
                if line.trace.as_deref().is_some_and(|id| id.contains(trace)) {
                    return Some(line);
                }
            }
            None
        };
        match timeout(Duration::from_secs(2), found).await {
            Ok(Some(line)) => Ok(line),
            Ok(None) => bail!("Envoy ended\n{}", self.log.tail().await),
            Err(_) => bail!(
                "Envoy wrote no access-log line for a request\n{}",
                self.log.tail().await
            ),
        }
    }

    /// The lines that nobody asked for so far, forgotten.
    pub(crate) fn forget_lines(&mut self) {
        while self.lines.try_recv().is_ok() {}
    }

    /// The counters of the filter (`wasmcustom.*`).
    pub(crate) async fn counters(&self) -> Result<String> {
        self.admin
            .plain(Method::GET, "/stats?filter=wasmcustom&usedonly")
            .await
    }

    /// Asks it to end, and ends it if it does not.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let _ = self.admin.plain(Method::POST, "/quitquitquit").await;
        if timeout(STOP, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}

impl Log {
    fn add(&self, line: String) {
        if self.shown {
            let _ = crate::say::line(format_args!("    envoy: {line}"));
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= KEPT {
            last.pop_front();
        }
        last.push_back(line);
    }

    async fn tail(&self) -> String {
        sleep(Duration::from_millis(100)).await;
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<_> = last.iter().map(String::as_str).collect();
        lines.join("\n")
    }
}

/// Waits until Envoy says where it listens.
async fn find(child: &mut Child, admin_file: &Path) -> Result<(Client, SocketAddr)> {
    loop {
        if let Some(status) = child.try_wait()? {
            bail!("Envoy ended before it was ready: {status}");
        }
        if let Some(found) = listening(admin_file).await {
            return Ok(found);
        }
        sleep(Duration::from_millis(50)).await;
    }
}

async fn listening(admin_file: &Path) -> Option<(Client, SocketAddr)> {
    let address = std::fs::read_to_string(admin_file).ok()?;
    let admin = Client::new(address.trim().parse().ok()?);
    let ready = admin.plain(Method::GET, "/ready").await.ok()?;
    let listeners = admin
        .plain(Method::GET, "/listeners?format=json")
        .await
        .ok()?;
    let gate = first_listener(&listeners)?;
    ready.contains("LIVE").then_some((admin, gate))
}

async fn read_access_log(out: impl AsyncRead + Unpin, send: mpsc::UnboundedSender<Line>, log: Log) {
    let mut lines = BufReader::new(out).lines();
    while let Ok(Some(text)) = lines.next_line().await {
        match Line::parse(&text) {
            Ok(line) => {
                if send.send(line).is_err() {
                    return;
                }
            }
            Err(_) => log.add(text),
        }
    }
}

async fn read_log(err: impl AsyncRead + Unpin, log: Log) {
    let mut lines = BufReader::new(err).lines();
    while let Ok(Some(text)) = lines.next_line().await {
        log.add(text);
    }
}
