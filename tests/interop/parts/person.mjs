// The person at the authorization server: signs in as strongly as is asked, and consents to all.
import { interactionPolicy } from 'oidc-provider';

// When there is something to ask: the server's own policy, and a sign-in that is not one of those
// that `acr_values` asks for (RFC 9470 section 5), which the server leaves to whoever runs it.
export const policy = interactionPolicy.base();
const { Check } = interactionPolicy;
policy.get('login').checks.add(new Check('acr', 'another authentication is asked for', ({ oidc }) => {
  const asked = oidc.params.acr_values?.split(' ');
  return !asked || asked.includes(oidc.acr) ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
}));

const USUAL = 'urn:example:loa:1';

export async function visit(provider, request, response) {
  const { prompt, params } = await provider.interactionDetails(request, response);
  const result = prompt.name === 'login'
    ? { login: signIn(params) }
    : { consent: { grantId: await consent(provider, params) } };
  await provider.interactionFinished(request, response, result);
}

// Anew where it has to be fresh. Else it was an hour ago.
function signIn(params) {
  const acr = params.acr_values?.split(' ')[0] ?? USUAL;
  const ago = params.max_age === undefined ? 3600 : 0;
  return { accountId: 'alice', acr, amr: ['hwk'], ts: Math.floor(Date.now() / 1000) - ago };
}

async function consent(provider, params) {
  const grant = new provider.Grant({ accountId: 'alice', clientId: params.client_id });
  grant.addOIDCScope('openid');
  for (const resource of [params.resource].flat()) {
    grant.addResourceScope(resource, params.scope.replace('openid ', ''));
  }
  return grant.save();
}
