//! Certificate-bound tokens over real TLS: the proxy says which certificate the client showed.

use crate::config::Setup;
use crate::hidden;
use crate::mint::now;
use crate::proxy::Proxy;
use crate::server::Server;
use crate::support::plan::{Plan, Wire};
use crate::support::policy;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::crypto::digest::sha256;
use serde_json::json;
use std::io::Write as _;
use std::process::{Command, Stdio};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/envoy/certificates");

/// A TLS client that nobody here wrote. Reads the request from its input.
const CLIENT: &str = r#"
import socket, ssl, sys
port, folder, name = int(sys.argv[1]), sys.argv[2], sys.argv[3]
context = ssl.create_default_context(cafile=folder + "/authority.pem")
context.check_hostname = False
if name:
    context.load_cert_chain(folder + "/" + name + ".pem", folder + "/" + name + ".key")
with context.wrap_socket(socket.create_connection(("127.0.0.1", port), 20)) as connection:
    connection.sendall(sys.stdin.buffer.read())
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
sys.stdout.buffer.write(answer)
"#;

/// `x5t#S256` of a certificate (RFC 8705 section 3.1).
fn thumbprint(name: &str) -> String {
    let pem = std::fs::read_to_string(format!("{FOLDER}/{name}.pem")).unwrap();
    let lines: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    URL_SAFE_NO_PAD.encode(sha256(&[&STANDARD.decode(lines).unwrap()]))
}

/// The answer to a request that comes with this certificate, or with none.
fn exchange(proxy: &Proxy, wire: &Wire, name: &str) -> String {
    let mut request = format!(
        "{} {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
        wire.method, wire.path, wire.authority
    )
    .into_bytes();
    for (field, value) in &wire.fields {
        hidden::keep(
            std::str::from_utf8(value)
                .unwrap()
                .rsplit(' ')
                .next()
                .unwrap(),
        );
        request.extend_from_slice(field.as_bytes());
        request.extend_from_slice(b": ");
        request.extend_from_slice(value);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let mut client = Command::new("python3")
        .args([
            "-c",
            CLIENT,
            &proxy.address.port().to_string(),
            FOLDER,
            name,
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    client.stdin.take().unwrap().write_all(&request).unwrap();
    let output = client.wait_with_output().unwrap();
    assert!(output.status.success(), "the client failed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_certificate_bound_token_passes_with_its_certificate_and_with_no_other() {
    let upstream = Server::upstream();
    let mut document = policy::document();
    policy::route(&mut document, "read-accounts")["proof"] = json!(["dpop", "mtls"]);
    let mut setup = Setup::of(&document)
        .with("upstream", upstream.port)
        .with("pdp", 9);
    setup.certificates = Some(FOLDER.into());
    let proxy = Proxy::start(&setup);
    let own = thumbprint("client");
    for (number, (scheme, cnf, certificate, expected)) in [
        ("Bearer", json!({ "x5t#S256": own }), "client", None),
        (
            "Bearer",
            json!({ "x5t#S256": own }),
            "",
            Some("certificate_missing"),
        ),
        (
            "Bearer",
            json!({ "x5t#S256": own }),
            "stranger",
            Some("certificate_mismatch"),
        ),
        ("Bearer", json!({}), "client", Some("token_unbound")),
        ("DPoP", json!(null), "client", None),
        (
            "DPoP",
            json!(null),
            "stranger",
            Some("certificate_mismatch"),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut plan = Plan::read(now().unwrap() + 1, &format!("tls {number}"));
        plan.token_claims["iat"] = json!(now().unwrap() - 1);
        plan.scheme = Some(scheme);
        if cnf.is_null() {
            plan.token_claims["cnf"]["x5t#S256"] = json!(own);
        } else {
            plan.token_claims["cnf"] = cnf.clone();
            plan.proof_signer = None;
        }
        let answer = exchange(&proxy, &plan.wire(), certificate);
        let row = format!("{scheme} {cnf} {certificate}: {answer}");
        match expected {
            None => assert!(answer.starts_with("HTTP/1.1 200 "), "{row}"),
            Some(code) => {
                assert!(answer.starts_with("HTTP/1.1 401 "), "{row}");
                assert!(answer.contains(code), "{row}");
                assert!(answer.contains("www-authenticate: Bearer"), "{row}");
                assert!(answer.contains("www-authenticate: DPoP"), "{row}");
            }
        }
    }
    assert_eq!(upstream.seen().len(), 2);
}
