"""Writes into a folder: an authority, certificates of it for a server and two clients, and keys that
a policy can name."""

import datetime
import json
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwskate import Jwk

folder = pathlib.Path(sys.argv[1])


def write(name, key, certificate):
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / f"{name}.key").write_bytes(private)
    public = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / f"{name}.pem").write_bytes(public)


def certify(name, signer=None, alternatives=()):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer, signing = signer or (subject, key)
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    write(name, key, builder.sign(signing, hashes.SHA256()))
    return subject, key


authority = certify("authority")
certify("server", authority, [x509.DNSName("localhost")])
certify("client", authority, [x509.UniformResourceIdentifier("spiffe://example.org/batch")])
certify("stranger", authority, [x509.UniformResourceIdentifier("spiffe://example.org/stranger")])

keys = {
    "p256": Jwk.generate(alg="ES256"),
    "ed25519": Jwk.generate(alg="EdDSA", crv="Ed25519"),
    "rsa": Jwk.generate(alg="PS512", key_size=2048),
}
public = {name: key.public_jwk().to_dict() for name, key in keys.items()}
private = {name: key.to_dict() for name, key in keys.items()}
(folder / "registered.json").write_text(json.dumps(public))
(folder / "registered-keys.json").write_text(json.dumps(private))
