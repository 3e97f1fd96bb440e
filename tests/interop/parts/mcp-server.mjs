// An MCP server: that of the TypeScript SDK, with sessions. It checks no credential: whoever is in
// front of it does. It ends when its input does.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

process.stdin.on('end', () => process.exit(0)).resume();

function serve() {
  const server = new McpServer({ name: 'bank', version: '1.0.0' });
  const say = (text) => ({ content: [{ type: 'text', text }] });
  server.registerTool('balance', { inputSchema: { account: z.string() } }, ({ account }) => say(`${account}: 7`));
  server.registerTool(
    'pay',
    { inputSchema: { amount: z.string(), currency: z.string(), iban: z.string() } },
    ({ amount, currency, iban }) => say(`${amount} ${currency} to ${iban}`),
  );
  server.registerTool('close', { inputSchema: {} }, () => say('closed'));
  return server;
}

const sessions = new Map();
const http = createServer(async (request, response) => {
  let transport = sessions.get(request.headers['mcp-session-id']);
  if (!transport) {
    transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => { sessions.set(id, transport); },
    });
    await serve().connect(transport);
  }
  await transport.handleRequest(request, response);
});
http.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: http.address().port })}\n`);
});
