// Wires that a person grants: small ones as usual, large ones as strongly as the gate asks.
import * as oauth from 'oauth4webapi';
import { consent, credentials, handle, request } from './grant.mjs';
import { world } from './world.mjs';

const DPoP = handle(await oauth.generateKeyPair('ES256'));
const PAYEE = 'DE89370400440532013000';

export const LARGE = '2500.00';

export async function read(what) {
  const url = new URL(`${world.origin}/accounts/1`);
  return request(what, DPoP, await credentials(DPoP), url);
}

// Asks the person for this wire, sends it, and returns what the gate challenges for.
export async function wire(what, amount, { challenge, payee = PAYEE, path = '/wires' } = {}) {
  const details = {
    type: 'payment_initiation',
    instructedAmount: { amount, currency: 'EUR' },
    creditorAccount: { iban: payee },
  };
  const token = await consent(DPoP, { scope: 'payments:write', details, challenge });
  const body = JSON.stringify({ amount, currency: 'EUR', creditor: { iban: payee } });
  const headers = new Headers({ 'content-type': 'application/json' });
  const url = new URL(`${world.origin}${path}`);
  const challenges = await request(what, DPoP, token, url, { method: 'POST', headers, body });
  return challenges.find(({ scheme }) => scheme === 'dpop')?.parameters;
}
