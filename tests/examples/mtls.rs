//! `envoy/examples/mtls.yaml`.

use super::{NOW, world};
use crate::support::certificates::{self, CLIENT, Call};
use countersign::http::Connection;

#[test]
fn a_token_passes_with_its_certificate_and_through_the_hop() {
    let world = world("mtls");
    let judge = |change: &dyn Fn(&mut Call)| {
        let mut call = Call::bound(NOW, "certificate");
        change(&mut call);
        certificates::judge(&world, &call).record().reason
    };
    assert_eq!(judge(&|_| {}), None);
    assert_eq!(judge(&|call| call.appended(&certificates::client())), None);
    let none = judge(&|call| call.connection = Connection::default());
    assert_eq!(none, Some("certificate_missing"));
    assert_eq!(
        judge(&|call| call.from(CLIENT)),
        Some("certificate_mismatch")
    );
    let forged = judge(&|call| {
        call.from(CLIENT);
        call.forwards(&certificates::client());
    });
    assert_eq!(forged, Some("certificate_mismatch"));
}
