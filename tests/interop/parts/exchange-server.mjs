// Exchanges of tokens (RFC 8693), which node-oidc-provider leaves to whoever runs it: a grant of its
// own that issues transaction tokens, each for a record in the server's store. Its revocation endpoint
// (RFC 7009) knows such records and no JWTs, so it is given the record that a transaction token stands
// for.
import { randomUUID } from 'node:crypto';
import { parse, stringify } from 'node:querystring';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT,
} from 'jose';
import { errors } from 'oidc-provider';

export const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS = 'urn:ietf:params:oauth:token-type:access_token';
const TRANSACTION = 'urn:ietf:params:oauth:token-type:txn_token';
const TYPE = 'txntoken+jwt';
const AUDIENCE = 'trust.example';
const LIFETIME = 60;
// It vouches for no more than this.
const MOST = 4000;

// Transaction tokens have a key of their own, so that no other token of the server passes for one.
const { publicKey, privateKey } = await generateKeyPair('ES256');
const kid = 'exchange-1';
export const published = { keys: [{ ...await exportJWK(publicKey), alg: 'ES256', use: 'sig', kid }] };

// The records of what was issued, by `jti`.
const records = new Map();

// Has a server exchange the tokens that it issues with these keys.
export function exchanges(provider, issuer, keys) {
  const issued = createLocalJWKSet({ keys: keys.map(({ d, ...open }) => open) });

  async function exchange(ctx) {
    const { client, params } = ctx.oidc;
    if (params.subject_token_type !== ACCESS || params.requested_token_type !== TRANSACTION) {
      throw new errors.InvalidRequest('only an access token, and only for a transaction token');
    }
    if (params.audience !== AUDIENCE) throw new errors.InvalidTarget('another trust domain');
    const { payload: caller } = await jwtVerify(params.subject_token, issued, { issuer, typ: 'at+jwt' })
      .catch(() => { throw new errors.InvalidGrant('none of the access tokens of this server'); });
    const held = new Set(caller.scope.split(' '));
    if (!params.scope.split(' ').every((scope) => held.has(scope))) {
      throw new errors.InvalidScope('more than the caller has', params.scope);
    }
    const tctx = JSON.parse(params.request_details);
    if (Number(tctx.transaction.instructedAmount.amount) > MOST) {
      throw new errors.AccessDenied('more than this server vouches for');
    }
    const record = new provider.ClientCredentials({ client, scope: params.scope, expiresIn: LIFETIME });
    const jti = randomUUID();
    records.set(jti, await record.save());
    const claims = {
      jti,
      txn: randomUUID(),
      sub: caller.sub,
      scope: params.scope,
      req_wl: client.clientId,
      tctx,
      rctx: JSON.parse(params.request_context),
    };
    ctx.body = {
      access_token: await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: TYPE, kid })
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${LIFETIME}s`)
        .sign(privateKey),
      issued_token_type: TRANSACTION,
      token_type: 'N_A',
      expires_in: LIFETIME,
      scope: params.scope,
    };
  }

  provider.registerGrantType(GRANT, exchange, [
    'audience', 'scope', 'requested_token_type',
    'subject_token', 'subject_token_type', 'request_context', 'request_details',
  ]);

  return {
    // A request of the revocation endpoint, with the record in the place of a transaction token.
    async naming(request) {
      const form = parse(await text(request));
      const token = await jwtVerify(form.token, publicKey, { typ: TYPE }).catch(() => undefined);
      const named = records.get(token?.payload.jti) ?? form.token;
      const body = Buffer.from(stringify({ ...form, token: named }));
      const { method, url, socket } = request;
      const headers = { ...request.headers, 'content-length': String(body.length) };
      return Object.assign(Readable.from([body]), { method, url, socket, headers });
    },
    // How many tokens were issued, and how many of them the server still stands by.
    async count() {
      const found = [...records.values()].map((handle) => provider.ClientCredentials.find(handle));
      const live = (await Promise.all(found)).filter(Boolean);
      return { issued: records.size, live: live.length };
    },
  };
}
