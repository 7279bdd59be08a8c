/** What approvers can say besides yes and no: a question, "and all like it", "by two of us". */

import type { Page } from '@playwright/test';
import { asPerson } from '../support/people.ts';
import { readyAgent, readyToDecide } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

const WAITING = "SELECT id, email FROM shop.customers WHERE country = 'DE' LIMIT 5";

test('an approver asks, and the agent answers', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: chen, complaints } = await as('chen');
  const { agent } = await readyAgent(stack.url, (await as('bo')).page, alice, 'questioned');
  const intent = await agent.intent(WAITING, 'Look them up');
  await readyToDecide(chen, `/approvals/${intent.approval?.id}`, asPerson('chen'));
  await chen.locator('summary', { hasText: 'Ask' }).click();
  await chen.getByLabel('Ask the agent').fill('Why only these?');
  await chen.getByRole('button', { name: 'Send the question' }).click();
  await expect(chen.getByText('No answer yet.')).toBeVisible();

  const asked = JSON.parse((await agent.request(`/intents/${intent.id}`)).text).questions[0];
  expect(asked).toMatchObject({ question: 'Why only these?', answers: [] });
  await agent.answer(intent, asked.id, 'They are the ones of the ticket');
  expect(complaints).toEqual([]);
  // It comes by itself.
  await expect(chen.getByText('They are the ones of the ticket')).toBeVisible();
  await chen.getByRole('button', { name: 'Approve once' }).click();
  expect(await agent.wait(intent)).toMatchObject({ state: 'succeeded' });
});

test('an approver approves all that are alike, until somebody revokes it', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: chen } = await as('chen');
  const { agent } = await readyAgent(stack.url, (await as('bo')).page, alice, 'repeating');
  const first = await agent.intent(WAITING, 'By country');
  await readyToDecide(chen, `/approvals/${first.approval?.id}`, asPerson('chen'));
  await chen.getByRole('link', { name: 'Similar…' }).click();
  await chen.getByRole('button', { name: 'Try it on the past' }).click();
  await chen.getByRole('button', { name: 'Approve this and similar queries' }).click();
  expect(await agent.wait(first)).toMatchObject({ state: 'succeeded' });

  const alike = await agent.intent(WAITING.replace("'DE'", "'FR'"), 'By country');
  expect(await agent.wait(alike)).toMatchObject({ state: 'succeeded' });
  const other = await agent.intent(WAITING.replace('email', 'phone'), 'Something else');
  expect(other.state).toBe('pending_approval');

  await chen.goto('/standing-approvals?agent=repeating');
  await chen.getByText('Revoke', { exact: true }).first().click();
  await chen.getByLabel('Reason').fill('The project is over');
  await chen.getByRole('button', { name: 'Revoke' }).click();
  await expect(chen.getByText('The project is over')).toBeVisible();
  const afterwards = await agent.intent(WAITING.replace("'DE'", "'IT'"), 'By country');
  expect(afterwards.state).toBe('pending_approval');
});

test('an approver lets only so many rows out', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: chen } = await as('chen');
  const { agent } = await readyAgent(stack.url, (await as('bo')).page, alice, 'restrained');
  const intent = await agent.intent(WAITING, 'A few are enough');
  await readyToDecide(chen, `/approvals/${intent.approval?.id}`, asPerson('chen'));
  await chen.locator('summary', { hasText: 'Conditions' }).click();
  await chen.getByLabel('At most so many rows').fill('2');
  await chen.getByRole('button', { name: 'See what would run' }).click();
  await expect(chen.getByText('At most 2 rows leave')).toBeVisible();
  await chen.getByRole('button', { name: 'Approve once, on these conditions' }).click();
  expect(await agent.wait(intent)).toMatchObject({ state: 'succeeded', result: { rows: 2 } });
});

test('two approve what is unmasked, each by typing the name of the agent', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: bo } = await as('bo');
  const { page: chen } = await as('chen');
  const { agent } = await readyAgent(stack.url, bo, alice, 'unveiled');
  const intent = await agent.intent(WAITING, 'Write to them', {
    unmask: ['demo.shop.customers.email'],
    unmask_reason: 'The letters need addresses',
  });
  expect(intent).toMatchObject({ state: 'pending_approval', risk: 'critical' });
  const path = `/approvals/${intent.approval?.id}`;

  await readyToDecide(chen, path, asPerson('chen'));
  await expect(chen.getByText('Critical', { exact: true })).toBeVisible();
  await expect(chen.getByRole('complementary').getByText('not masked')).toBeVisible();
  await approve(chen, 'somebody else');
  await expect(chen.getByRole('alert')).toContainText('type the agent');
  await approve(chen, 'unveiled');
  await expect(chen.locator('.signature')).toHaveCount(2);
  await readyToDecide(bo, path, asPerson('bo'));
  await approve(bo, 'unveiled');
  expect(await agent.wait(intent)).toMatchObject({ state: 'succeeded' });
  const { text } = await agent.results(intent, 'application/json');
  expect(JSON.parse(text).rows[0].email).not.toContain('XXXXX');
});

async function approve(page: Page, typed: string): Promise<void> {
  await page.getByLabel('To approve, type').fill(typed);
  await page.getByRole('button', { name: 'Approve once' }).click();
}
