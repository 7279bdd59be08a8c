/** Mail to a real server that fails: none lost, at most one twice, and never in the clear. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type Page, expect, test } from '@playwright/test';
import type { Agent } from '../support/agent.ts';
import { MailServer, installMailServer } from '../support/mail-server.ts';
import { pageOf } from '../support/people.ts';
import { readyAgent } from '../support/portal.ts';
import { startStack } from '../support/stack.ts';

/** Waits for a data steward: bo or chen. */
const WAITING = ['SELECT email FROM shop.customers LIMIT 1', 'SELECT email FROM shop.customers LIMIT 2'];

test.beforeAll(async () => {
  const missing = await installMailServer();
  if (missing) console.log(`Skipped: ${missing}`);
  test.skip(missing !== undefined, missing);
});

test('a failing mail server loses no mail, and gets at most one twice', async ({ browser }) => {
  const faults = ['--faults', '451,abort,stall,550'];
  await withMailServer(browser, 'localhost', faults, async ({ agent, bo, server }) => {
    for (const sql of WAITING) await agent.intent(sql);

    // Two requests to two people: each of the four mails meets one fault.
    const arrived = () => new Set(server.taken().map(({ id }) => id)).size;
    await expect.poll(arrived, { timeout: 40_000 }).toBe(3);
    const happened = (event: string) => server.events().filter((found) => found.event === event);
    expect(happened('550')).toHaveLength(1);
    expect(server.taken().length, 'at most one twice').toBeLessThanOrEqual(4);
    expect(new Set(server.events().map(({ tls }) => tls).filter(Boolean))).toEqual(new Set(['True']));
    for (const { automatic, subject } of server.taken()) {
      expect(automatic).toBe('auto-generated');
      expect(subject).not.toContain('SELECT');
    }

    await bo.goto('/deliveries');
    await expect(bo.getByText('mail_refused')).toHaveCount(1);
    await expect(bo.getByText('given up')).toHaveCount(1);
  });
});

test('a server whose certificate is for another name is told nothing', async ({ browser }) => {
  await withMailServer(browser, 'other.example', [], async ({ agent, bo, server }) => {
    await agent.intent(WAITING[0] ?? '');
    await expect(async () => {
      await bo.goto('/deliveries');
      const told = bo.getByText('mail_server_unavailable').first();
      await expect(told).toBeVisible({ timeout: 1000 });
    }).toPass();
    expect(server.events().map(({ event }) => event)).toEqual(['ready']);
  });
});

interface Scene {
  agent: Agent;
  /** bo's browser. */
  bo: Page;
  server: MailServer;
}

/** Countersign with a mail server that speaks TLS with a certificate for `name`. */
async function withMailServer(
  browser: Browser,
  name: string,
  parameters: string[],
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-mail-'));
  const server = await MailServer.start(folder, '--tls', name, ...parameters);
  const mail = `
smtp_url = "smtp://localhost:${server.port}?tls=required"
ca_file = '${folder}/authority.pem'
timeout_seconds = 3`;
  const stack = await startStack({ mail });
  try {
    const alice = await pageOf(browser, stack.url, 'alice');
    const bo = await pageOf(browser, stack.url, 'bo');
    await pageOf(browser, stack.url, 'chen');
    const { agent } = await readyAgent(stack.url, bo, alice, 'mailing');
    await use({ agent, bo, server });
  } finally {
    await stack.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}
