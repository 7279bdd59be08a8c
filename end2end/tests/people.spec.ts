/** People at the portal: where they are signed in, and how somebody is kept out at once. */

import type { Page } from '@playwright/test';
import { Ledger } from '../support/ledger.ts';
import { asPerson, choose } from '../support/people.ts';
import { readyAgent } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

test('whoever is disabled is out at once, with their runs', async ({ stack, as }) => {
  const bo = await as('bo');
  const alice = await as('alice');
  const ledger = new Ledger((await as('dana')).page);
  const { agent } = await readyAgent(stack.url, bo.page, alice.page, 'orphan');
  expect((await agent.wait(await agent.intent('SELECT 1 AS one'))).state).toBe('succeeded');
  const before = await ledger.head();

  await test.step('bo disables alice, and has to say why', async () => {
    await openPerson(bo.page, 'Alice Ng');
    await bo.page.getByText('Disable this person').click();
    // Spaces are no reason, though the browser lets them pass.
    await bo.page.getByLabel('Reason').fill('  ');
    await bo.page.getByRole('button', { name: 'Disable' }).click();
    await expect(bo.page.getByText('Say why.').first()).toBeVisible();
    await bo.page.getByLabel('Reason').fill('Left the company');
    await bo.page.getByRole('button', { name: 'Disable' }).click();
    await expect(bo.page.getByText('Left the company')).toBeVisible();
    await expect(bo.page.getByText('Not signed in anywhere')).toBeVisible();
  });
  await test.step('her session, her run and her way in are gone', async () => {
    await alice.page.goto('/sessions');
    await choose(alice.page, 'alice');
    await expect(alice.page.getByText('person_disabled')).toBeVisible();
    const { status, text } = await agent.ask('SELECT 1 AS one');
    expect([status, JSON.parse(text).code]).toEqual([401, 'person_disabled']);
  });
  await test.step('the ledger tells it in one breath', async () => {
    const events = (await ledger.after(before)).map(({ event }) => event);
    const first = events.indexOf('person.disabled');
    const change = ['person.disabled', 'person.sessions_ended', 'run.revoked'];
    expect(events.slice(first, first + 3)).toEqual(change);
    expect(events).toContain('person.sign_in_refused');
  });
  await test.step('let in again, she signs in; the run stays ended', async () => {
    await openPerson(bo.page, 'Alice Ng');
    await bo.page.getByLabel('Reason').fill('It was a mistake');
    await bo.page.getByRole('button', { name: 'Let them in again' }).click();
    await expect(bo.page.getByText('Disable this person')).toBeVisible();
    await alice.page.goto('/signin');
    await choose(alice.page, 'alice');
    await expect(alice.page.getByRole('navigation', { name: 'Countersign' })).toBeVisible();
    expect((await agent.ask('SELECT 1 AS one')).status).toBe(401);
  });
});

test('everybody sees where they are signed in, and ends it there', async ({ as }) => {
  const here = (await as('chen')).page;
  const there = (await as('chen')).page;
  await openOwn(here);
  await expect(here.getByText('this browser')).toHaveCount(1);
  const others = here.getByRole('listitem').filter({ hasNotText: 'this browser' });
  await others.getByRole('button', { name: 'End' }).first().click();
  await expect(here.getByRole('heading', { level: 1 })).toBeVisible();
  await there.goto('/sessions');
  await expect(there.getByRole('navigation', { name: 'Countersign' })).toHaveCount(0);

  await asPerson('chen')(there);
  await openOwn(here);
  await here.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(here.getByText('You are signed out')).toBeVisible();
  await there.goto('/sessions');
  await expect(there.getByRole('navigation', { name: 'Countersign' })).toHaveCount(0);
});

async function openPerson(bo: Page, name: string): Promise<void> {
  await bo.goto('/');
  await bo.getByRole('link', { name: 'People' }).click();
  await bo.getByRole('listitem').filter({ hasText: name }).locator('[data-open]').click();
  await expect(bo.getByRole('heading', { level: 1, name })).toBeVisible();
}

async function openOwn(page: Page): Promise<void> {
  await page.goto('/');
  await page.locator('.me summary').click();
  await page.getByRole('link', { name: 'Where you are signed in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Where you are signed in' })).toBeVisible();
}
