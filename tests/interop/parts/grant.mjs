// Access tokens from the authorization server, as oauth4webapi asks for them.
import * as oauth from 'oauth4webapi';
import { keep, note, world } from './world.mjs';

const client = { client_id: 'shop' };
const basic = (id) => oauth.ClientSecretBasic(world.secrets[id]);
const authentication = basic('shop');
const issuer = new URL(world.issuer);
const back = 'https://shop.example/back';

export const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer),
);

// Sends once more where a nonce is demanded: the handle remembers it.
export async function withNonce(send) {
  try {
    return await send();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return send();
  }
}

export function handle(keys) {
  return oauth.DPoP(client, keys);
}

export async function revoke(token) {
  const response = await oauth.revocationRequest(server, client, authentication, token);
  await oauth.processRevocationResponse(response);
}

// One request to the gate, written down. The library throws where the answer challenges: what it read
// of the challenges is the result.
export async function request(what, DPoP, token, url, { method = 'GET', headers, body } = {}) {
  try {
    await note(what, await oauth.protectedResourceRequest(token, method, url, headers, body, { DPoP }));
    return [];
  } catch (error) {
    if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw error;
    await note(what, error.response);
    return error.cause;
  }
}

// A token for a client itself. Without a handle it is bound to nothing.
export async function credentials(DPoP, {
  id = 'shop',
  resource = world.origin,
  scope = 'accounts:read',
  from = server,
} = {}) {
  const client = { client_id: id };
  const parameters = new URLSearchParams({ resource, scope });
  const { access_token: token } = await withNonce(async () => {
    const response = await oauth.clientCredentialsGrantRequest(
      from,
      client,
      basic(id),
      parameters,
      { DPoP },
    );
    return oauth.processClientCredentialsResponse(from, client, response);
  });
  return keep(token);
}

// A token for a person, who signs in and consents.
export async function consent(DPoP, {
  scope,
  details,
  challenge = {},
  resource = world.origin,
}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const parameters = new URLSearchParams({
    response_type: 'code',
    redirect_uri: back,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    resource,
    // This server takes `acr_values` only where `openid` is asked for.
    scope: `openid ${scope}`,
    ...challenge,
  });
  if (details) parameters.set('authorization_details', JSON.stringify([details]));
  const { request_uri: pushed } = await withNonce(async () => {
    const response = await oauth.pushedAuthorizationRequest(
      server,
      client,
      authentication,
      parameters,
      { DPoP },
    );
    return oauth.processPushedAuthorizationResponse(server, client, response);
  });
  const start = new URL(server.authorization_endpoint);
  start.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed });
  const callback = oauth.validateAuthResponse(server, client, await browse(start));
  const { access_token: token } = await withNonce(async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      callback,
      back,
      verifier,
      { DPoP, additionalParameters: { resource } },
    );
    return oauth.processAuthorizationCodeResponse(server, client, response);
  });
  return keep(token);
}

// A browser: follows redirects, keeps cookies, and stops where it leaves the server.
const cookies = new Map();
async function browse(start) {
  let url = start;
  while (url.origin === issuer.origin) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split(/=(.*)/s);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`no way on from ${url.pathname}: ${await response.text()}`);
    url = new URL(location, url);
  }
  return url;
}
