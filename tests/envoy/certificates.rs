//! An authority and the certificates that it issues, made anew for each test.

use crate::config::Party;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::crypto::digest::sha256;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use rand::rngs::OsRng;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyIdMethod, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType,
    SerialNumber, SignatureAlgorithm, date_time_ymd,
};
use std::fs;
use std::path::{Path, PathBuf};

/// A key on P-256, as the library that writes certificates wants to see it.
struct Key {
    key: SigningKey,
    point: Vec<u8>,
}

impl Key {
    fn generate() -> Self {
        let key = SigningKey::random(&mut OsRng);
        let point = key.verifying_key().to_encoded_point(false);
        Self {
            key,
            point: point.as_bytes().to_vec(),
        }
    }

    /// `ECPrivateKey` (RFC 5915).
    fn pem(&self) -> String {
        let mut der = vec![0x30, 0x77, 2, 1, 1, 4, 0x20];
        der.extend_from_slice(&self.key.to_bytes());
        der.extend_from_slice(&[0xa0, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
        der.extend_from_slice(&[0xa1, 0x44, 3, 0x42, 0]);
        der.extend_from_slice(&self.point);
        pem("EC PRIVATE KEY", &der)
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature: DerSignature = self.key.sign(message);
        Ok(signature.as_bytes().to_vec())
    }
}

/// A certificate with its key.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The chain, in a file.
    pub(crate) certificate: PathBuf,
    /// The key, in a file.
    pub(crate) key: PathBuf,
    der: Vec<u8>,
}

impl Identity {
    /// `x5t#S256` (RFC 8705 section 3.1).
    pub(crate) fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(sha256(&[&self.der]))
    }

    /// The same as the proxy writes it.
    pub(crate) fn digest(&self) -> String {
        let digest = sha256(&[&self.der]);
        digest
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }
}

/// An authority, and the folder of all that it issues.
pub(crate) struct Authority {
    issuer: Issuer<'static, Key>,
    folder: PathBuf,
    /// Its own certificate, in a file.
    pub(crate) certificate: PathBuf,
}

impl Authority {
    /// A new one, for this test.
    pub(crate) fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("certificates/{test}"));
        fs::create_dir_all(&folder).unwrap();
        let mut params = params(1, "authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = Key::generate();
        let own = params.self_signed(&key).unwrap();
        let certificate = folder.join("authority.pem");
        fs::write(&certificate, pem("CERTIFICATE", own.der())).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            folder,
            certificate,
        }
    }

    /// The holder of a certificate, who trusts this authority.
    pub(crate) fn party(&self, identity: &Identity) -> Party {
        Party {
            certificate: identity.certificate.clone(),
            key: identity.key.clone(),
            authority: self.certificate.clone(),
        }
    }

    /// A certificate of this name, for these SPIFFE IDs, whose subject is this.
    pub(crate) fn issue(&self, name: &str, uris: &[&str], subject: &str) -> Identity {
        let mut params = params(2, subject);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ClientAuth,
            ExtendedKeyUsagePurpose::ServerAuth,
        ];
        let uris = uris
            .iter()
            .map(|uri| SanType::URI((*uri).try_into().unwrap()));
        params.subject_alt_names = uris.collect();
        let dns = SanType::DnsName(format!("{name}.example.org").try_into().unwrap());
        params.subject_alt_names.push(dns);
        let key = Key::generate();
        let issued: Certificate = params.signed_by(&key, &self.issuer).unwrap();
        let file = |kind: &str| self.folder.join(format!("{name}.{kind}"));
        let identity = Identity {
            certificate: file("pem"),
            key: file("key"),
            der: issued.der().to_vec(),
        };
        fs::write(&identity.certificate, pem("CERTIFICATE", issued.der())).unwrap();
        fs::write(&identity.key, key.pem()).unwrap();
        identity
    }
}

fn params(serial: u64, subject: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.serial_number = Some(SerialNumber::from(serial));
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 1, 1);
    params.key_identifier_method = KeyIdMethod::PreSpecified(vec![1]);
    params.distinguished_name.push(DnType::CommonName, subject);
    params
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .map(|from| &text[from..text.len().min(from + 64)])
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
