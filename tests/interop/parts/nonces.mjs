// Nonces of the gate: oauth4webapi takes them up by itself, npm dpop puts in whatever it is told to.
import * as dpop from 'dpop';
import { credentials, handle, request } from './grant.mjs';
import { note, say, tell, world } from './world.mjs';

const required = new URL(`${world.origin}/required/1`);
const offered = new URL(`${world.origin}/offered/1`);
const challenge = new URL(`${world.origin}/challenge/1`);

const keys = await dpop.generateKeyPair('ES256');
const token = await credentials(handle(keys));

let DPoP = handle(keys);
const [asked] = await request('required: none', DPoP, token, required);
say('required: error', asked.parameters.error);
await request('required: the one that came', DPoP, token, required);
await request('required: the one that came with the success', DPoP, token, required);

DPoP = handle(keys);
await request('offered: none', DPoP, token, offered);
await request('offered: the one that came', DPoP, token, offered);
await request('required: the one that was offered', DPoP, token, required);

DPoP = handle(keys);
await request('challenge: none', DPoP, token, challenge);
await request('challenge: the one that came', DPoP, token, challenge);
await request('challenge: another request', DPoP, token, challenge);
await request('challenge: the one for it', DPoP, token, challenge);

async function send(what, url, nonce, by = keys) {
  const proof = await dpop.generateProof(by, url.href, 'GET', nonce, token);
  const headers = { authorization: `DPoP ${token}`, dpop: proof };
  const response = await note(what, await fetch(url, { headers }));
  return response.headers.get('dpop-nonce');
}
const nonce = await send('none', required);
await send('the nonce', required, nonce);
await send('the nonce in another proof', required, nonce);
await send('made up', required, 'made-up');
await send('made up, where one is offered', offered, 'made-up');
await send('cut short', required, nonce.slice(0, -1));
await send('with another key', required, nonce, await dpop.generateKeyPair('ES256'));
const own = await send('none, where one for this is due', challenge);
await send('the one for this', challenge, own);
await send('the one for this in another proof', challenge, own);
await send('the one for this, for another', new URL(`${world.origin}/challenge/2`), own);
await send('one for any request, where one for this is due', challenge, nonce);

// The nonce's time counts, and not the client's clock.
const now = Date.now;
Date.now = () => now() - 3_600_000;
await send('a clock an hour late, without a nonce', offered);
await send('a clock an hour late, with a nonce', required, nonce);
tell();
