/** Playwright's `test` with the whole system running, one for each worker. */

import { test as base } from '@playwright/test';
import { type Person, type PersonPage, choose, signIn } from './people.ts';
import { type Stack, startStack } from './stack.ts';

export { expect } from '@playwright/test';

interface TestFixtures {
  /** Signs a person in, in a browser context of their own. */
  as: (person: Person) => Promise<PersonPage>;
}

interface WorkerFixtures {
  stack: Stack;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  stack: [
    async ({}, use) => {
      const stack = await startStack();
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ stack }, use) => use(stack.url),
  as: async ({ browser, baseURL: _ }, use) => {
    const pages: PersonPage[] = [];
    await use(async (person) => {
      const context = await browser.newContext();
      const page = await signIn(await context.newPage(), (page) => choose(page, person));
      pages.push(page);
      return page;
    });
    for (const page of pages) await page.page.context().close();
  },
});
