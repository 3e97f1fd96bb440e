// A decision service that may be silent: who is not asked about does not wait for it.
import { LARGE, read, wire } from './wires.mjs';
import { tell } from './world.mjs';

await read('a read');
await wire('a small wire', '250.00');
const challenge = { acr_values: 'urn:example:loa:3', max_age: 300 };
await wire('stepped up', LARGE, { challenge });
tell();
