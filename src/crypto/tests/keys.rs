use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::testing::test;

const P256_FIELD: [u8; 32] =
    hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");

#[test]
fn points_must_lie_on_their_curve() {
    type Make = fn(&[u8], &[u8]) -> Result<PublicKey, BadKey>;
    let rows: [(SigningKey, Make, usize); 2] = [
        (SigningKey::es256(7), PublicKey::p256, 32),
        (SigningKey::es384(7), PublicKey::p384, 48),
    ];
    for (key, make, length) in rows {
        let (x, y) = key.numbers();
        assert_eq!(make(&x, &y), Ok(key.public()));
        let mut off = y.clone();
        off[length - 1] ^= 1;
        assert_eq!(make(&x, &off), Err(BadKey), "off the curve");
        assert_eq!(make(&y, &x), Err(BadKey), "coordinates exchanged");
        assert_eq!(make(&x[1..], &y), Err(BadKey), "short x");
        assert_eq!(make(&x, &y[1..]), Err(BadKey), "short y");
        assert_eq!(make(&[&[0], &x[..]].concat(), &y), Err(BadKey), "long x");
        assert_eq!(make(&x, &[&y[..], &[0]].concat()), Err(BadKey), "long y");
        assert_eq!(make(&[], &[]), Err(BadKey), "nothing");
        assert_eq!(
            make(&vec![0; length], &vec![0; length]),
            Err(BadKey),
            "zero"
        );
        assert_eq!(
            make(&vec![0xff; length], &y),
            Err(BadKey),
            "x beyond the field"
        );
    }
    let (x, y) = SigningKey::es384(7).numbers();
    assert_eq!(
        PublicKey::p256(&x, &y),
        Err(BadKey),
        "another curve's point"
    );
    assert_eq!(
        PublicKey::p256(&P256_FIELD, &[0; 32]),
        Err(BadKey),
        "x is the prime"
    );
    // y^2 = b has a root, so x = 0 is on the curve and x = p, its other encoding, must not be.
    let root: [u8; 32] = hex("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
    assert!(PublicKey::p256(&[0; 32], &root).is_ok());
    assert_eq!(
        PublicKey::p256(&P256_FIELD, &root),
        Err(BadKey),
        "x not reduced"
    );
}

#[test]
fn ed25519_keys_are_canonical_and_of_full_order() {
    let (x, _) = SigningKey::ed25519(7).numbers();
    assert!(PublicKey::ed25519(&x).is_ok());
    assert_eq!(PublicKey::ed25519(&x[1..]), Err(BadKey));
    assert_eq!(PublicKey::ed25519(&[&x[..], &[0]].concat()), Err(BadKey));
    let small_order: [[u8; 32]; 8] = [
        hex("0100000000000000000000000000000000000000000000000000000000000000"),
        hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        hex("0000000000000000000000000000000000000000000000000000000000000000"),
        hex("0000000000000000000000000000000000000000000000000000000000000080"),
        hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
        hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
    ];
    for point in small_order {
        assert_eq!(PublicKey::ed25519(&point), Err(BadKey), "{point:02x?}");
    }
    // Every y from the prime up: 2^255 - 19 + 0 to + 18, with both signs.
    for low in 0xed..=0xff_u8 {
        for top in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (low, top);
            assert_eq!(PublicKey::ed25519(&bytes), Err(BadKey), "{low:x} {top:x}");
        }
    }
    // Some of those are points when they are reduced, which is why the library is not enough.
    let mut unreduced = [0xff; 32];
    (unreduced[0], unreduced[31]) = (0xed + 3, 0x7f);
    assert!(ed25519_dalek::VerifyingKey::from_bytes(&unreduced).is_ok_and(|key| !key.is_weak()));
}

