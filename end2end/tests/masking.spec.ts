/** Raw values of sensitive columns stay in BigQuery; masked ones come out. */

import type { Page } from '@playwright/test';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent, Intent } from '../support/agent.ts';
import { Ledger } from '../support/ledger.ts';
import { decodedMail } from '../support/mail.ts';
import { asPerson } from '../support/people.ts';
import { decide, readyAgent } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';
import { rawValues } from '../support/warehouse.ts';

const COLUMNS = 'name, email, phone, ssn, card_number, birth_date, address.street, address.postcode';
const ROWS = 'shop.customers WHERE phone IS NOT NULL AND ssn IS NOT NULL ORDER BY id LIMIT 8';
/** Ways of asking for the same rows, each trying to get around the masks. */
const QUERIES = [
  `SELECT ${COLUMNS} FROM ${ROWS}`,
  `SELECT * FROM ${ROWS}`,
  `SELECT TO_JSON_STRING(c) AS whole FROM shop.customers AS c WHERE c.phone IS NOT NULL AND c.ssn IS NOT NULL ORDER BY c.id LIMIT 8`,
  `SELECT CONCAT('<', LOWER(email), '>') AS mail, REVERSE(REVERSE(ssn)) AS number FROM ${ROWS}`,
];

test('raw values reach nobody', async ({ stack, as }) => {
  const { page: alice } = await as('alice');
  const { page: bo } = await as('bo');
  const { page: chen } = await as('chen');
  const { page: dana } = await as('dana');
  const raw = await rawValues(stack, `SELECT ${COLUMNS} FROM ${ROWS}`);
  expect(raw.length).toBeGreaterThanOrEqual(8 * 7);

  const { agent, agentPage, run } = await readyAgent(stack.url, bo, alice, 'prying');
  const seen = new Map<string, string>();
  const intents: Intent[] = [];
  for (const sql of QUERIES) {
    const waiting = await agent.intent(sql);
    const page = `/approvals/${waiting.approval?.id}`;
    await look(seen, chen, [page, '/']);
    await decide(chen, page, 'Approve once', 'Masked, so be it', asPerson('chen'));
    const ended = await agent.wait(waiting);
    expect(ended.state, sql).toBe('succeeded');
    await look(seen, chen, [page]);
    intents.push(ended);
  }
  await readAnswers(seen, agent, intents);
  await look(seen, alice, [`/runs/${run}`, `/sessions/${run}`, '/sessions', agentPage]);
  await look(seen, dana, [`/sessions/${run}`, '/ledger', '/reviews']);
  for (const entry of await new Ledger(dana).after(0)) {
    seen.set(`ledger entry ${entry.sequence}`, entry.payload);
  }
  const { folder, program } = stack.countersign;
  seen.set('the mail', decodedMail(folder).join('\n'));
  seen.set('the log', program.log());
  for (const name of readdirSync(folder).filter((name) => name.startsWith('countersign.db'))) {
    seen.set(name, readFileSync(join(folder, name), 'utf8'));
  }

  // A search that finds nothing proves something only where the masked values are found.
  const first = intents[0]?.id;
  for (const place of [`JSON of ${first}`, `CSV of ${first}`, `/sessions/${run}`]) {
    expect(seen.get(place), place).toMatch(/XXXXX@example\.(com|net|org)/);
    expect(seen.get(place), place).toMatch(/XXXXX\d{4}/);
  }
  expect(seen.get('the mail')).toContain('pii.email');
  for (const [place, text] of seen) {
    const found = raw.filter((value) => holds(text, value));
    expect(found, `raw values in ${place}`).toEqual([]);
  }
});

/**
 * Whether a raw value is in a text. A short one, such as a postcode, counts where it stands as a
 * whole cell: five digits are found by chance in any log of digests.
 */
function holds(text: string, value: string): boolean {
  return value.length < 8
    ? new RegExp(`(^|[",>])${value}($|[",<])`, 'm').test(text)
    : text.includes(value);
}

/** Keeps what a person's browser shows of these pages. */
async function look(seen: Map<string, string>, page: Page, paths: string[]): Promise<void> {
  for (const path of paths) {
    const answer = await page.goto(path);
    expect(answer?.ok(), path).toBe(true);
    seen.set(path, `${seen.get(path) ?? ''}${await answer?.text()}${await page.content()}`);
  }
}

/** Keeps everything that the API says of these intents. */
async function readAnswers(seen: Map<string, string>, agent: Agent, intents: Intent[]) {
  for (const intent of intents) {
    seen.set(`state of ${intent.id}`, (await agent.request(`/intents/${intent.id}`)).text);
    seen.set(`JSON of ${intent.id}`, (await agent.results(intent, 'application/json')).text);
    seen.set(`lines of ${intent.id}`, (await agent.results(intent, 'application/x-ndjson')).text);
    seen.set(`CSV of ${intent.id}`, (await agent.results(intent, 'text/csv')).text);
  }
}
