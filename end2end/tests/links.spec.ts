/** Links carry no power: not those in mails, not those on other sites, not a page in a frame. */

import type { APIRequestContext } from '@playwright/test';
import { startForeignSite } from '../support/foreign-site.ts';
import { Ledger } from '../support/ledger.ts';
import { decodedMail } from '../support/mail.ts';
import { formToken, readyAgent } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

const WAITING = 'SELECT id, email FROM shop.customers LIMIT 3';
/** What only says that somebody looked, was kept from it, or was told. */
const LOOKED = ['approval.seen', 'mail.sent', 'notification.addressed', 'request.refused'];

test('a scanner that follows every link of every mail changes nothing', async ({
  stack,
  as,
  playwright,
}) => {
  const { page: alice } = await as('alice');
  const { page: chen } = await as('chen');
  const ledger = new Ledger((await as('dana')).page);
  const { agent } = await readyAgent(stack.url, (await as('bo')).page, alice, 'scanned');
  const intent = await agent.intent(WAITING, 'Look at the mails');
  await expect.poll(() => links(stack.countersign.folder, stack.url)).not.toHaveLength(0);
  await expect.poll(() => links(stack.countersign.folder, stack.url).join(' ')).toContain(intent.approval?.id);
  const before = await ledger.head();

  const stranger = await playwright.request.newContext();
  for (const link of links(stack.countersign.folder, stack.url)) {
    await scan(stranger, link);
    // A scanner in the mail program of somebody who is signed in.
    await scan(chen.context().request, link);
  }
  await stranger.dispose();

  const answer = await agent.request(`/intents/${intent.id}`);
  expect(JSON.parse(answer.text)).toMatchObject({ state: 'pending_approval', approval: { votes: [] } });
  const changes = (await ledger.after(before)).filter(({ event }) => !LOOKED.includes(event));
  expect(changes).toEqual([]);
});

test('a page of the portal in a frame of another site stays empty', async ({ stack, as }) => {
  const { page: chen } = await as('chen');
  const site = await startForeignSite(`<iframe src="${stack.url}/" width="800" height="600"></iframe>`);
  const refused = chen.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
  await chen.goto(site.url);
  await refused;
  await expect(chen.frameLocator('iframe').getByRole('main')).toHaveCount(0);
  site.stop();
});

test('a form that another site sends is refused', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: chen } = await as('chen');
  const { agent } = await readyAgent(stack.url, (await as('bo')).page, alice, 'forged');
  const intent = await agent.intent(WAITING, 'Not from here');
  await chen.goto('/');
  // Even with the token of the form, which another site cannot know.
  const site = await startForeignSite(`
    <form method="post" action="${stack.url}/ui/decide">
      <input name="form_token" value="${await formToken(chen)}">
      <input name="approval" value="${intent.approval?.id}">
      <button name="ballot" value="approve">You have won</button>
    </form>`);
  await chen.goto(site.url);
  const answer = chen.waitForResponse(`${stack.url}/ui/decide`);
  await chen.getByRole('button').click();
  expect((await answer).status()).toBe(403);
  expect((await agent.request(`/intents/${intent.id}`)).text).toContain('pending_approval');
  site.stop();
});

/** Every address of the portal in any mail. */
function links(folder: string, url: string): string[] {
  const found = decodedMail(folder).flatMap((mail) => mail.match(/https?:\/\/[^\s"'<>)\]]+/g) ?? []);
  return [...new Set(found)].filter((link) => link.startsWith(url));
}

async function scan(scanner: APIRequestContext, link: string): Promise<void> {
  for (const method of ['HEAD', 'GET']) {
    const answer = await scanner.fetch(link, { method });
    expect(answer.status(), `${method} ${link}`).toBeLessThan(500);
  }
}
