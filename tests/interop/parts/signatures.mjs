// npm http-message-signatures: requests signed by the key in the token, with a Content-Digest
// (RFC 9530) over the body.
import { constants, createHash, createSign, KeyObject, randomUUID } from 'node:crypto';
import * as dpop from 'dpop';
import { createSigner, httpbis } from 'http-message-signatures';
import { credentials, handle } from './grant.mjs';
import { note, say, tell, world } from './world.mjs';

const url = `${world.origin}/messages/1?lang=en`;
const hello = '{"text":"hello"}';
const NAMES = { ES256: 'ecdsa-p256-sha256', Ed25519: 'ed25519', PS256: 'rsa-pss-sha512' };

// The authorization server puts the key of the proof into the tokens of this client.
async function holder(algorithm) {
  const keys = await dpop.generateKeyPair(algorithm, { extractable: true });
  const key = KeyObject.from(keys.privateKey);
  const token = await credentials(handle(keys), { id: 'signer' });
  return { keys, key, token, signer: createSigner(key, NAMES[algorithm], 'own') };
}

const whole = ['@method', '@authority', '@path', '@query', 'content-type', 'authorization', 'content-digest'];
const less = (name) => whole.filter((field) => field !== name);

const digest = (body) => ({
  'content-digest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
});

async function sign(by, {
  to = url,
  method = 'POST',
  body = hello,
  fields = whole,
  params = ['created', 'keyid', 'alg', 'nonce', 'tag'],
  values,
} = {}) {
  const headers = {
    authorization: `Bearer ${by.token}`,
    'content-type': 'application/json',
    ...(body && digest(body)),
  };
  const paramValues = { tag: 'message', nonce: randomUUID(), ...values };
  const signed = await httpbis.signMessage(
    { key: by.signer, fields, params, paramValues },
    { method, url: to, headers },
  );
  return { method, headers: signed.headers, body };
}

// Sends it, with what changes after it was signed.
async function send(what, signed, { to = url, headers = {}, ...change } = {}) {
  const request = { ...signed, ...change, headers: { ...signed.headers, ...headers } };
  return note(what, await fetch(to, request));
}

const holds = await holder('ES256');
const own = (options) => sign(holds, options);
const once = await own();
await send('a body', once);
await send('the same again', once);
await send('no body', await own({ method: 'GET', body: null, fields: less('content-digest') }));
await send('Ed25519', await sign(await holder('Ed25519')));

const hallo = '{"text":"hallo"}';
await send('other body', await own(), { body: hallo });
await send('other body and its digest', await own(), { body: hallo, headers: digest(hallo) });
await send('other method', await own(), { method: 'PUT' });
await send('other path', await own(), { to: url.replace('1?', '2?') });
await send('other query', await own(), { to: url.replace('en', 'de') });
await send('other type', await own(), { headers: { 'content-type': 'text/json' } });
const another = await credentials(handle(holds.keys), { id: 'signer' });
await send('other token of the same key', await own(), { headers: { authorization: `Bearer ${another}` } });
const stranger = await holder('ES256');
await send('other key', await sign({ ...holds, signer: stranger.signer }));
await send('other token', await sign({ ...holds, token: stranger.token }));

for (const field of whole) {
  await send(`${field} not covered`, await own({ fields: less(field) }));
}
await send('old', await own({ values: { created: new Date(Date.now() - 600_000) } }));
await send('from the future', await own({ values: { created: new Date(Date.now() + 600_000) } }));
await send('expired', await own({
  params: ['created', 'expires', 'nonce', 'tag'],
  values: { created: new Date(Date.now() - 20_000), expires: new Date(Date.now() - 10_000) },
}));
await send('not dated', await own({ params: ['nonce', 'tag'] }));
await send('no nonce', await own({ params: ['created', 'tag'] }));
await send('other tag', await own({ values: { tag: 'letter' } }));
await send('other algorithm named', await own({ values: { alg: 'ed25519' } }));
const bare = { method: 'POST', headers: { authorization: `Bearer ${holds.token}` }, body: hello };
const refused = await send('no signature', bare);
say('no signature: asked for', refused.headers.get('accept-signature'));

// Its salt is as long as the key lets it be, and RFC 9421 section 3.3.1 says 64 bytes.
const rsa = await holder('PS256');
await send('RSA-PSS', await sign(rsa));
const salted = (data) => createSign('sha512').update(data).sign({
  key: rsa.key,
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: 64,
});
await send('RSA-PSS with the salt of the RFC', await sign({ ...rsa, signer: { ...rsa.signer, sign: salted } }));

// It leaves some characters of a query parameter as they are that RFC 9421 section 2.2.8 encodes, and
// takes one that is there twice, which the RFC does not.
const more = [...whole, '"@query-param";name="lang"', '@target-uri', '@scheme', '@request-target'];
await send('more is covered', await own({ fields: more }));
for (const to of ['(en)', 'en*', 'a+b%20c', 'en&lang=de'].map((lang) => url.replace('en', lang))) {
  await send(`${new URL(to).search} covered by name`, await own({ to, fields: more }), { to });
}
tell();
