// The gate in front of the authorization server's own token endpoint.
import * as dpop from 'dpop';
import { credentials, handle, request, server } from './grant.mjs';
import { note, say, tell, world } from './world.mjs';

const url = `${world.origin}/token`;
const keys = await dpop.generateKeyPair('ES256');
const DPoP = handle(keys);

// oauth4webapi, which takes up the nonce of the server behind the gate.
const token = await credentials(DPoP, { from: { ...server, token_endpoint: url } });
await request('a token that came through the gate', DPoP, token, new URL(`${world.origin}/accounts/1`));

const secret = Buffer.from(`shop:${world.secrets.shop}`).toString('base64');
async function ask(what, proof) {
  const headers = { authorization: `Basic ${secret}` };
  if (proof) headers.dpop = proof;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    resource: world.origin,
    scope: 'accounts:read',
  });
  const response = await fetch(url, { method: 'POST', headers, body });
  const { error = 'none' } = await response.clone().json();
  await note(what, response);
  say(`${what}: error`, error);
  return response.headers.get('dpop-nonce');
}
const nonce = await ask('without a nonce', await dpop.generateProof(keys, url, 'POST'));
const proof = await dpop.generateProof(keys, url, 'POST', nonce);
await ask('with the nonce', proof);
await ask('the proof again', proof);
await ask('no proof', undefined);
await ask('a proof for the server behind', await dpop.generateProof(keys, server.token_endpoint, 'POST', nonce));
tell();
