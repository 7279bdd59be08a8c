/** What is refused has a stable code, says what to change, and is in the ledger. */

import { createHash, randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { Agent, type Answer, type Problem, type Unusual } from '../support/agent.ts';
import { Ledger } from '../support/ledger.ts';
import { asPerson } from '../support/people.ts';
import { decide, openRun, readyAgent, registerAgent, sendForm } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

const WAITING = 'SELECT email FROM shop.customers LIMIT 1';

/** Requests of an agent that never become an intent. */
const REQUESTS: [what: string, request: Unusual, status: number, code: string][] = [
  ['malformed JSON', post('{"sql":'), 400, 'malformed_json'],
  ['an unknown field', post('{"sql":"SELECT 1","dry":true}'), 422, 'unknown_field'],
  ['a missing field', post('{}'), 422, 'missing_field'],
  ['a field of another type', post('{"sql":1}'), 422, 'invalid_field'],
  ['an oversized body', post(body('x'.repeat(2_000_000))), 413, 'body_too_large'],
  ['oversized SQL', post(body('x'.repeat(300_000))), 422, 'invalid_field'],
  ['no SQL', post(body('')), 422, 'invalid_field'],
  ['another media type', post('', { 'Content-Type': 'text/plain' }), 415, 'unsupported_media_type'],
  ['no idempotency key', post(body('SELECT 1'), { 'Idempotency-Key': '' }), 422, 'invalid_field'],
  ['no token', post(body('SELECT 1'), { Authorization: '' }), 401, 'token_missing'],
  ['another scheme', post(body('SELECT 1'), { Authorization: 'Basic YTpi' }), 401, 'token_malformed'],
  ['a cut token', post(body('SELECT 1'), { Authorization: 'Bearer cst_cut' }), 401, 'token_malformed'],
  ['a changed token', post(body('SELECT 1'), { Authorization: `Bearer ${strayToken()}`.replace(/.$/, '_') }), 401, 'token_tampered'],
  ['a token nobody has', post(body('SELECT 1'), { Authorization: `Bearer ${strayToken()}` }), 401, 'token_unknown'],
];

/** SQL that becomes an intent, and is blocked at once. */
const BLOCKED: [what: string, sql: string, status: number, code: string][] = [
  ['SQL that does not parse', 'SELEC status FROM shop.orders', 422, 'syntax_error'],
  ['an unknown table', 'SELECT * FROM shop.nowhere', 422, 'unknown_table'],
  ['an unknown column', 'SELECT nothing FROM shop.orders', 422, 'unknown_column'],
  ['a table out of scope', 'SELECT * FROM shop.products', 403, 'out_of_scope'],
  ['a second statement', 'SELECT 1; DROP TABLE shop.orders', 403, 'destructive'],
];

test('requests that are no intents', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { agent } = await readyAgent(stack.url, (await as('bo')).page, alice, 'clumsy');
  const ledger = new Ledger((await as('dana')).page);
  for (const [what, request, status, code] of REQUESTS) {
    await test.step(what, async () => {
      const before = await ledger.head();
      expectProblem(await agent.request('/intents', request), status, code);
      await expectRecorded(ledger, before, 'request.refused', code);
    });
  }
});

test('SQL that may not run', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const agentPage = await registerAgent((await as('bo')).page, alice, 'curious', ['read demo.shop.*']);
  const scope = ['read demo.shop.orders'];
  const { token } = await openRun(alice, agentPage, { purpose: 'Only the orders', scope });
  const agent = new Agent(stack.url, token);
  const ledger = new Ledger((await as('dana')).page);
  for (const [what, sql, status, code] of BLOCKED) {
    await test.step(what, async () => {
      const before = await ledger.head();
      const { intent = '' } = expectProblem(await agent.ask(sql), status, code);
      const entries = (await ledger.after(before)).filter(({ subject }) => subject === intent);
      expect(entries.map(({ event }) => event)).toContain('intent.received');
      expect(entries.some(({ payload }) => payload.includes('blocked'))).toBe(true);
    });
  }
});

test('a key that comes again', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { agent } = await readyAgent(stack.url, (await as('bo')).page, alice, 'repeater');
  const ledger = new Ledger((await as('dana')).page);
  const key = randomUUID();
  const first = await agent.ask('SELECT 1 AS one', '', key);
  const again = await agent.ask('SELECT 1 AS one', '', key);
  expect(JSON.parse(again.text).id).toBe(JSON.parse(first.text).id);
  const before = await ledger.head();
  expectProblem(await agent.ask('SELECT 2 AS two', '', key), 409, 'idempotency_key_reused');
  await expectRecorded(ledger, before, 'request.refused', 'idempotency_key_reused');
});

test('a token of a run that was ended', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { agent, run } = await readyAgent(stack.url, (await as('bo')).page, alice, 'ended');
  const ledger = new Ledger((await as('dana')).page);
  const waiting = await agent.intent(WAITING);
  await alice.goto(`/runs/${run}`);
  await alice.getByText('End this run now').click();
  await alice.getByLabel('Reason').fill('The ticket is closed');
  await alice.getByRole('button', { name: 'End it' }).click();
  await expect(alice.getByText('Ended', { exact: true })).toBeVisible();
  const before = await ledger.head();
  expectProblem(await agent.ask('SELECT 1 AS one'), 401, 'run_revoked');
  expectProblem(await agent.request(`/intents/${waiting.id}`), 401, 'run_revoked');
  await expectRecorded(ledger, before, 'request.refused', 'run_revoked');
});

