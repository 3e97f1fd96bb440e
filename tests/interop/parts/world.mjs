// What a client is told, on its input, and what it tells, on its output: one row for each request.
import { readFileSync } from 'node:fs';

// A request fails rather than waits for ever.
setTimeout(() => { throw new Error('the script took too long'); }, 40_000).unref();

export const world = JSON.parse(readFileSync(0, 'utf8'));

const rows = [];
const secrets = [];

export function keep(secret) {
  secrets.push(secret);
  return secret;
}

// Writes down an answer of the gate.
export async function note(what, response) {
  const text = response.bodyUsed ? '' : await response.text();
  let code = '';
  try {
    code = JSON.parse(text).code ?? '';
  } catch { /* The upstream answers in plain text. */ }
  rows.push({ what, status: response.status, code });
  return response;
}

// Writes down something else.
export function say(what, code) {
  rows.push({ what, status: 0, code });
}

export function tell() {
  process.stdout.write(JSON.stringify({ rows, secrets }));
}
