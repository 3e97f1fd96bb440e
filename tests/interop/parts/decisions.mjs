// A decision service that answers: what it permits, what it denies, what it is not asked about.
import { LARGE, read, wire } from './wires.mjs';
import { say, tell } from './world.mjs';

await read('a read');
await wire('a small wire', '250.00');

const { error, acr_values, max_age } = await wire('signed in as usual', LARGE);
say('asked for', `${error} ${acr_values} ${max_age}`);

// What the gate asked for goes to the authorization server as it is (RFC 9470 section 4).
const challenge = { acr_values, max_age };
await wire('stepped up', LARGE, { challenge });
await wire('more than Cerbos permits', '7500.00', { challenge });
await wire('a payee that Cerbos denies', LARGE, { challenge, payee: 'DE02120300000000202051' });
await wire('a route that Cerbos has no rule for', LARGE, { challenge, path: '/wires/recall' });
tell();