test('votes that do not count', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: bo } = await as('bo');
  const { page: chen } = await as('chen');
  const { page: dana } = await as('dana');
  const ledger = new Ledger(dana);
  const { agent } = await readyAgent(stack.url, bo, alice, 'disputed');

  await test.step('a second vote', async () => {
    const approval = await waitingApproval(agent);
    await decide(chen, `/approvals/${approval}`, 'Approve once', 'Fine', asPerson('chen'));
    await expect(chen.getByText('Fine', { exact: true })).toBeVisible();
    await expectVoteRefused(chen, ledger, approval, 'already');
  });
  await test.step('a vote on what was withdrawn', async () => {
    const { id, approval } = await agent.intent(WAITING);
    expect((await agent.request(`/intents/${id}/cancel`, { method: 'POST' })).status).toBe(200);
    await expectVoteRefused(chen, ledger, approval?.id ?? '', 'already');
  });
  await test.step('a vote of the person who asks', async () => {
    await expectVoteRefused(alice, ledger, await waitingApproval(agent), 'nobody approves their own');
  });
  await test.step('a vote of the auditor', async () => {
    await expectVoteRefused(dana, ledger, await waitingApproval(agent), 'Only approvers decide');
  });
});

test('a vote that another site sends', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: chen } = await as('chen');
  const { agent } = await readyAgent(stack.url, (await as('bo')).page, alice, 'framed');
  const intent = await agent.intent(WAITING);
  const answer = await chen.context().request.post('/ui/decide', {
    headers: { Origin: 'https://evil.example', Accept: 'text/html' },
    form: { approval: intent.approval?.id ?? '', ballot: 'approve', comment: '' },
    maxRedirects: 0,
  });
  expect(answer.status()).toBe(403);
  expect(await answer.json()).toMatchObject({ code: 'cross_site_request' });
  expect((await agent.request(`/intents/${intent.id}`)).text).toContain('pending_approval');
  expect(stack.countersign.program.log()).toContain('a request from another site was refused');
});

test('each door takes its own key only', async ({ stack, as, playwright }) => {
  const { page: alice } = await as('alice');
  const { token } = await readyAgent(stack.url, (await as('bo')).page, alice, 'lost');
  const session = await alice.context().request.get('/api/v1/runs/current');
  expect(session.status()).toBe(401);
  const agent = await playwright.request.newContext({
    baseURL: stack.url,
    extraHTTPHeaders: { Authorization: `Bearer ${token}` },
  });
  const page = await agent.get('/sessions', { maxRedirects: 0 });
  expect(page.status()).toBe(303);
  expect(page.headers().location).toMatch(/^\/signin/);
  await agent.dispose();
});

test('pages that do not exist, and forms that come back', async ({ as }) => {
  const { page: alice } = await as('alice');
  for (const path of ['/nothing', '/approvals/apr_1', '/runs/run_1', '/ledger/no', '/agents/agt_1']) {
    expect((await alice.goto(path))?.status(), path).toBe(404);
    await expect(alice.getByRole('heading', { level: 1 })).toBeVisible();
  }
  expect((await alice.goto('/reviews'))?.status()).toBe(403);

  const { page: bo } = await as('bo');
  await bo.goto('/agents/new');
  await bo.getByLabel('Name').fill('typo');
  await bo.getByLabel('Purpose').fill('Keeps what was typed');
  await bo.getByLabel('Grants').fill('peek demo.shop.orders');
  await bo.getByRole('button', { name: 'Propose' }).click();
  await expect(bo.getByRole('alert')).toContainText('Nothing was changed');
  await expect(bo.getByLabel('Grants')).toHaveAttribute('aria-invalid', 'true');
  await expect(bo.getByLabel('Purpose')).toHaveValue('Keeps what was typed');
});

function post(text: string, headers: Record<string, string> = {}): Unusual {
  const usual = { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() };
  return { method: 'POST', body: text, headers: { ...usual, ...headers } };
}

function body(sql: string): string {
  return JSON.stringify({ sql });
}

/** A well-formed token that no run has. */
function strayToken(): string {
  const random = Buffer.alloc(32, 7).toString('base64url');
  const checksum = createHash('sha256').update(random).digest('base64url').slice(0, 6);
  return `cst_${random}${checksum}`;
}

function expectProblem({ status, type, text }: Answer, expected: number, code: string): Problem {
  expect(text).toContain(code);
  expect({ status, type }).toEqual({ status: expected, type: 'application/problem+json' });
  const problem = JSON.parse(text) as Problem;
  expect(problem).toMatchObject({ status, code, type: `urn:countersign:problem:${code}` });
  expect(problem.request_id).toBeTruthy();
  return problem;
}

async function expectRecorded(ledger: Ledger, before: number, event: string, code: string) {
  const entries = await ledger.after(before);
  const found = entries.find((entry) => entry.event === event && entry.payload.includes(code));
  expect(found, JSON.stringify(entries)).toBeDefined();
}

async function waitingApproval(agent: Agent): Promise<string> {
  return (await agent.intent(WAITING)).approval?.id ?? '';
}

/** Sends the decision's form although the page does not offer it, and reads why it came back. */
async function expectVoteRefused(page: Page, ledger: Ledger, approval: string, why: string) {
  const before = await ledger.head();
  await sendForm(page, 'decide', { approval, ballot: 'approve', comment: 'again' });
  await page.goto(`/approvals/${approval}`);
  await expect(page.getByRole('alert')).toContainText('Nothing was changed');
  await expect(page.getByRole('alert')).toContainText(why);
  const refused = (await ledger.after(before)).filter(({ event }) => event === 'vote.refused');
  expect(refused.map(({ subject }) => subject)).toEqual([approval]);
}
