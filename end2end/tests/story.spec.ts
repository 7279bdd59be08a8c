/** The whole story of an agent, its people and their review, with and without JavaScript. */

import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { Agent, type Intent, type Problem } from '../support/agent.ts';
import { command } from '../support/countersign.ts';
import { decodedMail } from '../support/mail.ts';
import { asPerson } from '../support/people.ts';
import { decide, openReview, openRun, proposeAgent, readyToDecide } from '../support/portal.ts';
import { picture } from '../support/pictures.ts';
import { expect, test } from '../support/test.ts';

const GRANTS = ['read demo.shop.orders', 'read demo.shop.customers', 'read demo.shop.products'];
const PURPOSE = 'Find customers whose second order failed';

const HARMLESS = 'SELECT status, COUNT(*) AS n FROM shop.orders GROUP BY status ORDER BY n DESC';
/** Both columns come back masked, and the filter sees masked values only. */
const SENSITIVE = `SELECT c.id, c.email, c.phone, COUNT(*) AS orders
FROM shop.customers AS c
JOIN shop.orders AS o ON o.customer_id = c.id
WHERE c.email LIKE '%@example.com' AND c.phone IS NOT NULL
GROUP BY c.id, c.email, c.phone
ORDER BY orders DESC, c.id
LIMIT 20`;

