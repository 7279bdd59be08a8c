/** The sandbox's people, and how they sign in. */

import { type Browser, type Page, expect } from '@playwright/test';

/** alice asks, bo approves and administers, chen approves, dana reviews and audits, eli administers. */
export type Person = 'alice' | 'bo' | 'chen' | 'dana' | 'eli';

/** A browser in which somebody is signed in. */
export interface PersonPage {
  page: Page;
  /** What the browser complained about: errors, refused content. */
  complaints: string[];
}

/** Chooses a person on the sandbox's page. */
export async function choose(page: Page, person: Person): Promise<void> {
  await page.locator(`button[name=person][value=${person}]`).click();
}

/** How a person of the sandbox proves who they are. */
export function asPerson(person: Person): (page: Page) => Promise<void> {
  return (page) => choose(page, person);
}

/** Signs somebody in; `prove` does what the identity provider's pages ask for. */
export async function signIn(page: Page, prove: (page: Page) => Promise<void>): Promise<PersonPage> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()} (${url})`);
  });
  await page.goto('/signin');
  await prove(page);
  await expect(page.getByRole('navigation', { name: 'Countersign' })).toBeVisible();
  return { page, complaints };
}

/** Signs a person of the sandbox in at `url`, in a browser context of their own. */
export async function pageOf(browser: Browser, url: string, person: Person): Promise<Page> {
  const context = await browser.newContext({ baseURL: url });
  return (await signIn(await context.newPage(), asPerson(person))).page;
}
