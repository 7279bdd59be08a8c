/** An MCP client that is not ours, unmodified: the TypeScript SDK of the protocol's authors. */

import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  auth,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
} from '@modelcontextprotocol/client';
import { Host } from '../support/mcp-host.ts';
import { asPerson, choose } from '../support/people.ts';
import { decide, readyAgent, registerAgent } from '../support/portal.ts';
import { expect, test } from '../support/test.ts';

const NEWEST = '2026-07-28';
const COUNT = 'SELECT status, COUNT(*) AS n FROM shop.orders GROUP BY status ORDER BY status';
const SENSITIVE = 'SELECT id, email FROM shop.customers ORDER BY id LIMIT 5';

/** What the tools answer; only what the tests look at. */
interface Told {
  intent: string;
  status: string;
  code: string;
  detail: string;
  approval: { page: string; questions: { id: string; question: string }[] };
  result: { columns: { name: string; masked: boolean }[]; rows: unknown[][]; row_count: number };
}

/** A connected client; without a mode it speaks the protocol as of before 2026-07-28. */
async function connected(url: string, token: string, mode: 'legacy' | { pin: string } = 'legacy') {
  const client = new Client({ name: 'end2end', version: '1' }, { versionNegotiation: { mode } });
  const authProvider = { token: async () => token };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { authProvider }));
  // The client checks structured answers against the schemas that it was told here.
  const { tools } = await client.listTools();
  return { client, tools };
}

async function call(client: Client, name: string, further: Record<string, unknown>) {
  const result = await client.callTool({ name, arguments: further });
  return { isError: result.isError === true, told: result.structuredContent as unknown as Told };
}

test('a query by a client of either age', async ({ stack, as }) => {
  const [alice, bo] = [await as('alice'), await as('bo')];
  const { token } = await readyAgent(stack.url, bo.page, alice.page, 'mcp-counter');
  for (const mode of ['legacy', { pin: NEWEST }] as const) {
    const { client, tools } = await connected(stack.url, token, mode);
    expect(tools.map(({ name }) => name)).toContain('query');
    expect(tools.every(({ outputSchema }) => outputSchema)).toBe(true);
    const { isError, told } = await call(client, 'query', { sql: COUNT, purpose: 'Count orders' });
    expect(isError, JSON.stringify(told)).toBe(false);
    expect(told.status).toBe('succeeded');
    expect(told.result.columns.map(({ name }) => name)).toEqual(['status', 'n']);
    expect(told.result.rows).toHaveLength(told.result.row_count);
    await client.close();
  }
});

test('what waits for people gives masked rows once they agree', async ({ stack, as }) => {
  const [alice, bo, chen] = [await as('alice'), await as('bo'), await as('chen')];
  const { token } = await readyAgent(stack.url, bo.page, alice.page, 'mcp-asker');
  const { client } = await connected(stack.url, token, { pin: NEWEST });

  const asked = await call(client, 'query', { sql: SENSITIVE, purpose: 'Look at five addresses' });
  expect(asked.told.status).toBe('pending_approval');
  const page = new URL(asked.told.approval.page).pathname;
  const waiting = call(client, 'wait', { intent: asked.told.intent, seconds: 30 });
  await decide(chen.page, page, 'Approve once', 'Five is few', asPerson('chen'));
  const { told } = await waiting;
  expect(told.status).toBe('succeeded');
  expect(told.result.columns.map(({ masked }) => masked)).toEqual([false, true]);
  for (const [, email] of told.result.rows) expect(email).toMatch(/^X+@/);
  await client.close();
});

test('what is refused says what to change', async ({ stack, as }) => {
  const [alice, bo] = [await as('alice'), await as('bo')];
  const { token } = await readyAgent(stack.url, bo.page, alice.page, 'mcp-refused');
  const { client } = await connected(stack.url, token);
  const dropped = await call(client, 'query', { sql: 'DROP TABLE shop.customers' });
  expect(dropped).toMatchObject({ isError: true, told: { code: 'destructive' } });
  const vague = await call(client, 'query', { sql: 7 });
  expect(vague).toMatchObject({ isError: true, told: { code: 'invalid_arguments' } });
  await expect(client.callTool({ name: 'approve', arguments: {} })).rejects.toThrow('no such tool');
  await client.close();
});