test('from a proposed agent to a signed review', async ({ stack, as, javaScriptEnabled }) => {
  const people = {
    alice: await as('alice'),
    bo: await as('bo'),
    chen: await as('chen'),
    dana: await as('dana'),
  };
  const alice = people.alice.page;
  const bo = people.bo.page;
  const chen = people.chen.page;
  const dana = people.dana.page;

  const agentPage = await test.step('alice proposes an agent', async () => {
    const proposed = await proposeAgent(alice, 'churn-model', GRANTS);
    await expect(alice.getByText('Proposed', { exact: true }).first()).toBeVisible();
    await expect(alice.getByRole('link', { name: 'Open a run' })).toHaveCount(0);
    await expect(alice.getByRole('button', { name: 'Confirm this agent' })).toHaveCount(0);
    return proposed;
  });

  await test.step('bo, who is not its owner, confirms it', async () => {
    await bo.goto(agentPage);
    await expect(bo.getByText('Read demo.shop.customers')).toBeVisible();
    await bo.getByRole('button', { name: 'Confirm this agent' }).click();
    await expect(bo.getByText('Active', { exact: true })).toBeVisible();
  });

  const { run, token } = await test.step('alice opens a run and sees its token once', async () => {
    const opened = await openRun(alice, agentPage, { purpose: PURPOSE, ticket: 'TICKET-4211' });
    await alice.reload();
    await expect(alice.getByRole('heading', { level: 1, name: PURPOSE })).toBeVisible();
    await expect(alice.locator('#token')).toHaveCount(0);
    expect(await alice.content()).not.toContain(opened.token);
    return opened;
  });
  const agent = new Agent(stack.url, token);

  await test.step('a harmless query runs at once', async () => {
    const ended = await agent.wait(await agent.intent(HARMLESS, 'How orders end'));
    expect(ended).toMatchObject({ state: 'succeeded' });
    expect(ended.approval).toBeUndefined();
    await expectResultsInEveryForm(agent, ended);
  });

  const approved = await test.step('a query on customers waits', async () => {
    await chen.goto('/');
    const waiting = await agent.intent(SENSITIVE, 'Whom to win back');
    expect(waiting.state).toBe('pending_approval');
    expect(waiting.approval?.page).toBe(`${stack.url}/approvals/${waiting.approval?.id}`);
    return waiting;
  });

  await test.step('chen approves it in his own browser', async () => {
    const ended = agent.wait(approved);
    // With JavaScript the row comes by itself.
    if (!javaScriptEnabled) await chen.reload();
    await chen.getByRole('link', { name: 'Whom to win back' }).click();
    await expect(chen.getByRole('heading', { level: 1 })).toContainText('Whom to win back');
    await expectReasonsToDecide(chen);
    await readyToDecide(chen, `/approvals/${approved.approval?.id}`, asPerson('chen'));
    await picture(chen, 'approval');
    await chen.getByLabel('Comment').fill('Agreed with support');
    await chen.getByRole('button', { name: 'Approve once' }).click();
    await expect(chen.getByText('Agreed with support')).toBeVisible();
    expect(await ended).toMatchObject({ state: 'succeeded' });
    if (!javaScriptEnabled) await chen.reload();
    await expect(chen.getByText('It ran; its result is sealed.')).toBeVisible();
  });

  const masked = await test.step('the rows come back masked', async () => {
    const { rows } = JSON.parse((await agent.results(approved, 'application/json')).text);
    expect(rows).toHaveLength(20);
    for (const { email, phone } of rows) {
      expect(email).toBe('XXXXX@example.com');
      expect(phone).toMatch(/^XXXXX\d{4}$/);
    }
    return String(rows[0].phone);
  });

  await test.step('a second waiting query is denied with a reason', async () => {
    const waiting = await agent.intent('SELECT name, phone FROM shop.customers LIMIT 5', 'Call them');
    const ended = agent.wait(waiting);
    const page = `/approvals/${waiting.approval?.id}`;
    await decide(bo, page, 'Deny', 'Nobody calls customers', asPerson('bo'));
    await expect(bo.getByText('It did not run; the agent was told why.')).toBeVisible();
    const { state, approval } = await ended;
    expect(state).toBe('denied');
    expect(approval?.votes).toEqual([{ ballot: 'deny', comment: 'Nobody calls customers' }]);
  });

  await test.step('a DROP is blocked', async () => {
    const answer = await agent.ask('DROP TABLE shop.orders');
    expect(answer).toMatchObject({ status: 403, type: 'application/problem+json' });
    const problem = JSON.parse(answer.text) as Problem;
    expect(problem.intent).toMatch(/^int_/);
    const still = await agent.wait(await agent.intent('SELECT COUNT(*) AS n FROM shop.orders'));
    expect(still.state).toBe('succeeded');
  });

  await test.step('the approvers were told by mail', async () => {
    const mails = decodedMail(stack.countersign.folder).join('\n');
    expect(mails).toContain(`${stack.url}/approvals/${approved.approval?.id}`);
    expect(mails).toContain('chen@example.com');
  });

  await test.step('alice replays the session', async () => {
    await alice.goto(`/runs/${run}`);
    await alice.getByRole('link', { name: 'Replay', exact: true }).click();
    const rows = alice.getByRole('region', { name: 'Rows as delivered' });
    await expect(rows.getByText(masked).first()).toBeVisible();
    await expect(alice.getByText('Agreed with support').first()).toBeVisible();
    await expect(alice.getByText('Nobody calls customers').first()).toBeVisible();
    await expect(alice.getByRole('group', { name: 'Timeline' })).toBeVisible();
    await seek(alice);
    if (javaScriptEnabled) await playTheSession(alice);
    const events = alice.getByRole('list', { name: 'Events' });
    await events.getByRole('link', { name: /20 rows, masked and sealed/ }).click();
    await picture(alice, 'replay');
  });

  await test.step('alice ends the run in the list of her own', async () => {
    await alice.goto('/runs');
    const row = alice.getByRole('listitem').filter({ hasText: PURPOSE });
    await row.getByRole('button', { name: 'End it' }).click();
    await expect(row.getByText('Revoked', { exact: true })).toBeVisible();
    await expect(row.getByRole('button', { name: 'End it' })).toHaveCount(0);
    const { status, text } = await agent.ask('SELECT 1 AS one');
    expect([status, JSON.parse(text).code]).toEqual([401, 'run_revoked']);
  });

  await test.step('dana reviews every right and signs', async () => {
    await openReview(dana, 'Q4 2026');
    await giveVerdict(dana, 'demo.shop.orders', 'Keep', '');
    await giveVerdict(dana, 'demo.shop.customers', 'Reduce', 'Once a quarter is enough');
    await giveVerdict(dana, 'demo.shop.products', 'Revoke', 'Never used');
    await dana.getByRole('button', { name: 'Sign' }).click();
    await expect(dana.getByRole('heading', { name: 'Signed off' })).toBeVisible();
    await expectReviewAsCsv(dana);
  });

  await test.step('the ledger holds', async () => {
    await dana.goto('/ledger');
    await dana.getByRole('link', { name: 'Verify the chain' }).click();
    await expect(dana.getByText('The chain holds.')).toBeVisible();
    expect(await command(stack.countersign, 'ledger', 'verify')).toMatch(/^\d+ entries verify\. /);
  });

  for (const { complaints } of Object.values(people)) expect(complaints).toEqual([]);
});

