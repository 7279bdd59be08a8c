/** A pipeline asks for a run with the documented client, and a person answers in the browser. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Page } from '@playwright/test';
import { Ledger } from '../support/ledger.ts';
import { choose } from '../support/people.ts';
import { picture } from '../support/pictures.ts';
import { registerAgent } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

const CLIENT = new URL('../../docs/guides/pipeline.mjs', import.meta.url).pathname;
const SQL = 'SELECT status, COUNT(*) AS n FROM shop.orders GROUP BY status ORDER BY status';
const PURPOSE = 'Score the orders of last week';

test('a pipeline gets a run once a person has confirmed it', async ({ stack, as }) => {
  const { page: alice, complaints } = await as('alice');
  const { page: bo } = await as('bo');
  const { page: dana } = await as('dana');
  const workload = { issuer: `${stack.issuer}/pipelines`, claims: 'repository_id = 471100815' };
  const grants = ['read demo.shop.*'];
  const agentPage = await registerAgent(bo, alice, 'nightly-churn', grants, { workload });
  const agent = agentPage.split('/').at(-1) ?? '';
  const start = () => new Pipeline(stack.url, stack.issuer, agent);
  const ledger = new Ledger(dana);
  const before = await ledger.head();

  const confirmed = start();
  await test.step('alice types the code and sees who asks for what', async () => {
    await typeCode(alice, 'BBBB-BBBB');
    await expect(alice.getByRole('alert')).toContainText('No pipeline waits with this code');
    await typeCode(alice, await confirmed.code());
    for (const fact of [
      PURPOSE,
      'acme/churn/.github/workflows/nightly.yml@refs/heads/main',
      '471100815',
      'Read demo.shop.orders',
      'only with a proof of the key',
    ]) {
      await expect(alice.getByText(fact).first()).toBeVisible();
    }
  });
  await test.step('she proves anew who she is, and confirms', async () => {
    await alice.getByRole('link', { name: 'Confirm that it is you' }).click();
    await choose(alice, 'alice');
    const confirm = alice.getByRole('button', { name: 'Open this run in my name' });
    await expect(confirm).toBeVisible();
    await picture(alice, 'device');
    await confirm.click();
    await expect(alice.getByText('You confirmed this.')).toBeVisible();
  });
  await test.step('the pipeline goes on by itself and prints its rows', async () => {
    const { status, output } = await confirmed.end();
    expect(output).toMatch(/^status,n\r?\n/);
    expect(status).toBe(0);
    await alice.goto('/runs');
    await expect(alice.getByText(PURPOSE).first()).toBeVisible();
  });

  const refused = start();
  await test.step('what she refuses, the pipeline does not get', async () => {
    await typeCode(alice, await refused.code());
    await alice.getByRole('button', { name: 'Refuse' }).click();
    await expect(alice.getByText('You refused this.')).toBeVisible();
    const { status, errors } = await refused.end();
    expect(errors).toContain('access_denied');
    expect(status).toBe(1);
  });

  const events = (await ledger.after(before)).map(({ event }) => event);
  for (const event of [
    'device.requested',
    'device.code_refused',
    'device.code_entered',
    'person.stepped_up',
    'device.decided',
    'device.redeemed',
    'run.opened',
    'result.released',
    'grant.refused',
  ]) {
    expect(events).toContain(event);
  }
  expect(events.filter((event) => event === 'run.opened')).toHaveLength(1);
  expect(complaints).toEqual([]);
});

async function typeCode(alice: Page, code: string): Promise<void> {
  await alice.goto('/device');
  await alice.getByLabel('Code').fill(code);
  await alice.getByRole('button', { name: 'See what it asks for' }).click();
}

/** The documented client, as a job runs it. */
class Pipeline {
  readonly #process: ChildProcess;
  #output = '';
  #errors = '';

  constructor(url: string, issuer: string, agent: string) {
    const options = ['--url', url, '--client', agent, '--purpose', PURPOSE];
    const scope = ['--scope', 'read demo.shop.orders'];
    const env = { ...process.env, ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer}/pipelines/token` };
    this.#process = spawn(process.execPath, [CLIENT, ...options, ...scope, SQL], { env });
    this.#process.stdout?.on('data', (text: Buffer) => (this.#output += text.toString()));
    this.#process.stderr?.on('data', (text: Buffer) => (this.#errors += text.toString()));
  }

  /** The code that it shows. */
  async code(): Promise<string> {
    await expect.poll(() => this.#errors).toMatch(/type [A-Z]{4}-[A-Z]{4}/);
    return /type ([A-Z]{4}-[A-Z]{4})/.exec(this.#errors)?.[1] ?? '';
  }

  /** What came of it. */
  async end(): Promise<{ status: number | null; output: string; errors: string }> {
    if (this.#process.exitCode === null) await once(this.#process, 'close');
    return { status: this.#process.exitCode, output: this.#output, errors: this.#errors };
  }
}
