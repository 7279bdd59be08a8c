/**
 * Power cuts: the program is killed at random moments under load. Afterwards every query that was
 * taken has its answer by exactly one job, and the ledger proves itself.
 *
 * `COUNTERSIGN_KILLS` says how often; every run of the tests kills a few times.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { command } from '../support/countersign.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { pageOf } from '../support/people.ts';
import { readyAgent } from '../support/portal.ts';
import { startStack } from '../support/stack.ts';

const KILLS = Number(process.env.COUNTERSIGN_KILLS ?? 8);
/** Agents that ask at the same time, each one query after the other. */
const AT_ONCE = 4;
/** So long after its start nothing is left over, in milliseconds. */
const RECOVERY = 30_000;

/** How a query may end, and by how many jobs: one that was judged late may find as many run as may. */
const JOBS: Record<string, number> = { succeeded: 1, blocked: 0 };

interface Taken {
  id: string;
  state: string;
}

test('nothing is lost and nothing runs twice, however often the program is killed', async ({ browser }) => {
  test.setTimeout(120_000 + KILLS * 5_000);
  let proxy: FaultProxy | undefined;
  const stack = await startStack({
    before: async (bigquery) => (proxy = await FaultProxy.start(bigquery)).url,
  });
  try {
    const bo = await pageOf(browser, stack.url, 'bo');
    const alice = await pageOf(browser, stack.url, 'alice');
    const { token } = await readyAgent(stack.url, bo, alice, 'survivor');
    const load = new Load(stack.url, token);
    const asking = Array.from({ length: AT_ONCE }, (_, number) => load.keepAsking(number));
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(100 + Math.random() * 900);
      await stack.countersign.program.kill();
      await stack.restart();
    }
    load.end();
    await Promise.all(asking);
    expect(load.taken.length, 'there was load').toBeGreaterThan(KILLS);

    const states = () => Promise.all(load.taken.map((id) => load.state(id)));
    const unended = async () => (await states()).filter((state) => !(state in JOBS));
    await expect.poll(unended, { timeout: RECOVERY }).toEqual([]);
    const ended = await states();
    const jobs = load.taken.map((id) => proxy?.jobs(id));
    expect(jobs, 'one job each').toEqual(ended.map((state) => JOBS[state]));
    expect(await command(stack.countersign, 'ledger', 'verify')).toContain('entries verify');
    const repeated = (proxy?.insertions.length ?? 0) - jobs.filter((count) => count === 1).length;
    const blocked = ended.filter((state) => state === 'blocked').length;
    console.log(`${KILLS} kills, ${ended.length} queries, ${blocked} blocked, ${repeated} more insertions`);
  } finally {
    await stack.stop();
    await proxy?.stop();
  }
});

/** Agents that ask again, under the same key, until they are answered. */
class Load {
  /** The intents that were taken. */
  readonly taken: string[] = [];
  readonly #url: string;
  readonly #authorization: { Authorization: string };
  #ended = false;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#authorization = { Authorization: `Bearer ${token}` };
  }

  end(): void {
    this.#ended = true;
  }

  async keepAsking(agent: number): Promise<void> {
    for (let number = 0; !this.#ended; number++) {
      const intent = await this.#ask(`${agent}-${number}`);
      if (intent) this.taken.push(intent.id);
    }
  }

  async state(id: string): Promise<string> {
    const answer = await fetch(`${this.#url}/api/v1/intents/${id}`, { headers: this.#authorization });
    return ((await answer.json()) as Taken).state;
  }

  /**
   * The same request until there is an answer: that is what idempotency keys are for. None where as
   * many jobs run as may.
   */
  async #ask(key: string): Promise<Taken | undefined> {
    for (;;) {
      const answer = await fetch(`${this.#url}/api/v1/intents`, {
        method: 'POST',
        headers: {
          ...this.#authorization,
          'Content-Type': 'application/json',
          'Idempotency-Key': key,
        },
        body: JSON.stringify({ sql: `SELECT COUNT(*) AS n FROM shop.products -- ${key}` }),
      }).catch(() => undefined);
      if (answer && answer.status < 300) return (await answer.json()) as Taken;
      if (answer && answer.status < 500) {
        const text = await answer.text();
        if (text.includes('concurrent_jobs_cap')) return undefined;
        throw new Error(`${answer.status}: ${text}`);
      }
      await sleep(50);
    }
  }
}
