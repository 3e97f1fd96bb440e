//! What the gate counts, as Prometheus reads it from the proxy.

use crate::caller::Issuer;
use crate::config::Setup;
use crate::policy::{inline, policy};
use crate::proxy::Proxy;
use crate::server::Server;

#[test]
fn each_reason_is_a_series_of_its_own() {
    let issuer = Issuer::with("one");
    let upstream = Server::upstream();
    let policy = policy(&inline(&issuer.set()));
    let proxy = Proxy::start(&Setup::of(&policy).with("upstream", upstream.port));
    let good = issuer.caller().get("/accounts/1");
    let bare = "GET /accounts/1 HTTP/1.1\r\nhost: api.example.com\r\n\r\n";
    for (request, status) in [(good.as_str(), 200), (&good, 401), (bare, 401)] {
        assert_eq!(proxy.exchange(request).status, status);
    }
    let series = proxy.prometheus();
    for line in [
        "countersign_forwarded{} 1",
        "countersign_refused{} 2",
        r#"countersign_reason{reason="proof_replayed"} 1"#,
        r#"countersign_reason{reason="credentials_missing"} 1"#,
    ] {
        assert!(series.lines().any(|own| own == line), "{line} in {series}");
    }
}
