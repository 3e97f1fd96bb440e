"""http-message-signatures of PyPI: requests signed by keys that the policy names."""

import datetime
import json
import pathlib
import uuid

import requests
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from jwskate import Jwk
from requests_oauth2client import OAuth2Client

from world import keep, note, tell, world

FOLDER = pathlib.Path(world["folder"])
URL = f"{world['origin']}/messages/1?lang=en"
HELLO, HALLO = b'{"text":"hello"}', b'{"text":"hallo"}'
COVERED = ("@method", "@authority", "@path", "@query", "content-type", "authorization")
ALGORITHMS = {
    "p256": algorithms.ECDSA_P256_SHA256,
    "ed25519": algorithms.ED25519,
    "rsa": algorithms.RSA_PSS_SHA512,
}
KEYS = {
    name: Jwk(jwk).cryptography_key
    for name, jwk in json.loads((FOLDER / "registered-keys.json").read_text()).items()
}


def issued(client):
    client = OAuth2Client.from_discovery_endpoint(
        issuer=world["issuer"], client_id=client, client_secret=world["secrets"][client]
    )
    token = client.client_credentials(scope="accounts:read", resource=world["origin"])
    return keep(token.access_token)


TOKENS = {name: issued(name) for name in KEYS}


def signed(
    name="p256",
    *,
    by=None,
    token=None,
    url=URL,
    method="POST",
    body=HELLO,
    covered=COVERED,
    age=0,
    lasts=None,
    tag="message",
    **options,
):
    headers = {
        "authorization": f"Bearer {token or TOKENS[name]}",
        "content-type": "application/json",
    }
    request = requests.Request(method, url, data=body, headers=headers).prepare()
    created = datetime.datetime.now() - datetime.timedelta(seconds=age)
    HTTPMessageSigner(
        signature_algorithm=ALGORITHMS[name],
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={name: by or KEYS[name]}),
    ).sign(
        request,
        key_id=name,
        created=created,
        expires=lasts and created + datetime.timedelta(seconds=lasts),
        nonce=str(uuid.uuid4()),
        tag=tag,
        covered_component_ids=covered,
        body=body,
        **options,
    )
    return request


def send(what, request, *, headers=None, **change):
    """Sends it, with what changes after it was signed."""
    for name, value in change.items():
        setattr(request, name, value)
    request.headers.update(headers or {})
    with requests.Session() as session:
        note(what, session.send(request, timeout=20, verify=str(FOLDER / "authority.pem")))


once = signed()
send("a body", once)
send("the same again", once)
send("no body", signed(method="GET", body=None))
send("Ed25519", signed("ed25519"))
send("RSA-PSS", signed("rsa"))
send("no algorithm named", signed(include_alg=False))

send("other body", signed(), body=HALLO)
digest = signed(body=HALLO).headers["Content-Digest"]
send("other body and its digest", signed(), body=HALLO, headers={"Content-Digest": digest})
send("other method", signed(), method="PUT")
send("other path", signed(), url=URL.replace("1?", "2?"))
send("other query", signed(), url=URL.replace("en", "de"))
send("other type", signed(), headers={"Content-Type": "text/json"})
another = issued("p256")
send("other token of the same key", signed(), headers={"Authorization": f"Bearer {another}"})
send("other key", signed(by=Jwk.generate(alg="ES256").cryptography_key))
send("other name", signed("ed25519", token=TOKENS["p256"]))

for name in COVERED:
    send(f"{name} not covered", signed(covered=[it for it in COVERED if it != name]))
send("old", signed(age=600))
send("from the future", signed(age=-600))
send("expired", signed(age=20, lasts=10))
send("other tag", signed(tag="letter"))

more = (*COVERED, '"@query-param";name="lang"', "@target-uri", "@scheme", "@request-target")
send("more is covered", signed(covered=more))
for query in ("lang=(en)", "lang=en*", "lang=a+b%20c"):
    url = URL.replace("lang=en", query)
    send(f"?{query} covered by name", signed(url=url, covered=more))
tell()
