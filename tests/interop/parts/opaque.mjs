// Opaque tokens, which the gate asks the authorization server about.
import * as dpop from 'dpop';
import { consent, credentials, handle, revoke } from './grant.mjs';
import { note, say, tell, world } from './world.mjs';

const resource = 'https://opaque.example/';
const scope = 'accounts:read';
const keys = await dpop.generateKeyPair('ES256');
const stranger = await dpop.generateKeyPair('ES256');

async function send(what, path, token, by = keys) {
  const url = `${world.origin}${path}`;
  const headers = { authorization: `DPoP ${token}` };
  if (by) headers.dpop = await dpop.generateProof(by, url, 'GET', undefined, token);
  await note(what, await fetch(url, { headers }));
}

async function asked(what, send) {
  const count = async () => {
    const counts = await (await fetch(`${world.inside}/counts`)).json();
    return counts['/token/introspection'] ?? 0;
  };
  const before = await count();
  await send();
  say(`${what}: calls`, String(await count() - before));
}

const token = await consent(handle(keys), { scope, resource });
await asked('no proof', () => send('no proof', '/opaque/1', token, null));
await asked('valid', () => send('valid', '/opaque/1', token));
await asked('once more', () => send('once more', '/opaque/2', token));
await asked('other key', () => send('other key', '/opaque/1', token, stranger));
await asked('at once', () => Promise.all([1, 2, 3, 4].map((id) => send('at once', `/fresh/${id}`, token))));
await send('nobody issued it', '/opaque/1', 'bm9ib2R5IGlzc3VlZCB0aGlz');

const elsewhere = await consent(handle(keys), { scope, resource: 'https://elsewhere-opaque.example/' });
await send('other audience', '/opaque/1', elsewhere);
const narrow = await consent(handle(keys), { scope: 'payments:write', resource });
await send('other scope', '/opaque/1', narrow);
const own = await credentials(handle(keys), { resource });
await send('of a client, for itself', '/opaque/1', own);
const signed = await credentials(handle(keys));
await send('a signed token', '/opaque/1', signed);
await send('an opaque token where signed ones are due', '/accounts/1', token);

await revoke(token);
await send('revoked, where what was said may be old', '/opaque/1', token);
await send('revoked, where it may not', '/fresh/1', token);
await send('revoked, as the gate knows by now', '/opaque/1', token);
tell();
