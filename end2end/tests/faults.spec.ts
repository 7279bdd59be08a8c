/** Whatever happens between Countersign and BigQuery: one job, the right answer, or a clear word. */

import { type Browser, expect, test } from '@playwright/test';
import type { Agent } from '../support/agent.ts';
import { CALLS, type Call, FAULTS, FaultProxy } from '../support/fault-proxy.ts';
import { pageOf } from '../support/people.ts';
import { readyAgent } from '../support/portal.ts';
import { type Stack, startStack } from '../support/stack.ts';

for (const call of CALLS) {
  test(`a query gets its answer by one job, whatever happens at: ${call}`, async ({ browser }) => {
    test.setTimeout(240_000);
    await behindProxy(browser, async ({ agent, proxy }) => {
      for (const [number, fault] of FAULTS.entries()) {
        await test.step(fault, async () => {
          proxy.arm(call, fault);
          const intent = await succeeded(agent, sql(call, number));
          expect(proxy.isSpent, 'the fault happened').toBe(true);
          expect(proxy.jobs(intent.id), 'one job').toBe(1);
          const ids = proxy.insertions.filter((one) => one.intent === intent.id).map(({ job }) => job);
          expect(new Set(ids).size, 'under one id').toBe(1);
          const { text } = await agent.results(intent, 'application/json');
          expect(JSON.parse(text).rows).toEqual([{ n: 199 }]);
        });
      }
    });
  });
}

/** Another text each time, and the same answer. */
function sql(call: Call, number: number): string {
  return `SELECT COUNT(*) AS n FROM shop.products WHERE id <> ${number + 1} -- ${call}`;
}

/** Asks until it is taken, as agents do who are told to come back, and waits for the end. */
async function succeeded(agent: Agent, sql: string) {
  const key = `faults-${sql.length}-${Math.random()}`;
  await expect
    .poll(async () => (await agent.ask(sql, 'in spite of all', key)).status, { timeout: 30_000 })
    .toBe(201);
  const taken = JSON.parse((await agent.ask(sql, 'in spite of all', key)).text);
  const ended = await agent.wait(taken);
  expect(ended, JSON.stringify(ended)).toMatchObject({ state: 'succeeded' });
  return ended;
}

interface Scene {
  stack: Stack;
  agent: Agent;
  proxy: FaultProxy;
}

async function behindProxy(browser: Browser, use: (scene: Scene) => Promise<void>): Promise<void> {
  let proxy: FaultProxy | undefined;
  const stack = await startStack({
    warehouse: 'request_timeout_seconds = 2',
    before: async (bigquery) => (proxy = await FaultProxy.start(bigquery)).url,
  });
  try {
    const bo = await pageOf(browser, stack.url, 'bo');
    const alice = await pageOf(browser, stack.url, 'alice');
    const { agent } = await readyAgent(stack.url, bo, alice, 'unlucky');
    if (proxy) await use({ stack, agent, proxy });
  } finally {
    await stack.stop();
    await proxy?.stop();
  }
}
