/** What people do in the portal, step by step as they do it. */

import { type Page, expect } from '@playwright/test';
import { Agent } from './agent.ts';

/** A pipeline that an agent is known by. */
export interface Workload {
  issuer: string;
  claims: string;
}

/** How an agent differs from the usual one. */
export interface UnusualAgent {
  workload?: Workload;
  jobsAtATime?: number;
}

/** The owner proposes an agent by the form; returns the agent's page. */
export async function proposeAgent(
  alice: Page,
  name: string,
  grants: string[],
  { workload, jobsAtATime }: UnusualAgent = {},
): Promise<string> {
  await alice.goto('/agents');
  await alice.getByRole('link', { name: 'Propose an agent' }).click();
  await alice.getByLabel('Name').fill(name);
  await alice.getByLabel('Purpose').fill('Finds customers who are about to leave');
  await alice.getByLabel('Grants').fill(grants.join('\n'));
  if (workload) {
    await alice.getByLabel('Count only with a proof of its key').check();
    await alice.getByText('A pipeline, or a Google service account').click();
    await alice.getByLabel('Issuer of its tokens').fill(workload.issuer);
    await alice.getByLabel('Claims that they carry').fill(workload.claims);
  } else {
    await alice.getByLabel('Count for whoever holds them').check();
  }
  if (jobsAtATime) await alice.getByLabel('Jobs at a time').fill(String(jobsAtATime));
  await alice.getByRole('button', { name: 'Propose' }).click();
  await expect(alice.getByRole('heading', { level: 1, name })).toBeVisible();
  return new URL(alice.url()).pathname;
}

/** The owner proposes an agent, and an administrator confirms it; returns the agent's page. */
export async function registerAgent(
  bo: Page,
  alice: Page,
  name: string,
  grants: string[],
  unusual?: UnusualAgent,
): Promise<string> {
  const agentPage = await proposeAgent(alice, name, grants, unusual);
  await bo.goto(agentPage);
  await bo.getByRole('button', { name: 'Confirm this agent' }).click();
  await expect(bo.getByText('Active', { exact: true })).toBeVisible();
  return agentPage;
}

/** What a person who opens a run fills in. */
export interface RunForm {
  purpose: string;
  ticket?: string;
  scope?: string[];
}

/** An initiator opens a run with an agent; returns the run's page and token. */
export async function openRun(
  alice: Page,
  agentPage: string,
  { purpose, ticket = '', scope }: RunForm,
): Promise<{ run: string; token: string }> {
  await alice.goto(agentPage);
  await alice.getByRole('link', { name: 'Open a run' }).click();
  await alice.getByLabel('What is it for?').fill(purpose);
  await alice.getByLabel('Ticket').fill(ticket);
  if (scope) await alice.getByLabel('What may it touch?').fill(scope.join('\n'));
  await alice.getByRole('button', { name: 'Open the run' }).click();
  await expect(alice.getByRole('heading', { level: 1, name: purpose })).toBeVisible();
  const token = await alice.locator('#token').innerText();
  expect(token).toMatch(/^cst_/);
  return { run: new URL(alice.url()).pathname.split('/').at(-1) ?? '', token };
}

/** Sets up an agent that may read everything, and opens a run with it. */
export async function readyAgent(
  url: string,
  bo: Page,
  alice: Page,
  name: string,
  unusual?: UnusualAgent,
) {
  const agentPage = await registerAgent(bo, alice, name, ['read demo.shop.*'], unusual);
  const purpose = `Look into orders with ${name}`;
  const { run, token } = await openRun(alice, agentPage, { purpose });
  return { agent: new Agent(url, token), agentPage, run, token };
}

/** How somebody proves anew who they are on the identity provider's own pages. */
export type Prove = (page: Page) => Promise<void>;

/** Opens an approval's page; where the risk wants it, the approver proves anew who they are. */
export async function readyToDecide(approver: Page, approval: string, prove: Prove): Promise<void> {
  await approver.goto(approval);
  // Whoever may break the glass finds such a link for that, too.
  const confirm = approver.getByRole('link', { name: 'Confirm that it is you', exact: true });
  if (!(await confirm.isVisible())) return;
  await confirm.click();
  await prove(approver);
  await expect(approver).toHaveURL(new RegExp(`${approval}$`));
}

/** An approver decides on the approval's page. */
export async function decide(
  approver: Page,
  approval: string,
  ballot: 'Approve once' | 'Deny',
  comment: string,
  prove: Prove,
): Promise<void> {
  await readyToDecide(approver, approval, prove);
  await approver.getByLabel('Comment').fill(comment);
  await approver.getByRole('button', { name: ballot }).click();
}

/** The token that every form of this session carries. */
export async function formToken(page: Page): Promise<string> {
  return (await page.locator('meta[name=form-token]').getAttribute('content')) ?? '';
}

/** Sends a form of the portal as the browser does, also when no page offers it. */
export async function sendForm(page: Page, name: string, form: Record<string, string>) {
  return page.context().request.post(`/ui/${name}`, {
    form: { ...form, form_token: await formToken(page) },
    headers: { Accept: 'text/html', Origin: new URL(page.url()).origin },
    maxRedirects: 0,
  });
}

/** A reviewer opens an access review of the usual period; returns its page. */
export async function openReview(dana: Page, name: string): Promise<string> {
  await dana.goto('/reviews');
  const field = dana.getByLabel('Name');
  // Beside reviews that were opened before, the form is folded.
  if (!(await field.isVisible())) await dana.getByText('Open a review', { exact: true }).click();
  await field.fill(name);
  await dana.getByRole('button', { name: 'Open the review' }).click();
  await expect(dana.getByRole('heading', { level: 1, name })).toBeVisible();
  return new URL(dana.url()).pathname;
}