#[test]
fn rsa_keys_have_a_size_and_an_exponent() {
    let odd = |bytes: usize, top: u8| {
        let mut modulus = vec![0xa5; bytes];
        modulus[0] = top;
        modulus
    };
    let exponent = [1, 0, 1];
    for bytes in [256, 257, 384, 512] {
        assert!(
            PublicKey::rsa(&odd(bytes, 0x80), &exponent).is_ok(),
            "{bytes}"
        );
    }
    let mut even = odd(256, 0x80);
    even[255] = 0xa4;
    let rows: [(&str, Vec<u8>, &[u8]); 13] = [
        ("1024 bits", odd(128, 0x80), &exponent),
        ("2040 bits", odd(255, 0x80), &exponent),
        ("2047 bits", odd(256, 0x7f), &exponent),
        ("2049 bits", odd(257, 0x01), &exponent),
        ("leading zero", odd(257, 0x00), &exponent),
        ("4104 bits", odd(513, 0x80), &exponent),
        ("even modulus", even, &exponent),
        ("no exponent", odd(256, 0x80), &[]),
        ("exponent 1", odd(256, 0x80), &[1]),
        ("exponent 3", odd(256, 0x80), &[3]),
        ("exponent 65535", odd(256, 0x80), &[0xff, 0xff]),
        ("exponent 65538", odd(256, 0x80), &[1, 0, 2]),
        ("padded exponent", odd(256, 0x80), &[0, 1, 0, 1]),
    ];
    for (name, modulus, exponent) in rows {
        assert_eq!(PublicKey::rsa(&modulus, exponent), Err(BadKey), "{name}");
    }
    assert!(PublicKey::rsa(&odd(256, 0x80), &[1, 0xff, 0xff, 0xff, 0xff]).is_ok());
    assert_eq!(
        PublicKey::rsa(&odd(256, 0x80), &[2, 0, 0, 0, 1]),
        Err(BadKey),
        "beyond 2^33"
    );
    assert_eq!(
        PublicKey::rsa(&odd(256, 0x80), &[1; 9]),
        Err(BadKey),
        "beyond 2^64"
    );
}

#[test]
fn keys_are_encoded_as_other_libraries_do() {
    let rows = [
        (
            Algorithm::Es256,
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsjVKKiUv3Fb2X6xIMZ9HxGiMyPIEhSmgKI8tVjWvGPfi0Xe0\
             8Y6f9+Zxdj0STJWPYe59Xa7uG23Burh+A0dV1A==",
        ),
        (
            Algorithm::Es384,
            "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEVjLtXz74+85pYgtOXp2bqd8AuYtV6Bpl6Ot/Tb9E32bptUJ1B/53\
             /RiLrp62jXPHu92XW5TCXJCqGg4O7rH7nnJkVBIxvsWRHh6InsgoEiNApz8BpdlppVxm7NMYyc1b",
        ),
        (
            Algorithm::Rs256,
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAznyUDpE7zIMIAvMUi+fWiWaMeOOHRh+MXkqVGRfH\
             SlnKvsFUvoNnVe8EoD+w2VXknGbEjFtmkNEybJ179FoCipOgqix2Hs3Yw0Orl5EsS7TKjdJNlc5fdN7azk/R\
             cyOc/uDTZFO7brx3E+sWPo2T9/aeJq5OhK2xGrhm9A5rCfjGr3INtlbmEx2fnkCzPec0mCAqVkZLuBA7TVo7\
             w9TxeSv07P/PI0N4Lw9tW9qAEuHl+8k+8ERJLVSKOHuzeBvKM//KfDJV3xH0HjQcwfZ6VpOg9lFawOtXI0Q2\
             d743TNQpJuC/yAUqHIpGvvCOEMeIkuYFPpCZ+ioEnz3TrgPmiwIDAQAB",
        ),
    ];
    for (algorithm, der) in rows {
        let key = known(algorithm).key().unwrap();
        assert_eq!(STANDARD.encode(key.spki()), der, "{algorithm:?}");
    }
    let ed25519 = SigningKey::ed25519(7).public();
    assert_eq!(ed25519.spki()[..12], hex::<12>("302a300506032b6570032100"));
    assert_eq!(ed25519.spki().len(), 44);
}

#[test]
fn a_key_serves_its_own_algorithms_and_no_other() {
    let keys = [
        (SigningKey::es256(7).public(), &[Algorithm::Es256][..]),
        (SigningKey::es384(7).public(), &[Algorithm::Es384]),
        (SigningKey::ed25519(7).public(), &[Algorithm::Ed25519]),
        (
            known(Algorithm::Rs256).key().unwrap(),
            &[Algorithm::Rs256, Algorithm::Ps256, Algorithm::Ps512],
        ),
    ];
    for (key, own) in &keys {
        for algorithm in Algorithm::ALL {
            assert_eq!(
                key.fits(*algorithm),
                own.contains(algorithm),
                "{algorithm:?}"
            );
        }
    }
    for (one, (key, _)) in keys.iter().enumerate() {
        for (other, (same, _)) in keys.iter().enumerate() {
            assert_eq!(key == same, one == other);
        }
    }
    assert_ne!(SigningKey::es256(7).public(), SigningKey::es256(8).public());
}

#[test]
fn algorithm_names_are_exact() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::from_name(algorithm.name()), Some(*algorithm));
    }
    assert_eq!(Algorithm::from_name("Ed25519"), Some(Algorithm::Ed25519));
    for name in [
        "", "none", "None", "nOnE", "NONE", "HS256", "HS384", "HS512", "es256", "ES256 ", "ES256K",
        "ES512", "RS384", "RS512", "PS384", "RS1", "Ed448", "ed25519", "eddsa", "A128KW",
    ] {
        assert_eq!(Algorithm::from_name(name), None, "{name}");
    }
}
