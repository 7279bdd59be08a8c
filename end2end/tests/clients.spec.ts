/** BigQuery's own clients, none modified: the file from the run's page is all that they get. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { BQ, type Place, PYTHON, bq, node, python, pythonThatWaits } from '../support/clients.ts';
import { choose } from '../support/people.ts';
import { decide, readyAgent } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

const ORDER = 'SELECT customer_id FROM shop.orders WHERE id = @x';

/** Gets the file of credentials from the run's page. */
async function place(alice: Page, run: string): Promise<Place> {
  await alice.goto(`/runs/${run}`);
  await alice.getByText("Use it from BigQuery's own clients").click();
  const download = alice.waitForEvent('download');
  await alice.getByRole('button', { name: 'Get the file' }).click();
  const credentials = join(mkdtempSync(join(tmpdir(), 'countersign-')), 'credentials.json');
  await (await download).saveAs(credentials);
  const settings = await alice.locator('#clients').innerText();
  expect(settings).toContain('GOOGLE_CLOUD_PROJECT=demo');
  return { credentials, url: /BIGQUERY_EMULATOR_HOST=(\S+)/.exec(settings)?.[1] ?? '' };
}

test('google-cloud-bigquery needs no line changed', async ({ stack, as }) => {
  test.skip(!PYTHON, 'CLIENTS_PYTHON names no Python with google-cloud-bigquery');
  const { page: alice } = await as('alice');
  const { page: bo } = await as('bo');
  const { run } = await readyAgent(stack.url, bo, alice, 'python');
  const here = await place(alice, run);
  await python(here, 'metadata', 'queries', 'parameters', 'jobs', 'failures', 'paging=21000');
  const again = (page: Page) => choose(page, 'bo');
  await pythonThatWaits(here, 'waiting', (page) =>
    decide(bo, page, 'Approve once', 'Go ahead', again),
  );
  await pythonThatWaits(here, 'denied', (page) =>
    decide(bo, page, 'Deny', 'Not without a ticket', again),
  );
  await alice.goto(`/runs/${run}`);
  await alice.getByText('End this run now').click();
  await alice.getByLabel('Reason').fill('Done');
  await alice.getByRole('button', { name: 'End it' }).click();
  await expect(alice.getByText('Ended', { exact: true }).first()).toBeVisible();
  await python(here, 'over');
});

test('@google-cloud/bigquery for Node.js needs no line changed', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: bo } = await as('bo');
  const { run } = await readyAgent(stack.url, bo, alice, 'node');
  await node(await place(alice, run));
});

test('bq queries, lists and shows', async ({ stack, as }) => {
  test.skip(!BQ, 'bq is not installed; it comes with the Google Cloud CLI');
  const { page: alice } = await as('alice');
  const { page: bo } = await as('bo');
  const { token } = await readyAgent(stack.url, bo, alice, 'bq');
  const home = mkdtempSync(join(tmpdir(), 'countersign-'));
  const says = async (expected: string, ...parameters: string[]) =>
    expect(await bq(home, stack.url, token, ...parameters)).toContain(expected);
  const query = ['query', '--use_legacy_sql=false'];
  await says('shop', 'ls');
  // Each takes seconds to start.
  await Promise.all([
    says('customer_revenue VIEW', 'ls', 'demo:shop'),
    says('|- ssn: string', 'show', 'shop.customers'),
    says('| SKU-', 'head', '-n', '1', 'shop.products'),
    says('/approvals/', 'head', '-n', '1', 'shop.customers'),
    says('| 120000 |', ...query, 'SELECT COUNT(*) AS n FROM shop.orders'),
    says('| 254 |', ...query, '--parameter=x:INT64:5', ORDER),
    says('will process 10000000 bytes', ...query, '--dry_run', 'SELECT id FROM shop.orders'),
    says('only GoogleSQL runs here', 'query', 'SELECT 1'),
  ]);
  await says('SUCCESS', 'ls', '-j');
});
