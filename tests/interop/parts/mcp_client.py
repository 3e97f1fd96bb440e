"""The client of the Python SDK, with DPoP as the authentication of its HTTP client."""

import asyncio
import base64
import hashlib
import re

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from requests_oauth2client import DPoPKey, OAuth2Client

from world import keep, say, tell, world

URL = f"{world['origin']}/mcp"
key = DPoPKey.generate()


def issued(scope):
    client = OAuth2Client.from_discovery_endpoint(
        issuer=world["issuer"], client_id="shop", client_secret=world["secrets"]["shop"]
    )
    token = client.client_credentials(scope=scope, resource=URL, dpop_key=key, dpop=True)
    return keep(token.access_token)


def hashed(token):
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


class Possession(httpx2.Auth):
    """A proof for each request. A token that lacks a scope is exchanged for one that has it."""

    def __init__(self):
        self.token = issued("accounts:read")
        self.asked = []

    def sign(self, request):
        request.headers["authorization"] = f"DPoP {self.token}"
        request.headers["dpop"] = str(
            key.proof(htm=request.method, htu=str(request.url), ath=hashed(self.token))
        )

    def auth_flow(self, request):
        self.sign(request)
        response = yield request
        challenge = response.headers.get("www-authenticate", "")
        if response.status_code == 403 and 'error="insufficient_scope"' in challenge:
            scope = re.search(r'scope="([^"]*)"', challenge)[1]
            self.asked.append(scope)
            self.token = issued(scope)
            self.sign(request)
            yield request


async def call(client, what, tool, **arguments):
    try:
        result = await client.call_tool(tool, arguments)
        say(what, result.content[0].text)
    except MCPError as error:
        say(what, f"MCPError {error.error.code} {error.error.data['code']}")


async def main():
    possession = Possession()
    async with httpx2.AsyncClient(
        auth=possession, verify=f"{world['folder']}/authority.pem", timeout=20
    ) as http:
        async with Client(streamable_http_client(URL, http_client=http)) as client:
            tools = await client.list_tools()
            say("tools", " ".join(tool.name for tool in tools.tools))
            await call(client, "a tool that reads", "balance", account="1")
            await call(client, "a tool that nobody listed", "close")
            await call(client, "nothing granted", "pay", amount="1", currency="EUR", iban="X")
            say("asked for", " | ".join(possession.asked))
            await call(client, "the session goes on", "balance", account="2")


asyncio.run(main())
tell()
