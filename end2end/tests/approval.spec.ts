/** The approval page and the inbox in a real browser: one screen, the keyboard, a phone, two at once. */

import type { Page } from '@playwright/test';
import type { Intent } from '../support/agent.ts';
import { asPerson } from '../support/people.ts';
import { readyAgent, readyToDecide } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

const WAITING = `SELECT id, email, country
FROM shop.customers
WHERE country = 'DE'
LIMIT 10`;
/** A filter on a tagged column makes it grave. */
const GRAVE = "SELECT id FROM shop.customers WHERE email LIKE 'a%'";

test('an approver decides within one screen, by keyboard', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const bo = await as('bo');
  const { page: chen, complaints } = await as('chen');
  const { agent } = await readyAgent(stack.url, bo.page, alice, 'one-screen');
  const [first, second] = [await agent.intent(WAITING, 'The first'), await agent.intent(GRAVE, 'Grave')];

  await test.step('the inbox shows the highest risk first, and filters by its address', async () => {
    await chen.goto('/?agent=one-screen');
    await expect(chen.locator('.row [data-open]').first()).toHaveText('Grave');
    await chen.getByLabel('Any risk').selectOption('high');
    await chen.getByRole('button', { name: 'Filter' }).click();
    await expect(chen).toHaveURL(/risk=high.*agent=one-screen/);
    await expect(chen.getByRole('link', { name: 'The first' })).toHaveCount(0);
    await expect(chen).toHaveTitle(/^1 of \d+ requests/);
    await chen.goto('/?agent=one-screen&mine=1');
  });

  await test.step('j and k move, Enter opens', async () => {
    const rows = chen.locator('.row [data-open]');
    // Keys count from when the page has come alive.
    await expect(async () => {
      await chen.keyboard.press('j');
      await expect(rows.nth(0)).toBeFocused({ timeout: 500 });
    }).toPass();
    await chen.keyboard.press('j');
    await expect(rows.nth(1)).toBeFocused();
    await chen.keyboard.press('k');
    await expect(rows.nth(0)).toBeFocused();
    await chen.keyboard.press('j');
    await chen.keyboard.press('Enter');
    await expect(chen.getByRole('heading', { level: 1 })).toContainText('The first');
  });

  await test.step('everything is seen at once', async () => {
    await expectInOneScreen(chen);
    await expect(chen.locator('.sql-tagged').first()).toHaveAttribute('data-tag', 'pii.email');
    await expect(chen.getByRole('complementary')).toContainText('XXXXX@domain');
  });

  await test.step('? says the keys, and a second key goes elsewhere', async () => {
    await chen.keyboard.press('?');
    await expect(chen.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    await chen.keyboard.press('Escape');
    await expect(chen.getByRole('dialog')).toHaveCount(0);
  });

  await test.step('a approves once Enter confirms, and n goes to the next', async () => {
    await chen.keyboard.press('a');
    await expect(chen.getByRole('button', { name: 'Approve once' })).toBeFocused();
    expect((await agent.request(`/intents/${first.id}`)).text).toContain('pending_approval');
    await chen.keyboard.press('Enter');
    await expect(chen.getByText('It ran; its result is sealed.')).toBeVisible();
    await chen.keyboard.press('n');
    await expect(chen).toHaveURL(new RegExp(`/approvals/${second.approval?.id}$`));
  });

  await test.step('d denies once Enter confirms', async () => {
    await readyToDecide(chen, `/approvals/${second.approval?.id}`, asPerson('chen'));
    await chen.getByLabel('Comment').fill('No guessing');
    await chen.keyboard.press('Escape');
    await chen.keyboard.press('d');
    await chen.keyboard.press('Enter');
    await expect(chen.getByText('It did not run; the agent was told why.')).toBeVisible();
  });

  await test.step('what changed since is said', async () => {
    await open(chen, await agent.intent(WAITING.replace("'DE'", "'FR'"), 'The third'));
    const since = chen.getByRole('region', { name: 'Changed since' });
    await expect(since.locator('ins')).toHaveText("'FR'");
    await expect(since.locator('del')).toHaveText("'DE'");
    await open(chen, await agent.intent(WAITING, 'The fourth'));
    await expect(since).toContainText('Word for word the same');
  });

  await test.step('what hides in a text is spelled out', async () => {
    const hidden = await agent.intent(`${WAITING} -- \u{202e}eb ot`, 'Refresh the p\u{430}yroll');
    await open(chen, hidden);
    await expect(chen.getByRole('heading', { level: 1 })).toContainText('U+0430');
    await expect(chen.locator('.sql').first()).toContainText('U+202E');
    await expect(chen.getByRole('complementary')).toContainText('that cannot be seen');
    expect(await chen.content()).not.toContain('\u{202e}');
  });
  expect(complaints).toEqual([]);
});

