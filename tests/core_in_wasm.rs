//! The core's own tests inside a real wasm VM: it must not need a host, a clock or threads.

#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

use countersign::crypto::digest::{MacKey, sha256};
use countersign::reason::Reason;
use countersign::time::{Fits, UnixTime, Window};
use std::time::Duration;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn digests_are_those_of_the_standard() {
    // FIPS 180-2, appendix B.1.
    let expected = [
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22,
        0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00,
        0x15, 0xad,
    ];
    assert_eq!(sha256(&[b"a", b"bc"]), expected);
}

#[wasm_bindgen_test]
fn tags_are_told_apart_by_purpose_and_by_piece() {
    let secret = b"a secret of thirty-two bytes or so";
    let key = MacKey::derive(secret, "one");
    let tag = key.tag(&[b"ab", b"c"]);
    assert!(key.holds(&[b"ab", b"c"], &tag));
    assert!(!key.holds(&[b"a", b"bc"], &tag));
    assert!(!MacKey::derive(secret, "two").holds(&[b"ab", b"c"], &tag));
}

#[wasm_bindgen_test]
fn a_window_is_closed_at_its_end() {
    let window = Window {
        not_before: UnixTime::from_secs(100),
        expires: UnixTime::from_secs(200),
    };
    let fits = |seconds| window.fits(UnixTime::from_secs(seconds), Duration::ZERO);
    assert_eq!(
        [fits(99), fits(100), fits(199), fits(200)],
        [Fits::Early, Fits::Within, Fits::Within, Fits::Late]
    );
}

#[wasm_bindgen_test]
fn every_reason_has_its_code() {
    assert!(Reason::ALL.iter().all(|reason| !reason.code().is_empty()));
}
