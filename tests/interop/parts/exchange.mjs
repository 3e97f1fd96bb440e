// Wires whose tokens the gate exchanges: what the server issued by then, and what it still stands by.
import { LARGE, wire } from './wires.mjs';
import { say, tell, world } from './world.mjs';

const count = async () => (await fetch(`${world.inside}/exchanged`)).json();

async function send(what, amount, options) {
  const before = await count();
  await wire(what, amount, { path: '/settlements', ...options });
  const { issued } = await count();
  say(`${what}: exchanged`, String(issued - before.issued));
}

const challenge = { acr_values: 'urn:example:loa:3', max_age: 300 };
await send('a small wire', '250.00');
await send('signed in as usual', LARGE);
await send('stepped up', LARGE, { challenge });
await send('more than Cerbos permits', '7500.00', { challenge });
await send('more than the server vouches for', '4500.00', { challenge });

// The gate revokes once the response has ended, whether or not the client waits for it.
let { live } = await count();
for (let tries = 0; tries < 200 && live > 0; tries += 1) {
  await new Promise((later) => { setTimeout(later, 100); });
  ({ live } = await count());
}
const calls = await (await fetch(`${world.inside}/counts`)).json();
say('revoked at the server', String(calls['/token/revocation']));
say('still good', String(live));
tell();