test('an approver decides on a phone', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: chen } = await as('chen');
  const { agent } = await readyAgent(stack.url, (await as('bo')).page, alice, 'on-the-road');
  await chen.setViewportSize({ width: 390, height: 844 });
  await open(chen, await agent.intent(WAITING, 'From the train'));
  for (const name of ['Deny', 'Approve once']) {
    await expect(chen.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  }
  const why = await chen.getByRole('heading', { name: 'Why you are asked' }).boundingBox();
  const sql = await chen.locator('.sql').first().boundingBox();
  expect(why?.y).toBeLessThan(sql?.y ?? 0);
  expect(await sideways(chen)).toBeLessThanOrEqual(0);
  await chen.getByRole('button', { name: 'Approve once' }).click();
  await expect(chen.getByText('It ran; its result is sealed.')).toBeVisible();
});

test('of two who decide at once, the other sees what happened', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: bo } = await as('bo');
  const { page: chen } = await as('chen');
  const { agent } = await readyAgent(stack.url, bo, alice, 'contested');
  const intent = await agent.intent(WAITING, 'Whose is it');
  await readyToDecide(bo, `/approvals/${intent.approval?.id}`, asPerson('bo'));
  await open(chen, intent);
  // At the very same moment: a moment later, the slower one's buttons would be gone.
  await Promise.all([press(bo, 'Deny'), press(chen, 'Approve once')]);
  const ended = await agent.wait(intent);
  expect(ended.approval?.votes).toHaveLength(1);
  const denied = ended.approval?.votes[0]?.ballot === 'deny';
  const [winner, loser, name] = denied ? [bo, chen, 'Bo Lindqvist'] : [chen, bo, 'Chen Wei'];
  await expect(winner.getByRole('alert')).toHaveCount(0);
  for (const page of [winner, loser]) {
    await expect(page.locator('.signature')).toContainText(`${name} ${denied ? 'denied' : 'approved'}`);
    await expect(page.getByRole('button', { name: 'Approve once' })).toBeHidden();
  }
  await expect(loser.getByRole('alert')).toContainText('decided already');
});

async function open(page: Page, intent: Intent): Promise<void> {
  await readyToDecide(page, `/approvals/${intent.approval?.id}`, asPerson('chen'));
}

function press(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name }).evaluate((button) => (button as HTMLButtonElement).click());
}

function sideways(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

/** The page is no longer than the window, and all of it that helps to decide is in sight. */
async function expectInOneScreen(page: Page): Promise<void> {
  const scrolls = await page.evaluate(() => {
    const { scrollHeight, clientHeight } = document.documentElement;
    return scrollHeight - clientHeight;
  });
  expect(scrolls).toBeLessThanOrEqual(0);
  for (const name of ['Why you are asked', 'Touches', 'Comes back', 'Signatures']) {
    await expect(page.getByRole('heading', { name })).toBeInViewport({ ratio: 1 });
  }
  for (const words of ['on behalf of', 'expires in', 'Costs', 'This agent', 'May also decide']) {
    await expect(page.getByText(words, { exact: false }).first()).toBeInViewport({ ratio: 1 });
  }
  for (const name of ['Deny', 'Approve once']) {
    await expect(page.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  }
}
