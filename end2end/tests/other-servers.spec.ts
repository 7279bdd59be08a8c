/** The same program at foreign OpenID and BigQuery servers, by configuration alone. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type Page, expect, test } from '@playwright/test';
import { Agent } from '../support/agent.ts';
import { startCountersign } from '../support/countersign.ts';
import {
  LOCAL_BIGQUERY,
  type LocalBigQuery,
  send,
  startLocalBigQuery,
} from '../support/local-bigquery.ts';
import { signedInThere, startOpenIdProvider } from '../support/openid-provider.ts';
import { signIn } from '../support/people.ts';
import { decide, openRun, registerAgent, sendForm } from '../support/portal.ts';
import { freePort } from '../support/program.ts';

const PEOPLE = {
  ana: { name: 'Ana Costa', groups: ['analysts', 'data-stewards'] },
  ben: { name: 'Ben Adeyemi', groups: ['data-stewards', 'platform-admins', 'auditors'] },
};

test('queries of a foreign BigQuery, people of a foreign provider', async ({ browser }) => {
  test.setTimeout(300_000);
  test.skip(!LOCAL_BIGQUERY, 'LOCAL_BIGQUERY_PROGRAM names no local-bigquery');

  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  const port = await freePort();
  const bigquery = await startLocalBigQuery(folder, 'clinic');
  await fill(bigquery);
  const provider = await startOpenIdProvider(`http://127.0.0.1:${port}`, PEOPLE);
  const countersign = await startCountersign(folder, port, {
    issuer: provider.issuer,
    clientSecret: provider.clientSecret,
    identity: 'scopes = ["profile", "email", "groups"]',
    bigquery: bigquery.url,
    accessToken: 'unused-there',
    project: 'clinic',
    dataset: 'care',
  });
  try {
    const ana = await personThere(browser, countersign.url, 'ana');
    const ben = await personThere(browser, countersign.url, 'ben');
    const agentPage = await registerAgent(ben, ana, 'triage', ['read clinic.care.*']);
    const { token } = await openRun(ana, agentPage, { purpose: 'Who comes back too soon' });
    await useQueries(new Agent(countersign.url, token), ana, ben);
  } finally {
    await countersign.program.stop();
    await provider.stop();
    await bigquery.program.stop();
    rmSync(folder, { recursive: true });
  }
});

async function useQueries(agent: Agent, ana: Page, ben: Page): Promise<void> {
  const harmless = await agent.wait(
    await agent.intent('SELECT ward, COUNT(*) AS visits FROM care.visits GROUP BY ward ORDER BY ward'),
  );
  expect(harmless.state).toBe('succeeded');
  const { rows } = JSON.parse((await agent.results(harmless, 'application/json')).text);
  expect(rows).toEqual([
    { ward: 'A', visits: 2 },
    { ward: 'B', visits: 1 },
  ]);

  const waiting = await agent.intent('SELECT id, email FROM care.patients ORDER BY id');
  expect(waiting.state).toBe('pending_approval');
  const approval = waiting.approval?.id ?? '';
  // She is an approver, but not of what is asked in her own name.
  await sendForm(ana, 'decide', { approval, ballot: 'approve', comment: '' });
  await ana.goto(`/approvals/${approval}`);
  await expect(ana.getByRole('alert')).toContainText('nobody approves their own request');
  const page = `/approvals/${approval}`;
  await decide(ben, page, 'Approve once', 'For the ward round', signedInThere('ben'));
  const ended = await agent.wait(waiting);
  expect(ended.state).toBe('succeeded');
  const csv = (await agent.results(ended, 'text/csv')).text;
  expect(csv.trim().split(/\r?\n/)).toEqual(['id,email', '1,XXXXX@example.net', '2,XXXXX@example.net']);
}

/** A small clinic, through BigQuery's own API. */
async function fill(bigquery: LocalBigQuery): Promise<void> {
  const project = '/projects/clinic';
  const dataset = { projectId: 'clinic', datasetId: 'care' };
  await send(bigquery, `${project}/datasets`, { datasetReference: dataset });
  const policyTags = { names: ['projects/clinic/locations/us/taxonomies/1/policyTags/pii.email'] };
  const tables = {
    visits: [
      { name: 'patient', type: 'INTEGER' },
      { name: 'ward', type: 'STRING' },
    ],
    patients: [
      { name: 'id', type: 'INTEGER' },
      { name: 'email', type: 'STRING', policyTags },
    ],
  };
  for (const [tableId, fields] of Object.entries(tables)) {
    const tableReference = { ...dataset, tableId };
    await send(bigquery, `${project}/datasets/care/tables`, { tableReference, schema: { fields } });
  }
  const statements = [
    "INSERT INTO care.visits (patient, ward) VALUES (1, 'A'), (1, 'A'), (2, 'B')",
    "INSERT INTO care.patients (id, email) VALUES (1, 'rui@example.net'), (2, 'eva@example.net')",
  ];
  for (const query of statements) {
    await send(bigquery, `${project}/queries`, { query, useLegacySql: false });
  }
}

async function personThere(browser: Browser, baseURL: string, account: string): Promise<Page> {
  const context = await browser.newContext({ baseURL });
  const { page } = await signIn(await context.newPage(), signedInThere(account));
  return page;
}
