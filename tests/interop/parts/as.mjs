// The authorization server: node-oidc-provider, with keys that live as long as the process.
// Reads one line of JSON, where the gate and the certificates are; writes one line, where it listens
// and the secrets of its clients. It ends when its input does.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createInterface } from 'node:readline';
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';
import { exchanges, GRANT, published } from './exchange-server.mjs';
import { policy, visit } from './person.mjs';

const lines = createInterface({ input: process.stdin });
const { folder, resources } = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
process.stdin.on('end', () => process.exit(0));

// Clients whose keys the policy knows by these names.
const registered = Object.keys(JSON.parse(readFileSync(`${folder}/registered.json`)));

const secret = () => randomBytes(32).toString('base64url');
const clients = [
  {
    client_id: 'shop',
    client_secret: secret(),
    grant_types: ['client_credentials', 'authorization_code'],
    redirect_uris: ['https://shop.example/back'],
    authorization_details_types: ['payment_initiation'],
  },
  {
    client_id: 'batch',
    client_secret: secret(),
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    tls_client_certificate_bound_access_tokens: true,
  },
  ...['signer', ...registered].map((id) => ({
    client_id: id,
    client_secret: secret(),
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  })),
  {
    client_id: 'gate',
    client_secret: secret(),
    grant_types: [GRANT],
    redirect_uris: [],
    response_types: [],
  },
];

let number = 0;
async function key() {
  number += 1;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...await exportJWK(privateKey), alg: 'ES256', use: 'sig', kid: `as-${number}` };
}

const granted = (ctx, source) => source?.rar ?? JSON.parse(ctx.oidc.params.authorization_details);
const certificate = (ctx) => ctx.socket.getPeerX509Certificate?.();
const settings = {
  // One store, whatever becomes of the provider.
  adapter: class extends MemoryAdapter {},
  clients,
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  cookies: { keys: [secret()] },
  enabledJWA: { dPoPSigningAlgValues: ['ES256', 'Ed25519', 'PS256', 'RS256'] },
  scopes: ['openid'],
  acrValues: ['urn:example:loa:1', 'urn:example:loa:3'],
  ttl: {
    AccessToken: 300, ClientCredentials: 300, Grant: 600, IdToken: 300, Interaction: 60, Session: 600,
  },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  // RFC 9068 section 2.2.1: how the person authenticated, in the access token.
  extraTokenClaims(ctx) {
    const code = ctx.oidc.entities.AuthorizationCode;
    return code && { acr: code.acr, auth_time: code.authTime };
  },
  // Some tokens hold their key otherwise: the key itself, or its name (RFC 7800 sections 3.2 and 3.4).
  formats: {
    customizers: {
      jwt(ctx, { clientId }, { payload }) {
        if (clientId === 'signer') payload.cnf = { jwk: decodeProtectedHeader(ctx.get('dpop')).jwk };
        if (registered.includes(clientId)) payload.cnf = { kid: clientId };
      },
    },
  },
  interactions: { policy, url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    mTLS: { enabled: true, certificateBoundAccessTokens: true, getCertificate: certificate },
    pushedAuthorizationRequests: { enabled: true },
    richAuthorizationRequests: {
      enabled: true,
      types: { payment_initiation: { validate() {} } },
      authorizationDetailsForGrantSource: granted,
      authorizationDetailsForAccessToken: (ctx, token, source) => granted(ctx, source),
      authorizationDetailsForIntrospection: (ctx, token) => token.rar,
    },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, resource) => ({
        scope: 'accounts:read payments:write',
        audience: resource,
        accessTokenFormat: resources[resource],
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
};

let keys = [await key()];
let issuer;
let provider;
let exchanged;
let respond;
function open() {
  provider = new Provider(issuer, { ...settings, jwks: { keys } });
  // Behind the gate, the gate says by which URL it was called.
  provider.proxy = true;
  exchanged = exchanges(provider, issuer, keys);
  provider.on('server_error', (ctx, error) => process.stderr.write(`${error.stack}\n`));
  respond = provider.callback();
}

// What the operator does: a new key comes first and signs, the old one stays published until it is
// retired.
const operator = {
  async rotate() { keys = [await key(), ...keys]; open(); },
  async retire() { keys = keys.slice(0, 1); open(); },
};

const counts = {};
async function serve(request, response) {
  const path = request.url.split('?')[0];
  counts[path] = (counts[path] ?? 0) + 1;
  if (path.startsWith('/interaction/')) {
    await visit(provider, request, response);
  } else {
    await respond(path === '/token/revocation' ? await exchanged.naming(request) : request, response);
  }
}

// Two doors: TLS for the world, and one for the gate and for the test beside it.
const world = https.createServer({
  cert: readFileSync(`${folder}/server.pem`),
  key: readFileSync(`${folder}/server.key`),
  ca: readFileSync(`${folder}/authority.pem`),
  requestCert: true,
  rejectUnauthorized: false,
}, serve);
const inside = http.createServer(async (request, response) => {
  const act = request.method === 'POST' && operator[request.url.slice(1)];
  if (act) {
    await act();
    response.end();
  } else if (request.url === '/counts') {
    response.end(JSON.stringify(counts));
  } else if (request.url === '/exchanged') {
    response.end(JSON.stringify(await exchanged.count()));
  } else if (request.url === '/exchanged/keys') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(published));
  } else {
    await serve(request, response);
  }
});
for (const server of [world, inside]) {
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
}
issuer = `https://localhost:${world.address().port}`;
open();
process.stdout.write(`${JSON.stringify({
  issuer,
  port: inside.address().port,
  secrets: Object.fromEntries(clients.map((client) => [client.client_id, client.client_secret])),
})}\n`);
