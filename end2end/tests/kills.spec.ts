/**
 * Power cuts: the program is killed under load, at random moments and at each place where it
 * matters most. Afterwards every query that was taken has its answer by exactly one job, the same
 * that was handed out before, and the ledger proves itself.
 *
 * `COUNTERSIGN_KILLS` says how often; every run of the tests kills a few times.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, expect, test } from '@playwright/test';
import { command, endsAt } from '../support/countersign.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { pageOf } from '../support/people.ts';
import { readyAgent } from '../support/portal.ts';
import { type Stack, startStack } from '../support/stack.ts';

const KILLS = Number(process.env.COUNTERSIGN_KILLS ?? 8);
/** So often in the ten minutes that a run's token lasts. */
const AT_MOST = 100;
/** Places between a request and its rows (`server/src/failpoints.rs`). */
const PLACES = [
  'received',
  'decided',
  'prepared',
  'inserted',
  'running',
  'read',
  'sealing',
  'sealed',
  'released',
];
/** Agents that ask at the same time, each one query after the other. */
const AT_ONCE = 4;
/** So long after its start nothing is left over, in milliseconds. */
const RECOVERY = 30_000;

test('nothing is lost and nothing runs twice, however often the program is killed', async ({ browser }) => {
  test.setTimeout(180_000 + KILLS * 5_000);
  for (let left = KILLS; left > 0; left -= AT_MOST) {
    const kills = Math.min(left, AT_MOST);
    await underLoad(browser, 'survivor', async (stack) => {
      for (let kill = 0; kill < kills; kill++) {
        await sleep(100 + Math.random() * 900);
        await stack.countersign.program.kill();
        await stack.restart();
      }
      return kills;
    });
  }
});

test('nothing is lost and nothing runs twice, wherever the program stops', async ({ browser }) => {
  test.setTimeout(300_000);
  await underLoad(browser, 'phoenix', async (stack) => {
    for (const place of PLACES) {
      await stack.countersign.program.kill();
      await endsAt(stack.countersign, place);
      await stack.restart();
    }
    return PLACES.length;
  });
});

/** Kills while agents ask, and looks at what is left. */
async function underLoad(browser: Browser, name: string, kill: (stack: Stack) => Promise<number>) {
  let proxy: FaultProxy | undefined;
  const stack = await startStack({
    before: async (bigquery) => (proxy = await FaultProxy.start(bigquery)).url,
  });
  try {
    const bo = await pageOf(browser, stack.url, 'bo');
    const alice = await pageOf(browser, stack.url, 'alice');
    const { token } = await readyAgent(stack.url, bo, alice, name, { jobsAtATime: 100 });
    const load = new Load(stack.url, token);
    const asking = Array.from({ length: AT_ONCE }, (_, number) => load.keepAsking(number));
    const kills = await kill(stack);
    load.end();
    await Promise.all(asking);
    expect(load.taken.length, 'there was load').toBeGreaterThan(kills);

    await expect.poll(() => load.unended(), { timeout: RECOVERY }).toEqual([]);
    const jobs = load.taken.map((id) => proxy?.jobs(id));
    expect(jobs, 'one job each').toEqual(jobs.map(() => 1));
    expect(new Set(await load.answers()), 'one answer to one question').toHaveProperty('size', 1);
    expect(await command(stack.countersign, 'ledger', 'verify')).toContain('entries verify');
    const repeated = (proxy?.insertions.length ?? 0) - jobs.length;
    console.log(`${kills} kills, ${jobs.length} queries, ${repeated} more insertions`);
  } finally {
    await stack.stop();
    await proxy?.stop();
  }
}

interface Taken {
  id: string;
  state: string;
  problem?: { code: string };
}

/** Agents that ask again, under the same key, until they are answered. */
class Load {
  /** The intents that were taken. */
  readonly taken: string[] = [];
  readonly #url: string;
  readonly #authorization: { Authorization: string };
  readonly #answers: Promise<string>[] = [];
  readonly #succeeded = new Set<string>();
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
      this.taken.push(intent.id);
      this.#answers.push(this.#answer(intent.id));
    }
  }

  /** The states of those that did not succeed yet. */
  async unended(): Promise<string[]> {
    const states = [];
    for (const id of this.taken) {
      if (this.#succeeded.has(id)) continue;
      const state = await this.#state(id);
      if (state === 'succeeded') this.#succeeded.add(id);
      else states.push(state);
    }
    return states;
  }

  /** The rows that each agent was handed, as soon as it could have them. */
  answers(): Promise<string[]> {
    return Promise.all(this.#answers);
  }

  async #state(id: string): Promise<string> {
    const answer = await fetch(`${this.#url}/api/v1/intents/${id}`, { headers: this.#authorization });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    const { state, problem } = (await answer.json()) as Taken;
    return problem ? `${state} (${problem.code})` : state;
  }

  async #answer(id: string): Promise<string> {
    const intent = `${this.#url}/api/v1/intents/${id}`;
    const headers = { ...this.#authorization, Accept: 'text/csv' };
    for (;;) {
      await fetch(`${intent}?wait=10`, { headers }).catch(() => undefined);
      const answer = await fetch(`${intent}/results`, { headers }).catch(() => undefined);
      const text = await answer?.text().catch(() => undefined);
      if (answer?.ok && text) return text;
      await sleep(1000);
    }
  }

  /** The same request until there is an answer: that is what idempotency keys are for. */
  async #ask(key: string): Promise<Taken> {
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
      const mayComeBack = !answer || answer.status >= 500 || answer.headers.has('retry-after');
      if (!mayComeBack) throw new Error(`${answer.status}: ${await answer.text()}`);
      await sleep(50);
    }
  }
}