async function expectResultsInEveryForm(agent: Agent, intent: Intent): Promise<void> {
  const json = await agent.results(intent, 'application/json');
  expect(json).toMatchObject({ status: 200, type: 'application/json' });
  const { rows } = JSON.parse(json.text) as { rows: { status: string; n: unknown }[] };
  expect(rows.length).toBeGreaterThan(2);
  const lines = await agent.results(intent, 'application/x-ndjson');
  expect(lines.type).toBe('application/x-ndjson');
  expect(lines.text.trim().split('\n').map((line) => JSON.parse(line))).toEqual(rows);
  const csv = await agent.results(intent, 'text/csv');
  expect(csv.type).toMatch(/^text\/csv/);
  const expected = ['status,n', ...rows.map(({ status, n }) => `${status},${n}`)];
  expect(csv.text.trim().split(/\r?\n/)).toEqual(expected);
}

/** Who, why, what and what it costs, before anything is decided. */
async function expectReasonsToDecide(chen: Page): Promise<void> {
  const page = chen.getByRole('main');
  await expect(page).toContainText('churn-model');
  await expect(page).toContainText('Alice Ng');
  await expect(page).toContainText('TICKET-4211');
  await expect(page).toContainText('demo.shop.customers');
  await expect(page).toContainText('pii.email');
  await expect(page.getByRole('heading', { name: 'Why you are asked' })).toBeVisible();
  await expect(page.getByText('Costs')).toBeVisible();
}

/** A mark on the timeline leads to its event. */
async function seek(page: Page): Promise<void> {
  await page.locator('[data-mark]').nth(2).click();
  await expect(page).toHaveURL(/#e3$/);
}

/** Plays, pauses, steps and changes the speed. */
async function playTheSession(page: Page): Promise<void> {
  const position = page.locator('.position');
  const events = await page.locator('.event').count();
  await expect(position).toHaveText(`3 of ${events}`);
  await expect(page.locator('.event.current')).toHaveAttribute('data-event', '3');
  await page.getByLabel('Speed').selectOption('16×');
  await page.getByRole('button', { name: 'Play' }).click();
  await expect(position).not.toHaveText(`3 of ${events}`);
  await page.getByRole('button', { name: 'Pause' }).click();
  const paused = Number((await position.innerText()).split(' ')[0]);
  await page.getByRole('button', { name: 'Previous event' }).click();
  await expect(position).toHaveText(`${paused - 1} of ${events}`);
  await page.getByRole('button', { name: 'Play' }).click();
  // At the end it stops by itself.
  await expect(position).toHaveText(`${events} of ${events}`, { timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
}

async function giveVerdict(dana: Page, table: string, verdict: string, reason: string) {
  const item = dana.locator('.item').filter({ hasText: table });
  if (reason) await item.getByLabel('Reason').fill(reason);
  await item.getByRole('button', { name: verdict }).click();
  await expect(item).toHaveClass(/done/);
}

async function expectReviewAsCsv(dana: Page): Promise<void> {
  const download = dana.waitForEvent('download');
  await dana.getByRole('link', { name: 'Download CSV' }).click();
  const csv = readFileSync(await (await download).path(), 'utf8');
  for (const said of ['demo.shop.orders', 'keep', 'Once a quarter is enough', 'Never used']) {
    expect(csv).toContain(said);
  }
}
