//! Processes of other programs: one that stays, and scripts that run to their end.

use crate::hidden;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The scripts, their packages and their certificates, in a folder of their own.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A fresh one. Packages are looked up from where a script lies, so scripts are copied.
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("interop")
            .join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        for script in std::fs::read_dir(Path::new(ROOT).join("tests/interop/parts")).unwrap() {
            let script = script.unwrap();
            std::fs::copy(script.path(), folder.join(script.file_name())).unwrap();
        }
        let packages = installed("node/node_modules");
        std::os::unix::fs::symlink(packages, folder.join("node_modules")).unwrap();
        let folder = Self(folder);
        let made = folder.command("certificates.py").arg(&folder.0).status();
        assert!(made.unwrap().success(), "no certificates");
        folder
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The command that runs a script. It trusts the authority of this folder alone.
    fn command(&self, script: &str) -> Command {
        let script = self.0.join(script);
        let program = if script.extension().is_some_and(|kind| kind == "py") {
            "python/bin/python"
        } else {
            "node/bin/node"
        };
        let mut command = Command::new(installed(program));
        let authority = self.0.join("authority.pem");
        command
            .arg(script)
            .env("NODE_EXTRA_CA_CERTS", &authority)
            .env("REQUESTS_CA_BUNDLE", &authority)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Runs a script on this input, and reads what it tells.
    pub(crate) fn run(&self, script: &str, input: &Value) -> Told {
        let mut child = self
            .command(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("make interop installs it");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.to_string().as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{script} failed");
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        for secret in told["secrets"].as_array().unwrap() {
            hidden::keep(secret.as_str().unwrap());
        }
        Told(told["rows"].as_array().unwrap().clone())
    }

    /// Starts a script that stays, and reads the line that it begins with.
    pub(crate) fn start(&self, script: &str, input: &Value) -> (Part, Value) {
        let mut child = self
            .command(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("make interop installs it");
        let input = format!("{input}\n");
        let stdin = child.stdin.as_mut().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{script} ended"));
        (Part(child), said)
    }
}

/// A running script. It ends with this value.
#[derive(Debug)]
pub(crate) struct Part(Child);

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a script says came of its requests.
#[derive(Debug)]
pub(crate) struct Told(Vec<Value>);

impl Told {
    /// Holds it to a table of name, status and code, row by row.
    pub(crate) fn is(&self, expected: &[(&str, u64, &str)]) {
        let told = self.0.iter().fold(String::new(), |mut text, row| {
            let (what, code) = (row["what"].as_str().unwrap(), row["code"].as_str().unwrap());
            writeln!(text, "{what}: {} {code}", row["status"]).unwrap();
            text
        });
        let expected = expected.iter().fold(String::new(), |mut text, row| {
            writeln!(text, "{}: {} {}", row.0, row.1, row.2).unwrap();
            text
        });
        assert!(told == expected, "told:\n{told}\nexpected:\n{expected}");
    }
}

/// A file that `make interop` installs.
pub(crate) fn installed(path: &str) -> PathBuf {
    let tools = std::env::var_os("COUNTERSIGN_INTEROP")
        .map_or_else(|| Path::new(ROOT).join(".tools/interop"), PathBuf::from);
    tools.join(path)
}

/// A loopback port that nobody has at the moment. It is named before somebody listens there.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
