//! Certificate-bound tokens over real TLS: the proxy says which certificate the client showed.

use crate::certificates::{Authority, Identity};
use crate::config::{Setup, Tls};
use crate::hidden;
use crate::mint::now;
use crate::proxy::Proxy;
use crate::server::Server;
use crate::support::plan::{Plan, Wire};
use crate::support::policy;
use serde_json::json;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// A TLS client that nobody here wrote. Reads the request from its input.
const CLIENT: &str = r#"
import socket, ssl, sys
port, authority, certificate, key = int(sys.argv[1]), *sys.argv[2:]
context = ssl.create_default_context(cafile=authority)
context.check_hostname = False
if certificate:
    context.load_cert_chain(certificate, key)
with context.wrap_socket(socket.create_connection(("127.0.0.1", port), 20)) as connection:
    connection.sendall(sys.stdin.buffer.read())
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
sys.stdout.buffer.write(answer)
"#;

/// The answer to a request that comes with this certificate, or with none.
pub(crate) fn exchange(
    proxy: &Proxy,
    authority: &Authority,
    wire: &Wire,
    identity: Option<&Identity>,
) -> String {
    let mut request = format!(
        "{} {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
        wire.method, wire.path, wire.authority
    )
    .into_bytes();
    for (field, value) in &wire.fields {
        if matches!(field.as_str(), "authorization" | "dpop") {
            let text = std::str::from_utf8(value).unwrap();
            hidden::keep(text.rsplit(' ').next().unwrap());
        }
        request.extend_from_slice(field.as_bytes());
        request.extend_from_slice(b": ");
        request.extend_from_slice(value);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let mut command = Command::new("python3");
    command.args(["-c", CLIENT, &proxy.address.port().to_string()]);
    command.arg(&authority.certificate);
    match identity {
        Some(identity) => command.arg(&identity.certificate).arg(&identity.key),
        None => command.args(["", ""]),
    };
    let mut client = command
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
    let authority = Authority::new("tls");
    let [client, stranger] = ["client", "stranger"].map(|name| authority.issue(name, &[], name));
    setup.tls = Some(Tls {
        party: authority.party(&authority.issue("server", &[], "server")),
        forwards: "SANITIZE",
    });
    let proxy = Proxy::start(&setup);
    let own = client.thumbprint();
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
        let identity = match certificate {
            "client" => Some(&client),
            "stranger" => Some(&stranger),
            _ => None,
        };
        let answer = exchange(&proxy, &authority, &plan.wire(), identity);
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
