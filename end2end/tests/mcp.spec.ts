/** An MCP client that is not ours, unmodified: the TypeScript SDK of the protocol's authors. */

import {
  Client,
  StreamableHTTPClientTransport,
  discoverOAuthProtectedResourceMetadata,
} from '@modelcontextprotocol/client';
import { decide, readyAgent } from '../support/portal.ts';
import { asPerson } from '../support/people.ts';
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
  // The client itself reads of authorization servers that send people to a page, which ours does
  // not: RFC 8414 lets one without such grants leave that page out.
  const answer = await fetch(new URL('/.well-known/oauth-authorization-server', stack.url));
  const server = (await answer.json()) as { issuer: string; protected_resources: string[] };
  expect(server.issuer).toBe(stack.url);
  expect(server.protected_resources).toContain(address.href);
});
