use super::*;
use crate::testing::{NOW, NOW_SECS, client_key, stranger_key, test};

const LIFETIME: Duration = Duration::from_mins(1);
const SKEW: Duration = Duration::from_secs(2);
const OLD: &str = "a secret of more than thirty-two bytes";
const NEW: &str = "another secret of thirty-two bytes and more";
const ORIGIN: &str = "https://api.example.com";
const ANY: Audience<'_> = Audience {
    origin: ORIGIN,
    request: None,
};

fn mint(secrets: &[&str]) -> Mint {
    Mint::of(secrets, LIFETIME, SKEW).unwrap()
}

/// What a mint with the old secret says of this nonce.
fn judge(nonce: &str, audience: &Audience<'_>, thumbprint: &Digest32) -> Result<(), Reason> {
    mint(&[OLD])
        .check(nonce, audience, thumbprint, NOW)
        .map(|_| ())
}

fn good() -> String {
    mint(&[OLD]).make(&ANY, &client_key().thumbprint(), NOW)
}

fn at(millis: i64) -> UnixTime {
    UnixTime::from_millis(NOW.millis().saturating_add(millis))
}

#[test]
fn a_nonce_is_of_the_characters_that_the_rfc_allows_and_says_its_time() {
    let nonce = good();
    assert_eq!(nonce.len(), 36);
    let allowed = |byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    assert!(nonce.bytes().all(allowed));
    let key = client_key().thumbprint();
    assert_eq!(mint(&[OLD]).check(&nonce, &ANY, &key, NOW), Ok(NOW));
    // Twice in one second it is the same: it is no number used once.
    assert_eq!(mint(&[OLD]).make(&ANY, &key, at(999)), nonce);
    assert_ne!(mint(&[OLD]).make(&ANY, &key, at(1000)), nonce);
}

#[test]
fn what_is_not_its_one_spelling_is_none() {
    let key = client_key().thumbprint();
    let nonce = good();
    let mut changed: Vec<String> = (0..nonce.len())
        .map(|place| {
            let mut bytes = nonce.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        })
        .collect();
    changed.extend([
        String::new(),
        "A".repeat(36),
        "x".repeat(4000),
        format!("{nonce}A"),
        format!("{nonce}AAAA"),
        format!("{nonce}="),
        format!(" {nonce}"),
        nonce.get(..35).unwrap().to_owned(),
        nonce.get(..32).unwrap().to_owned(),
        nonce.replacen(|it: char| it.is_ascii_alphanumeric(), "+", 1),
        "é".repeat(18),
    ]);
    for other in changed {
        let found = judge(&other, &ANY, &key);
        assert_eq!(found, Err(Reason::ProofNonceInvalid), "{other}");
    }
}

/// What is cut short where it ends in nothing is another spelling too.
#[test]
fn the_length_is_this_one() {
    let key = client_key().thumbprint();
    let (made, mut bytes) = (0..10_000)
        .map(|seconds| {
            let made = UnixTime::from_secs(seconds);
            let mut bytes = [0; BYTES];
            let nonce = mint(&[OLD]).make(&ANY, &key, made);
            URL_SAFE_NO_PAD.decode_slice(nonce, &mut bytes).unwrap();
            (made, bytes)
        })
        .find(|(_, bytes)| bytes[26] == 0)
        .unwrap();
    let check = |bytes: &[u8]| {
        let text = URL_SAFE_NO_PAD.encode(bytes);
        mint(&[OLD]).check(&text, &ANY, &key, made).map(|_| ())
    };
    assert_eq!(check(&bytes), Ok(()));
    assert_eq!(check(&bytes[..26]), Err(Reason::ProofNonceInvalid));
    bytes[26] = 1;
    assert_eq!(check(&bytes), Err(Reason::ProofNonceInvalid));
}

/// Another version is another format, even with a tag of ours.
#[test]
fn the_version_is_this_one() {
    let key = client_key().thumbprint();
    let mut stamp = stamp(NOW_SECS);
    stamp[0] = 2;
    let tag = ANY.with(&stamp, &key, |pieces| mint(&[OLD]).newest.tag(pieces));
    let text = URL_SAFE_NO_PAD.encode([&stamp[..], &tag[..18]].concat());
    assert_eq!(judge(&text, &ANY, &key), Err(Reason::ProofNonceInvalid));
}

