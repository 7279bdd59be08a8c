/** The sandbox's people, and how they sign in. */

import { type Page, expect } from '@playwright/test';

/** alice asks, bo approves and administers, chen approves, dana reviews and audits. */
export type Person = 'alice' | 'bo' | 'chen' | 'dana';

/** A browser in which somebody is signed in. */
export interface PersonPage {
  page: Page;
  /** What the browser complained about: errors, refused content. */
  complaints: string[];
}

/** Signs a person in through the identity provider's page. */
export async function signIn(page: Page, person: Person): Promise<PersonPage> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
  });
  await page.goto('/signin');
  await page.locator(`button[name=person][value=${person}]`).click();
  await expect(page.getByRole('navigation', { name: 'Countersign' })).toBeVisible();
  return { page, complaints };
}
