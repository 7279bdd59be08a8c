/**
 * Every page: readable at every width, in light and dark, with assistive technology. Its pictures
 * are in `results/pages`, to be looked at.
 */

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Intent } from '../support/agent.ts';
import { type Person, type PersonPage, asPerson } from '../support/people.ts';
import { decide, openReview, readyAgent, readyToDecide } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

const WIDTHS = [390, 1280, 1920];
const SCHEMES = ['light', 'dark'] as const;
/** Where axe looks at everything: between them, both layouts and both sets of colours. */
const EXAMINED = ['390 light', '1280 dark'];
/** Where it looks at the colours alone, so that each layout was seen in both sets of them. */
const COLOURS = ['390 dark', '1280 light'];
const WAITING = 'SELECT name, email FROM shop.customers WHERE phone IS NOT NULL LIMIT 3';

/** Where pages about something are. */
interface Places {
  waiting: string;
  decided: string;
  restricted: string;
  agent: string;
  authorize: string;
  run: string;
  review: string;
  person: string;
  draft: string;
  policy: string;
}

/** Who looks at which pages; each view is a test, so that they run beside each other. */
const VIEWS: Record<string, (places: Places) => Partial<Record<Looker, string[]>>> = {
  'those who decide': ({ waiting, decided, restricted }) => ({
    chen: ['/', '/?risk=low', waiting, decided, restricted, `${waiting}/similar`, '/sessions', '/standing-approvals'],
  }),
  'those who administer': ({ waiting, agent, person, draft, policy }) => ({
    bo: [waiting, '/agents/new', agent, '/people', person, '/me', '/policies', policy, draft, '/catalog', '/deliveries'],
  }),
  'those who ask, and those who look back': ({ run, agent, review, authorize }) => ({
    alice: [`/sessions/${run}`, `/runs/${run}`, '/runs', '/runs/new', '/device', '/agents', agent, authorize],
    dana: ['/reviews', review, '/ledger?verify=1', '/ledger/1', '/signed-out'],
  }),
};

for (const [who, view] of Object.entries(VIEWS)) {
  test(`every page is for everybody: ${who}`, async ({ stack, as }) => {
    test.setTimeout(240_000);
    const people = {
      alice: await as('alice'),
      bo: await as('bo'),
      chen: await as('chen'),
      dana: await as('dana'),
    };
    const places = await prepare(stack.url, people);
    for (const [person, paths] of Object.entries(view(places))) {
      const { page, complaints } = people[person as Looker];
      for (const path of paths) await test.step(path, () => expectReadable(page, path));
      expect(complaints).toEqual([]);
    }
  });
}

/** The people who look. */
type Looker = Exclude<Person, 'eli'>;

/** Something for every page to show. */
async function prepare(url: string, people: Record<Looker, PersonPage>): Promise<Places> {
  const { alice, bo, chen, dana } = people;
  const name = `displayed-${randomInt(1_000_000)}`;
  const { agent, agentPage, run } = await readyAgent(url, bo.page, alice.page, name);
  await agent.wait(await agent.intent('SELECT COUNT(*) AS n FROM shop.orders'));
  const done = await agent.intent(WAITING);
  const decided = `/approvals/${done.approval?.id}`;
  await decide(chen.page, decided, 'Approve once', 'Seen', asPerson('chen'));
  await agent.wait(done);
  const waiting = `/approvals/${(await agent.intent(WAITING)).approval?.id}`;
  await approveSimilar(chen.page, await agent.intent("SELECT email FROM shop.customers WHERE country = 'DE'"));
  return {
    waiting,
    restricted: `${waiting}/conditions?row_cap=2`,
    draft: await beginDraft(bo.page, `Displayed as ${name}`),
    decided,
    agent: agentPage,
    authorize: authorizePage(url, agentPage.split('/').at(-1) ?? ''),
    run,
    review: await openReview(dana.page, `Displayed as ${name}`),
    person: await firstOf(bo.page, '/people'),
    policy: await firstOf(bo.page, '/policies'),
  };
}

/** The page to which an MCP client of this machine sends a browser. */
function authorizePage(url: string, agent: string): string {
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: agent,
    redirect_uri: 'http://127.0.0.1:49152/callback',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    resource: `${url}/mcp`,
  });
  return `/oauth2/authorize?${asked}`;
}

async function approveSimilar(chen: Page, intent: Intent): Promise<void> {
  await readyToDecide(chen, `/approvals/${intent.approval?.id}`, asPerson('chen'));
  await chen.getByRole('link', { name: 'Similar…' }).click();
  await chen.getByRole('button', { name: 'Try it on the past' }).click();
  await chen.getByRole('button', { name: 'Approve this and similar queries' }).click();
}

async function beginDraft(bo: Page, title: string): Promise<string> {
  await bo.goto('/policies');
  await bo.getByText('Draft a change').click();
  await bo.getByLabel('What it changes').fill(title);
  await bo.getByRole('button', { name: 'Begin the draft' }).click();
  await expect(bo.getByRole('heading', { level: 1, name: title })).toBeVisible();
  return new URL(bo.url()).pathname;
}

/** The page of the first row of a list. */
async function firstOf(bo: Page, list: string): Promise<string> {
  await bo.goto(list);
  const page = await bo.getByRole('listitem').locator('[data-open]').first().getAttribute('href');
  return page ?? '';
}

async function expectReadable(page: Page, path: string): Promise<void> {
  await page.goto(path);
  expect(await page.title()).toMatch(/\S/);
  await expect(page.getByRole('main')).toHaveCount(1);
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      const sideways = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth - clientWidth;
      });
      expect.soft(sideways, `${path} at ${width}, ${colorScheme}`).toBeLessThanOrEqual(0);
      await portray(page, path, `${width}-${colorScheme}`);
      const view = `${width} ${colorScheme}`;
      if (EXAMINED.includes(view)) await expectAccessible(new AxeBuilder({ page }), path);
      if (COLOURS.includes(view)) {
        await expectAccessible(new AxeBuilder({ page }).withRules('color-contrast'), path);
      }
    }
  }
}

/** Takes the page's picture for whoever looks through them: ids in names become `id`. */
async function portray(page: Page, path: string, how: string): Promise<void> {
  const name = path.replace(/[a-z]{3}_[0-9a-f]{32}/g, 'id').replace(/\W+/g, '-').replace(/^-|-$/g, '').slice(0, 100);
  const owner = (await page.locator('.me-name').allTextContents())[0]?.split(' ')[0] ?? 'nobody';
  await page.screenshot({
    path: join('results', 'pages', `${name || 'inbox'}-${owner}-${how}.png`),
    animations: 'disabled',
  });
}

async function expectAccessible(axe: AxeBuilder, path: string): Promise<void> {
  const { violations } = await axe.analyze();
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3).join(' ')}`);
  expect.soft(grave, path).toEqual([]);
}
