/** A foreign identity provider: npm's certified `oidc-provider`, with a sign-in page of ours. */

import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Page } from '@playwright/test';
import Provider, { type JWK } from 'oidc-provider';
import { freePort } from './program.ts';

/** The running provider. */
export interface OpenIdProvider {
  issuer: string;
  clientSecret: string;
  /** From now on, another key signs, and the old one is published no longer. */
  rotateKeys(): Promise<void>;
  stop(): Promise<void>;
}

/** Somebody the provider knows, by the name that is typed into its page. */
interface Account {
  name: string;
  groups: string[];
}

/** How strongly somebody proves who they are here: with whatever is asked for. */
const ACR_VALUES = ['https://refeds.org/profile/sfa', 'https://refeds.org/profile/mfa'];

/** Starts a provider whose only client is Countersign at `portal`. */
export async function startOpenIdProvider(
  portal: string,
  accounts: Record<string, Account>,
): Promise<OpenIdProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const clientSecret = randomBytes(24).toString('base64url');
  const start = async () => {
    const provider = configured(issuer, portal, clientSecret, accounts);
    const server = createServer(answering(provider));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return server;
  };
  let server = await start();
  const rotateKeys = async () => {
    await close(server);
    server = await start();
  };
  return { issuer, clientSecret, rotateKeys, stop: () => close(server) };
}

/** Each one makes its own key. */
function configured(
  issuer: string,
  portal: string,
  clientSecret: string,
  accounts: Record<string, Account>,
): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig' } as JWK;
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'countersign',
        client_secret: clientSecret,
        redirect_uris: [`${portal}/signin/callback`],
        post_logout_redirect_uris: [`${portal}/signed-out`],
        backchannel_logout_uri: `${portal}/signin/backchannel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    acrValues: ACR_VALUES,
    claims: {
      openid: ['sub'],
      profile: ['name'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    // Its own guard would not let it call this machine, where Countersign is.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
    findAccount: (_, accountId) => {
      const account = accounts[accountId];
      if (account === undefined) return undefined;
      const email = `${accountId}@example.org`;
      const claims = { sub: accountId, email, email_verified: true, ...account };
      return { accountId, claims: () => claims };
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys: [key] },
    // Nobody is asked to agree: the one client is the house's own.
    loadExistingGrant: async ({ oidc }) => {
      const { clientId, accountId } = { clientId: oidc.client?.clientId, accountId: oidc.account?.accountId };
      const grant = new provider.Grant({ clientId, accountId });
      grant.addOIDCScope('openid profile email groups');
      await grant.save();
      return grant;
    },
  });
  return provider;
}

/** The provider's own answers, and a page that asks for a name and believes it. */
function answering(provider: Provider) {
  const others = provider.callback();
  return async (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url?.startsWith('/interaction/')) return others(request, response);
    if (request.method !== 'POST') {
      response.setHeader('Content-Type', 'text/html');
      response.end('<form method="post"><input name="login"><button>Sign-in</button></form>');
      return;
    }
    const { params } = await provider.interactionDetails(request, response);
    const asked = String(params.acr_values ?? '').split(' ');
    const acr = asked.find((value) => ACR_VALUES.includes(value)) ?? ACR_VALUES[0];
    const accountId = new URLSearchParams(await body(request)).get('login') ?? '';
    await provider.interactionFinished(request, response, { login: { accountId, acr, amr: ['pwd'] } });
  };
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** Signs in on the provider's own page. */
export function signedInThere(account: string): (page: Page) => Promise<void> {
  return async (page) => {
    await page.locator('input[name=login]').fill(account);
    await page.getByRole('button', { name: 'Sign-in' }).click();
  };
}

/** Ends the session at the provider, on its own page. */
export async function signOutThere(page: Page, provider: OpenIdProvider): Promise<void> {
  await page.goto(`${provider.issuer}/session/end`);
  await page.getByRole('button', { name: 'Yes, sign me out' }).click();
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
