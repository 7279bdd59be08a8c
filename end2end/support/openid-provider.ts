/** A foreign identity provider: npm's certified `oidc-provider`, with its own sign-in pages. */

import { randomBytes } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import type { Page } from '@playwright/test';
import Provider from 'oidc-provider';
import { freePort } from './program.ts';

/** The running provider. */
export interface OpenIdProvider {
  issuer: string;
  clientSecret: string;
  stop(): Promise<void>;
}

/** Somebody the provider knows, by the name that is typed into its page. */
interface Account {
  name: string;
  groups: string[];
}

/** Starts a provider whose only client is Countersign at `portal`. */
export async function startOpenIdProvider(
  portal: string,
  accounts: Record<string, Account>,
): Promise<OpenIdProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const clientSecret = randomBytes(24).toString('base64url');
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'countersign',
        client_secret: clientSecret,
        redirect_uris: [`${portal}/signin/callback`],
        post_logout_redirect_uris: [`${portal}/signed-out`],
      },
    ],
    claims: {
      openid: ['sub'],
      profile: ['name'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    findAccount: (_, accountId) => {
      const account = accounts[accountId];
      if (account === undefined) return undefined;
      const email = `${accountId}@example.org`;
      const claims = { sub: accountId, email, email_verified: true, ...account };
      return { accountId, claims: () => claims };
    },
  });
  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { issuer, clientSecret, stop: () => close(server) };
}

/** Signs in and agrees on the provider's own pages. */
export async function signInThere(page: Page, account: string): Promise<void> {
  await page.locator('input[name=login]').fill(account);
  await page.locator('input[name=password]').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
