// The authorization server changes its key while requests are under way.
import * as dpop from 'dpop';
import { credentials, handle } from './grant.mjs';
import { note, say, tell, world } from './world.mjs';

const url = `${world.origin}/accounts/1`;
const keys = await dpop.generateKeyPair('ES256');
const mint = () => credentials(handle(keys));
const operate = (act) => fetch(`${world.inside}/${act}`, { method: 'POST' });
const kid = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid;

async function send(token) {
  const proof = await dpop.generateProof(keys, url, 'GET', undefined, token);
  return fetch(url, { headers: { authorization: `DPoP ${token}`, dpop: proof } });
}

const many = (token) => Array.from({ length: 30 }, () => send(token));
function all(answers) {
  return answers.every((answer) => answer.status === 200) ? 'all' : 'not all';
}

const before = await mint();
await note('before', await send(before));
const flying = many(before);
await operate('rotate');
const after = await mint();
flying.push(...many(before), ...many(after));
say('while it rotates', all(await Promise.all(flying)));
say('keys', `${kid(before)} ${kid(after)}`);

// The old key is no longer published. The gate learns of it when it refreshes.
await operate('retire');
await note('after', await send(after));
let old = await send(before);
for (let tries = 0; tries < 50 && old.status === 200; tries += 1) {
  await new Promise((later) => { setTimeout(later, 100); });
  old = await send(before);
}
await note('retired', old);
await note('still', await send(after));
tell();
