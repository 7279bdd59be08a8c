/**
 * Every page: readable at every width, in light and dark, with assistive technology. Its pictures
 * are in `results/pages`, to be looked at.
 */

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { join } from 'node:path';
import { asPerson } from '../support/people.ts';
import { decide, openReview, readyAgent } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

const WIDTHS = [390, 1280, 1920];
const SCHEMES = ['light', 'dark'] as const;
/** Where axe looks: both layouts, both sets of colours. */
const EXAMINED = ['390 light', '1280 light', '1280 dark'];
const WAITING = 'SELECT name, email FROM shop.customers WHERE phone IS NOT NULL LIMIT 3';

test('every page is for everybody', async ({ stack, as }) => {
  test.setTimeout(180_000);
  const alice = await as('alice');
  const bo = await as('bo');
  const chen = await as('chen');
  const dana = await as('dana');
  const { agent, agentPage, run } = await readyAgent(stack.url, bo.page, alice.page, 'displayed');
  await agent.wait(await agent.intent('SELECT COUNT(*) AS n FROM shop.orders'));
  const done = await agent.intent(WAITING);
  const page = `/approvals/${done.approval?.id}`;
  await decide(chen.page, page, 'Approve once', 'Seen', asPerson('chen'));
  await agent.wait(done);
  const waiting = `/approvals/${(await agent.intent(WAITING)).approval?.id}`;
  const review = await openReview(dana.page, 'Displayed');

  const pages: [Page, string[]][] = [
    [chen.page, ['/', waiting, `/approvals/${done.approval?.id}`, '/sessions']],
    [
      alice.page,
      [`/sessions/${run}`, `/runs/${run}`, '/runs', '/runs/new', '/device', '/agents', agentPage],
    ],
    [bo.page, [waiting, '/agents/new', agentPage, '/people', await firstPerson(bo.page), '/me']],
    [dana.page, ['/reviews', review, '/ledger?verify=1', '/ledger/1', '/signed-out']],
  ];
  for (const [page, paths] of pages) {
    for (const path of paths) await test.step(path, () => expectReadable(page, path));
  }
  for (const { complaints } of [alice, bo, chen, dana]) expect(complaints).toEqual([]);
});

async function firstPerson(bo: Page): Promise<string> {
  await bo.goto('/people');
  const page = await bo.getByRole('listitem').locator('[data-open]').first().getAttribute('href');
  return page ?? '';
}

async function expectReadable(page: Page, path: string): Promise<void> {
  await page.goto(path);
  expect(await page.title()).toMatch(/\S/);
  await expect(page.getByRole('main')).toHaveCount(1);
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      const sideways = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth - clientWidth;
      });
      expect.soft(sideways, `${path} at ${width}, ${colorScheme}`).toBeLessThanOrEqual(0);
      await portray(page, path, `${width}-${colorScheme}`);
      if (EXAMINED.includes(`${width} ${colorScheme}`)) await expectAccessible(page, path);
    }
  }
}

/** Takes the page's picture for whoever looks through them: ids in names become `id`. */
async function portray(page: Page, path: string, how: string): Promise<void> {
  const name = path.replace(/[a-z]{3}_[0-9a-f]{32}/g, 'id').replace(/\W+/g, '-').replace(/^-|-$/g, '');
  const owner = (await page.locator('.me-name').allTextContents())[0]?.split(' ')[0] ?? 'nobody';
  await page.screenshot({
    path: join('results', 'pages', `${name || 'inbox'}-${owner}-${how}.png`),
    animations: 'disabled',
  });
}

async function expectAccessible(page: Page, path: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3).join(' ')}`);
  expect.soft(grave, path).toEqual([]);
}
