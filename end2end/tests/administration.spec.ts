/** Who watches those who decide: a policy by two, an exception and its review, a colleague's votes. */

import { randomInt } from 'node:crypto';
import { decodedMail } from '../support/mail.ts';
import { asPerson } from '../support/people.ts';
import { readyAgent } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

const WAITING = "SELECT id, email FROM shop.customers WHERE country = 'DE' LIMIT 5";
/** Applies to nothing that other tests ask for. */
const FURTHER = `@id("that-day-is-closed")
@reason("The sessions of that day are closed.")
forbid (principal, action, resource)
when { context.reads.contains(Table::"demo.shop.sessions_20250107") };
`;

test('one administrator drafts a policy, and another publishes it', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: bo } = await as('bo');
  const { page: eli } = await as('eli');
  const name = `governed-${randomInt(1_000_000)}`;
  const { agent } = await readyAgent(stack.url, bo, alice, name);
  const sessions = 'SELECT COUNT(*) AS n FROM shop.sessions_20250107';
  expect(await agent.wait(await agent.intent(sessions))).toMatchObject({ state: 'succeeded' });

  const title = `Close that day, says ${name}`;
  await bo.goto('/policies');
  await bo.getByText('Draft a change').click();
  await bo.getByLabel('What it changes').fill(title);
  await bo.getByRole('button', { name: 'Begin the draft' }).click();
  await expect(bo.getByRole('heading', { level: 1, name: title })).toBeVisible();

  await test.step('what is wrong is said with its place', async () => {
    await bo.getByLabel('File').last().fill('sessions.cedar');
    await bo.getByLabel('Policies').last().fill(FURTHER.replace('context.reads', 'context.raeds'));
    await bo.getByRole('button', { name: 'Save and compare' }).click();
    await expect(bo.getByRole('main').getByRole('status')).toContainText('sessions.cedar:4');
  });

  await test.step('what it would have decided of the past is shown', async () => {
    const file = bo.getByLabel('Policies').filter({ hasText: 'raeds' });
    await file.fill(FURTHER);
    await bo.getByRole('button', { name: 'Save and compare' }).click();
    await expect(bo.getByRole('main')).toContainText('The sessions of that day are closed');
  });

  await test.step('its author cannot publish it', async () => {
    await bo.getByRole('button', { name: 'Propose' }).click();
    await expect(bo.getByRole('button', { name: 'Publish' })).toHaveCount(0);
  });

  await test.step('the other administrator publishes it, and it counts at once', async () => {
    await eli.goto('/policies');
    await eli.getByRole('link', { name: title }).click();
    await eli.getByRole('button', { name: 'Publish: in force at once' }).click();
    await expect(eli.getByRole('heading', { level: 1 })).toBeVisible();
    const blocked = await agent.ask(`${sessions} WHERE page_views > 1`);
    expect(blocked.status).toBe(403);
    expect(blocked.text).toContain('The sessions of that day are closed.');
  });
});

test('an administrator breaks the glass, and a reviewer looks at it', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: bo } = await as('bo');
  const { page: eli } = await as('eli');
  const { page: dana } = await as('dana');
  const name = `urgent-${randomInt(1_000_000)}`;
  const { agent } = await readyAgent(stack.url, bo, alice, name);
  const intent = await agent.intent(WAITING, `An emergency of ${name}`);
  const path = `/approvals/${intent.approval?.id}`;

  await eli.goto(path);
  const confirm = eli.getByRole('link', { name: 'confirm that it is you' });
  if (await confirm.isVisible()) {
    await confirm.click();
    await asPerson('eli')(eli);
  }
  await eli.getByText('It cannot wait…').click();
  await eli.getByLabel('Why it cannot wait').fill('The shop is down and nobody of the stewards answers');
  await eli.getByLabel('The ticket of the emergency').fill('INC-77');
  await eli.getByRole('button', { name: 'Break the glass' }).click();
  await expect(eli.getByText('Glass broken').first()).toBeVisible();
  const ran = await agent.wait(intent);
  expect(ran).toMatchObject({ state: 'succeeded' });
  const { text } = await agent.results(ran, 'application/json');
  expect(JSON.parse(text).rows[0].email, 'masked as ever').toContain('XXXXX');

  await dana.goto('/reviews');
  const exception = dana.getByRole('listitem').filter({ hasText: `An emergency of ${name}` }).first();
  await expect(exception).toContainText('INC-77');
  await exception.getByLabel('Why').fill('The shop was down indeed');
  await exception.getByRole('button', { name: 'Justified', exact: true }).click();
  await expect(dana.getByText('The shop was down indeed')).toBeVisible();

  const mails = () => decodedMail(stack.countersign.folder).filter((mail) => mail.includes(name));
  const loud = () => mails().filter((mail) => mail.includes('[BREAK GLASS]'));
  await expect.poll(() => loud().length).toBeGreaterThan(2);
  expect(loud().join('\n')).not.toContain('SELECT');
});

test('an approver who is away lets a colleague decide, and takes it back', async ({ as }) => {
  const { page: chen } = await as('chen');
  const { page: bo } = await as('bo');
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  await chen.goto('/me');
  await chen.getByLabel('Colleague').selectOption({ label: 'Bo Lindqvist (bo@example.com)' });
  await chen.getByLabel('First day').fill(day(20));
  await chen.getByLabel('Last day').fill(day(10));
  await chen.getByRole('button', { name: 'Let them decide' }).click();
  await expect(chen.getByRole('alert')).toContainText('behind the first day');
  await chen.getByLabel('Last day').fill(day(21));
  await chen.getByRole('button', { name: 'Let them decide' }).click();

  const lent = `${day(20)} to ${day(21)}`;
  await bo.goto('/me');
  await expect(bo.getByRole('listitem').filter({ hasText: lent })).toContainText('Bo Lindqvist decides for');
  const row = chen.getByRole('listitem').filter({ hasText: lent });
  await row.getByRole('button', { name: 'Take back' }).click();
  await expect(row).toHaveCount(0);
});

test('somebody turns their digest off, and on again', async ({ as }) => {
  const { page: alice } = await as('alice');
  await alice.goto('/me');
  await alice.getByRole('button', { name: 'Turn it off' }).click();
  await alice.getByRole('button', { name: 'Turn it on' }).click();
  await expect(alice.getByRole('button', { name: 'Turn it off' })).toBeVisible();
});
