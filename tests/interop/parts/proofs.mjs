// npm dpop: proofs for requests as they are, and for requests that are not the one sent.
import * as dpop from 'dpop';
import { credentials, handle } from './grant.mjs';
import { note, tell, world } from './world.mjs';

const url = `${world.origin}/accounts/1`;
const keys = await dpop.generateKeyPair('ES256');
const token = await credentials(handle(keys));

const prove = (change = {}) => {
  const of = { keys, url, method: 'GET', token, ...change };
  return dpop.generateProof(of.keys, of.url, of.method, undefined, of.token);
};

function send(proof, { as = 'DPoP', to = url, method = 'GET', with: held = token } = {}) {
  const headers = { authorization: `${as} ${held}` };
  if (proof) headers.dpop = proof;
  return fetch(to, { method, headers });
}

// The library dates proofs by the clock.
async function at(seconds, make) {
  const now = Date.now;
  Date.now = () => now() + seconds * 1000;
  try {
    return await make();
  } finally {
    Date.now = now;
  }
}

const once = await prove();
await note('valid', await send(once));
await note('the proof again', await send(once));
await note('with a query', await send(await prove(), { to: `${url}?page=2` }));
await note('no proof', await send());
await note('as a bearer token', await send(await prove(), { as: 'Bearer' }));
await note('other method', await send(await prove({ method: 'POST' })));
await note('other path', await send(await prove({ url: `${world.origin}/accounts/2` })));
await note('other origin', await send(await prove({ url: 'https://localhost/accounts/1' })));
await note('other key', await send(await prove({ keys: await dpop.generateKeyPair('ES256') })));
await note('proof for no token', await send(await prove({ token: undefined })));
await note('old', await send(await at(-600, prove)));
await note('from the future', await send(await at(600, prove)));

const another = await credentials(handle(keys));
await note('proof for another token', await send(await prove(), { with: another }));
await note('that other token', await send(await prove({ token: another }), { with: another }));

const elsewhere = await credentials(handle(keys), { resource: 'https://elsewhere.example/' });
await note('other audience', await send(await prove({ token: elsewhere }), { with: elsewhere }));

const unbound = await credentials();
await note('bound to nothing', await send(undefined, { as: 'Bearer', with: unbound }));
await note('bound to nothing, with a proof', await send(await prove({ token: unbound }), { with: unbound }));

const narrow = await credentials(handle(keys), { scope: 'payments:write' });
await note('other scope', await send(await prove({ token: narrow }), { with: narrow }));

for (const algorithm of ['Ed25519', 'PS256', 'RS256']) {
  const other = await dpop.generateKeyPair(algorithm);
  const bound = await credentials(handle(other));
  await note(algorithm, await send(await prove({ keys: other, token: bound }), { with: bound }));
}
tell();
