"""requests-oauth2client: tokens that are bound to a key, or to a certificate."""

import requests
from requests_oauth2client import DPoPKey, OAuth2Client
from requests_oauth2client.dpop import MissingDPoPNonce

from world import keep, note, tell, world

OWN, STRANGER = (
    tuple(f"{world['folder']}/{name}.{kind}" for kind in ("pem", "key"))
    for name in ("client", "stranger")
)
READ = f"{world['origin']}/accounts/1"
STATEMENTS = f"{world['origin']}/statements/1"
INVOICES = f"{world['origin']}/invoices/1"


def issued(client, certificate=None, resource=world["origin"], **options):
    with requests.Session() as session:
        session.cert = certificate
        client = OAuth2Client.from_discovery_endpoint(
            issuer=world["issuer"],
            client_id=client,
            client_secret=world["secrets"][client],
            session=session,
        )
        token = client.client_credentials(
            scope="accounts:read", resource=resource, **options
        )
    keep(token.access_token)
    return token


def get(what, url, token, certificate=None):
    # The library takes every refusal of a proof for a demand for a nonce.
    try:
        note(what, requests.get(url, auth=token, cert=certificate, timeout=20))
    except MissingDPoPNonce as refusal:
        note(f"{what} (nonce missed)", refusal.response)


key = DPoPKey.generate()
token = issued("shop", dpop_key=key, dpop=True)
get("bound to a key", READ, token)
get("the token once more, with another proof", READ, token)
get("with a query", f"{READ}?page=2", token)
for nonce in ("offered", "required", "challenge"):
    url = f"{world['origin']}/{nonce}/1"
    get(f"nonce {nonce}", url, token)
    get(f"nonce {nonce}, again", url, token)
get("bound to a key, on a route of either", INVOICES, token)
get("bound to a key, asked for a certificate", STATEMENTS, token, OWN)
token = issued("shop", resource="https://elsewhere.example/", dpop_key=key, dpop=True)
get("bound to a key, for another audience", READ, token)

token = issued("batch", OWN)
get("bound to a certificate", STATEMENTS, token, OWN)
get("bound to a certificate, on a route of either", INVOICES, token, OWN)
get("without its certificate", STATEMENTS, token)
get("with another certificate", STATEMENTS, token, STRANGER)
get("bound to a certificate, asked for a proof", READ, token, OWN)

token = issued("shop", OWN)
get("bound to nothing", STATEMENTS, token, OWN)
tell()