#[test]
fn a_nonce_is_good_for_one_key_and_one_origin() {
    let (own, other) = (client_key().thumbprint(), stranger_key().thumbprint());
    let nonce = good();
    assert_eq!(judge(&nonce, &ANY, &own), Ok(()));
    assert_eq!(judge(&nonce, &ANY, &other), Err(Reason::ProofNonceInvalid));
    for origin in [
        "https://api.example.com:8443",
        "http://api.example.com",
        "https://api.example.co",
        "",
    ] {
        let elsewhere = Audience { origin, ..ANY };
        let found = judge(&nonce, &elsewhere, &own);
        assert_eq!(found, Err(Reason::ProofNonceInvalid), "{origin}");
    }
}

#[test]
fn a_challenge_is_good_for_one_request() {
    let key = client_key().thumbprint();
    let (token, stranger) = ([1; 32], [2; 32]);
    let purpose = Purpose {
        method: "POST",
        target: "https://api.example.com/accounts/7/transfers",
        token_hash: Some(&token),
    };
    let for_it = Audience {
        request: Some(purpose),
        ..ANY
    };
    let nonce = mint(&[OLD]).make(&for_it, &key, NOW);
    assert_eq!(judge(&nonce, &for_it, &key), Ok(()));
    for (what, request) in [
        ("any request", None),
        (
            "another method",
            Some(Purpose {
                method: "PUT",
                ..purpose
            }),
        ),
        (
            "another target",
            Some(Purpose {
                target: "https://api.example.com/accounts/8/transfers",
                ..purpose
            }),
        ),
        (
            "another token",
            Some(Purpose {
                token_hash: Some(&stranger),
                ..purpose
            }),
        ),
        (
            "no token",
            Some(Purpose {
                token_hash: None,
                ..purpose
            }),
        ),
        (
            "pieces that are cut elsewhere",
            Some(Purpose {
                method: "POSTh",
                target: "ttps://api.example.com/accounts/7/transfers",
                ..purpose
            }),
        ),
    ] {
        let audience = Audience { request, ..ANY };
        let found = judge(&nonce, &audience, &key);
        assert_eq!(found, Err(Reason::ProofNonceInvalid), "{what}");
    }
    let found = judge(&nonce, &for_it, &stranger_key().thumbprint());
    assert_eq!(found, Err(Reason::ProofNonceInvalid), "another key");
    let found = judge(&good(), &for_it, &key);
    assert_eq!(found, Err(Reason::ProofNonceInvalid), "one for any request");
}

/// Every moment around both ends.
#[test]
fn a_nonce_lives_for_its_lifetime() {
    let key = client_key().thumbprint();
    let expired = Err(Reason::ProofNonceExpired);
    for (millis, expected) in [
        (-3_600_000, expired),
        (-2_001, expired),
        (-2_000, Ok(())),
        (-1, Ok(())),
        (0, Ok(())),
        (59_999, Ok(())),
        (60_000, Ok(())),
        (60_001, expired),
        (3_600_000, expired),
    ] {
        let found = mint(&[OLD]).check(&good(), &ANY, &key, at(millis));
        assert_eq!(found.map(|_| ()), expected, "{millis} ms after");
    }
}

/// Times that no clock says must not overflow, whoever signed them.
#[test]
fn extremes_of_time_expire() {
    let key = client_key().thumbprint();
    for seconds in [i64::MIN, -1, 0, i64::MAX] {
        let nonce = mint(&[OLD]).make(&ANY, &key, UnixTime::from_secs(seconds));
        let found = mint(&[OLD]).check(&nonce, &ANY, &key, NOW);
        assert_eq!(found, Err(Reason::ProofNonceExpired), "{seconds}");
    }
}

/// The three steps of a change of secrets, with a replica that lags one step behind.
#[test]
fn secrets_change_without_a_refusal() {
    let key = client_key().thumbprint();
    let steps: [&[&str]; 4] = [&[OLD], &[OLD, NEW], &[NEW, OLD], &[NEW]];
    for (step, secrets) in steps.iter().enumerate() {
        for (other, theirs) in steps.iter().enumerate() {
            let nonce = mint(secrets).make(&ANY, &key, NOW);
            let found = mint(theirs).check(&nonce, &ANY, &key, NOW).map(|_| ());
            if step.abs_diff(other) <= 1 {
                assert_eq!(found, Ok(()), "made at step {step}, used at step {other}");
            } else if !theirs.contains(&secrets[0]) {
                let unknown = Err(Reason::ProofNonceInvalid);
                assert_eq!(found, unknown, "made at step {step}, used at step {other}");
            }
        }
    }
    assert!(Mint::of::<&str>(&[], LIFETIME, SKEW).is_none());
    assert!(!format!("{:?}", mint(&[OLD])).contains("secret"));
}
