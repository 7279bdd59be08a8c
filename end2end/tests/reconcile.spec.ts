/** `countersign reconcile` beside BigQuery's own list of jobs. */

import { command } from '../support/countersign.ts';
import { readyAgent } from '../support/portal.ts';
import type { Stack } from '../support/stack.ts';
import { expect, test } from '../support/test.ts';

const COUNT = 'SELECT COUNT(*) AS n FROM shop.orders';

test('a query that went around the gateway is listed, and ours is not', async ({ stack, as }) => {
  const [alice, bo] = [await as('alice'), await as('bo')];
  const { agent } = await readyAgent(stack.url, bo.page, alice.page, 'reconciled');
  const before = await around(stack);
  const intent = await agent.wait(await agent.intent(COUNT));
  expect(intent.state).toBe('succeeded');
  expect(await around(stack)).toEqual(before);

  const job = await askBigQuery(stack, { countersign_intent: intent.id });
  const found = (await around(stack)).filter((stray) => !before.some(({ job }) => job === stray.job));
  expect(found).toEqual([
    expect.objectContaining({ job, because: 'other_job', claims: intent.id, statement_type: 'SELECT' }),
  ]);
  await expect(command(stack.countersign, 'reconcile')).rejects.toThrow(/went around Countersign/);
});

/** Somebody asks BigQuery directly, with labels as ours have. */
async function askBigQuery(stack: Stack, labels: Record<string, string>): Promise<string> {
  const answer = await fetch(`${stack.bigquery.url}/projects/demo/queries`, {
    method: 'POST',
    headers: {
      'Authorization': `Bearer ${stack.bigquery.accessToken}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ query: COUNT, useLegacySql: false, labels }),
  });
  const { jobReference } = (await answer.json()) as { jobReference: { jobId: string } };
  return jobReference.jobId;
}

interface Stray {
  job: string;
  because: string;
}

/** What went around; the command fails when there is any. */
async function around(stack: Stack): Promise<Stray[]> {
  const printed = await command(stack.countersign, 'reconcile', '--json').catch(
    (failed: { stdout: string }) => failed.stdout,
  );
  return (JSON.parse(printed) as { around: Stray[] }).around;
}
