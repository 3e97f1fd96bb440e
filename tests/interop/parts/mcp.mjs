// The clients of the TypeScript SDK, both generations, with DPoP in their fetch. Neither needs to know
// of the gate: refusals are errors of one call, and more scope is one more token.
import * as current from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as dpop from 'dpop';
import { consent, credentials, handle } from './grant.mjs';
import { say, tell, world } from './world.mjs';

const url = new URL(`${world.origin}/mcp`);
const keys = await dpop.generateKeyPair('ES256');
const resource = url.href;
const details = {
  type: 'payment_initiation', amount: '12.50', currency: 'EUR', iban: 'DE02100100109307118603',
};
const payment = { amount: '12.50', currency: 'EUR', iban: 'DE02100100109307118603' };

async function session(name, make) {
  let token = await credentials(handle(keys), { resource, scope: 'accounts:read' });
  let challenge;
  const fetching = async (to, init) => {
    const method = init?.method ?? 'GET';
    const headers = new Headers(init?.headers);
    const bare = new URL(to);
    bare.search = '';
    headers.set('authorization', `DPoP ${token}`);
    headers.set('dpop', await dpop.generateProof(keys, bare.href, method, undefined, token));
    const response = await fetch(to, { ...init, headers });
    challenge = response.headers.get('www-authenticate') ?? challenge;
    return response;
  };
  const client = await make(fetching);
  const call = async (what, tool, args) => {
    try {
      const result = await client.callTool({ name: tool, arguments: args });
      say(`${name}: ${what}`, result.content[0].text);
    } catch (error) {
      say(`${name}: ${what}`, `${error.constructor.name} ${error.code}`);
    }
  };
  const { tools } = await client.listTools();
  say(`${name}: tools`, tools.map((tool) => tool.name).join(' '));
  await call('a tool that reads', 'balance', { account: '1' });
  await call('a tool that needs more scope', 'pay', payment);
  const scope = /scope="([^"]*)"/.exec(challenge)[1];
  say(`${name}: asked for`, `${scope} ${new URL(/resource_metadata="([^"]*)"/.exec(challenge)[1]).pathname}`);
  token = await consent(handle(keys), { scope, details, resource });
  await call('another amount', 'pay', { ...payment, amount: '12.51' });
  await call('one argument more', 'pay', { ...payment, memo: 'x' });
  await call('a tool that nobody listed', 'close', {});
  await call('what was granted', 'pay', payment);
  await call('the session goes on', 'balance', { account: '2' });
  await client.close();
}

const info = { name: 'agent', version: '1.0.0' };
await session('sdk', async (fetching) => {
  const client = new Client(info);
  await client.connect(new StreamableHTTPClientTransport(url, { fetch: fetching }));
  return client;
});
await session('client', async (fetching) => {
  const client = new current.Client(info);
  await client.connect(new current.StreamableHTTPClientTransport(url, { fetch: fetching }));
  return client;
});

const metadata = await fetch(`${world.origin}/.well-known/oauth-protected-resource/mcp`);
const document = await metadata.json();
say('metadata', `${document.resource === url.href} ${document.authorization_servers[0] === world.issuer} ${document.scopes_supported.join(' ')}`);
tell();
