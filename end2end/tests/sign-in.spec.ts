/** Sign-in, step-up and sign-out at a certified provider that is not ours. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { Agent } from '../support/agent.ts';
import { type Countersign, startCountersign } from '../support/countersign.ts';
import {
  type OpenIdProvider,
  signOutThere,
  signedInThere,
  startOpenIdProvider,
} from '../support/openid-provider.ts';
import { signIn } from '../support/people.ts';
import { openRun, readyToDecide, registerAgent } from '../support/portal.ts';
import { freePort } from '../support/program.ts';
import type { Stack } from '../support/stack.ts';
import { expect, test } from '../support/test.ts';

const PEOPLE = {
  ana: { name: 'Ana Costa', groups: ['analysts'] },
  ben: { name: 'Ben Adeyemi', groups: ['data-stewards', 'platform-admins'] },
  eva: { name: 'Eva Stranger', groups: ['visitors'] },
};
/** A filter on a masked column: high risk. */
const GRAVE = "SELECT id FROM shop.customers WHERE email LIKE '%@example.com' LIMIT 3";

test('people of a certified provider', async ({ stack, browser }) => {
  test.setTimeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  const port = await freePort();
  const provider = await startOpenIdProvider(`http://127.0.0.1:${port}`, PEOPLE);
  const countersign = await startCountersign(folder, port, neighbours(stack, provider));
  try {
    const ben = await personThere(browser, countersign.url, 'ben');
    const ana = await personThere(browser, countersign.url, 'ana');
    await test.step('without a role nobody gets in', async () => {
      const page = await (await browser.newContext({ baseURL: countersign.url })).newPage();
      await page.goto('/signin');
      await signedInThere('eva')(page);
      await expect(page.getByText('no_role')).toBeVisible();
      // The provider knows her by now, and sends her back at once.
      await page.goto('/');
      await expect(page.getByText('no_role')).toBeVisible();
      await expect(page.getByRole('navigation', { name: 'Countersign' })).toHaveCount(0);
    });
    await test.step('a grave decision wants a fresh proof', () => decideGravely(countersign, ana, ben));
    await test.step('an answer counts once', () => replayAnswer(browser, countersign));
    await test.step('a sign-out at the provider ends the session here', async () => {
      await signOutThere(await ben.context().newPage(), provider);
      await ben.goto('/sessions');
      await expect(ben).toHaveURL(new RegExp(provider.issuer));
      await ana.goto('/sessions');
      await expect(ana.getByRole('navigation', { name: 'Countersign' })).toBeVisible();
    });
    await test.step('a new key is noticed', async () => {
      await provider.rotateKeys();
      // The provider is asked for its keys every half minute and not more often.
      await expect(async () => {
        const again = await personThere(browser, countersign.url, 'ben');
        await again.context().close();
      }).toPass({ intervals: [1_000, 5_000], timeout: 60_000 });
    });
  } finally {
    await countersign.program.stop();
    await provider.stop();
    rmSync(folder, { recursive: true });
  }
});

async function decideGravely(countersign: Countersign, ana: Page, ben: Page): Promise<void> {
  const agentPage = await registerAgent(ben, ana, 'grave', ['read demo.shop.*']);
  const { token } = await openRun(ana, agentPage, { purpose: 'Who writes from where' });
  const agent = new Agent(countersign.url, token);
  const waiting = await agent.intent(GRAVE);
  const page = `/approvals/${waiting.approval?.id}`;
  await ben.goto(page);
  await expect(ben.getByRole('button', { name: 'Approve once' })).toHaveCount(0);
  await readyToDecide(ben, page, signedInThere('ben'));
  await ben.getByRole('button', { name: 'Approve once' }).click();
  expect((await agent.wait(waiting)).state).toBe('succeeded');
}

/** The address with the provider's answer, once more. */
async function replayAnswer(browser: Browser, countersign: Countersign): Promise<void> {
  const page = await (await browser.newContext({ baseURL: countersign.url })).newPage();
  const answered = page.waitForRequest((request) => request.url().includes('/signin/callback?'));
  await signIn(page, signedInThere('ana'));
  await page.goto((await answered).url());
  await expect(page.getByText('sign_in_unknown')).toBeVisible();
}

function neighbours(stack: Stack, provider: OpenIdProvider) {
  return {
    issuer: provider.issuer,
    clientSecret: provider.clientSecret,
    identity: 'scopes = ["profile", "email", "groups"]',
    bigquery: stack.bigquery.url,
    accessToken: stack.bigquery.accessToken,
    project: 'demo',
    dataset: 'shop',
  };
}

async function personThere(browser: Browser, baseURL: string, account: string): Promise<Page> {
  const context = await browser.newContext({ baseURL });
  const { page } = await signIn(await context.newPage(), signedInThere(account));
  return page;
}