test('a client without a token finds out where tokens come from', async ({ stack }) => {
  const address = new URL('/mcp', stack.url);
  const client = new Client({ name: 'end2end', version: '1' });
  await expect(client.connect(new StreamableHTTPClientTransport(address))).rejects.toThrow(/401|nauthorized/);
  const about = await discoverOAuthProtectedResourceMetadata(address);
  expect(about.resource).toBe(address.href);
  expect(about.authorization_servers).toEqual([stack.url]);
  const server = await discoverAuthorizationServerMetadata(stack.url);
  expect(server?.issuer).toBe(stack.url);
  expect(server?.code_challenge_methods_supported).toEqual(['S256']);
});

test('a host connects by the address alone, once a person opens the run', async ({ stack, as, browser }) => {
  const [alice, bo] = [await as('alice'), await as('bo')];
  const agentPage = await registerAgent(bo.page, alice.page, 'mcp-host', ['read demo.shop.*']);
  const host = await Host.waiting(agentPage.split('/').at(-1) ?? '');
  const address = new URL('/mcp', stack.url);
  const begun = new StreamableHTTPClientTransport(address, { authProvider: host });
  const client = new Client({ name: 'host', version: '1' }, { versionNegotiation: { mode: { pin: NEWEST } } });
  await expect(client.connect(begun)).rejects.toThrow(UnauthorizedError);

  // The host opens a browser in which nobody is signed in yet.
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(host.authorizationUrl);
  await choose(page, 'alice');
  await expect(page.getByRole('heading', { level: 1, name: 'A client asks for a run' })).toBeVisible();
  await expect(page.getByText(new URL(host.redirectUrl).origin)).toBeVisible();
  await page.getByLabel('What is it for?').fill('Look into orders');
  await page.getByLabel('What may it touch?').fill('read demo.shop.orders');
  await page.getByRole('button', { name: 'Open the run' }).click();
  await expect(page.getByRole('heading', { name: 'Connected' })).toBeVisible();
  await context.close();

  const answer = await host.answer;
  await begun.finishAuth(answer);
  const connected = new Client({ name: 'host', version: '1' }, { versionNegotiation: { mode: { pin: NEWEST } } });
  await connected.connect(new StreamableHTTPClientTransport(address, { authProvider: host }));
  await connected.listTools();
  const counted = await call(connected, 'query', { sql: COUNT, purpose: 'Count orders' });
  expect(counted.told.status, JSON.stringify(counted.told)).toBe('succeeded');
  const beyond = await call(connected, 'query', { sql: SENSITIVE, purpose: 'Look further' });
  expect(beyond.isError).toBe(true);

  // Ten minutes later the host goes on without the person.
  const before = host.tokens()?.access_token;
  expect(await auth(host, { serverUrl: address })).toBe('AUTHORIZED');
  expect(host.tokens()?.access_token).not.toBe(before);
  const again = await call(connected, 'query', { sql: COUNT, purpose: 'Count once more' });
  expect(again.told.status).toBe('succeeded');

  // The token is for MCP; and whoever has seen the code ends the run with it, and gets nothing.
  const token = host.tokens()?.access_token;
  const current = await fetch(new URL('/api/v1/runs/current', stack.url), {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(current.status).toBe(401);
  await expect(begun.finishAuth(answer)).rejects.toThrow(/used before/);
  // The client tries its refresh token once more, and hears why that counts no longer.
  await expect(call(connected, 'query', { sql: COUNT })).rejects.toThrow(/this run was ended/);
});

test('a person refuses a host, and a host that waits elsewhere is not answered', async ({ stack, as }) => {
  const [alice, bo] = [await as('alice'), await as('bo')];
  const agentPage = await registerAgent(bo.page, alice.page, 'mcp-refused-host', ['read demo.shop.*']);
  const host = await Host.waiting(agentPage.split('/').at(-1) ?? '');
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', stack.url), { authProvider: host });
  const client = new Client({ name: 'host', version: '1' });
  await expect(client.connect(transport)).rejects.toThrow(UnauthorizedError);

  const foreign = host.authorizationUrl.replace(/redirect_uri=[^&]*/, 'redirect_uri=https%3A%2F%2Fevil.example%2F');
  await alice.page.goto(foreign);
  await expect(alice.page.getByText('This client cannot be answered')).toBeVisible();
  await alice.page.goto(host.authorizationUrl);
  await alice.page.getByRole('button', { name: 'Refuse' }).click();
  await expect(alice.page.getByRole('heading', { name: 'Connected' })).toBeVisible();
  await expect(transport.finishAuth(await host.answer)).rejects.toThrow(/access_denied/);
});
