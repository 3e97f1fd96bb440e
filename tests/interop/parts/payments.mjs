// oauth4webapi: a payment that a person grants, first as usual, then as strongly as the gate asks.
import * as oauth from 'oauth4webapi';
import { consent, credentials, handle, request } from './grant.mjs';
import { say, tell, world } from './world.mjs';

const url = new URL(`${world.origin}/accounts/1/transfers`);
const keys = await oauth.generateKeyPair('ES256');
const DPoP = handle(keys);
const scope = 'payments:write';
const order = {
  amount: '250.00',
  currency: 'EUR',
  creditor: { iban: 'DE89370400440532013000' },
};
const details = {
  type: 'payment_initiation',
  instructedAmount: { amount: '250.00', currency: 'EUR' },
  creditorAccount: { iban: 'DE89370400440532013000' },
};

let challenges;
async function pay(what, token, body) {
  const headers = new Headers({ 'content-type': 'application/json' });
  const options = { method: 'POST', headers, body: JSON.stringify(body) };
  challenges = await request(what, DPoP, token, url, options);
}

await pay('nothing granted', await credentials(DPoP, { scope }), order);

const usual = await consent(DPoP, { scope, details });
await pay('signed in as usual', usual, order);
const { parameters } = challenges.find((challenge) => challenge.scheme === 'dpop');
say('asked for', `${parameters.error} ${parameters.acr_values} ${parameters.max_age}`);

// What the gate asked for goes to the authorization server as it is (RFC 9470 section 4).
const { acr_values, max_age } = parameters;
const stale = await consent(DPoP, { scope, details, challenge: { acr_values } });
await pay('signed in strongly, an hour ago', stale, order);
const strong = await consent(DPoP, { scope, details, challenge: { acr_values, max_age } });
await pay('other amount', strong, { ...order, amount: '250.01' });
await pay('other payee', strong, { ...order, creditor: { iban: 'DE02120300000000202051' } });
await pay('a member more', strong, { ...order, memo: 'thanks' });
await pay('stepped up', strong, order);

// Another grant of the same person does not grant this payment.
const lesser = { ...details, instructedAmount: { amount: '25.00', currency: 'EUR' } };
const other = await consent(DPoP, { scope, details: lesser, challenge: { acr_values } });
await pay('granted less', other, order);
tell();
