/** Countersign beside the sandbox, everything in a temporary folder and on free ports. */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Countersign, startCountersign } from './countersign.ts';
import { Program, answers, freePort, required } from './program.ts';

/** The whole system. */
export interface Stack {
  countersign: Countersign;
  url: string;
  /** The sandbox's identity provider. */
  issuer: string;
  /** Starts Countersign again, with all that it kept; it has to be stopped or gone. */
  restart(): Promise<void>;
  /** The sandbox's BigQuery, as only Countersign and the tests may ask it. */
  bigquery: { url: string; accessToken: string };
  stop(): Promise<void>;
}

/** How a system differs from the usual one. */
export interface UnusualStack {
  /** Lines for `[mail]` instead of a folder of mails. */
  mail?: string;
  /** Lines for `[warehouse]` beyond the usual. */
  warehouse?: string;
  /** What stands before BigQuery, given its address: where Countersign finds it. */
  before?: (bigquery: string) => Promise<string>;
}

/** Starts the whole system. */
export async function startStack(unusual: UnusualStack = {}): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  const [port, bigqueryPort, identityPort] = [await freePort(), await freePort(), await freePort()];
  const secrets = { clientSecret: secret(), accessToken: secret() };
  const bigquery = `http://127.0.0.1:${bigqueryPort}/bigquery/v2`;
  const issuer = `http://127.0.0.1:${identityPort}`;
  const sandbox = new Program(
    'sandbox',
    [
      required('SANDBOX_PROGRAM'),
      ...['--listen', `127.0.0.1:${bigqueryPort}`],
      ...['--identity-listen', `127.0.0.1:${identityPort}`],
      ...['--redirect-uri', `http://127.0.0.1:${port}/signin/callback`],
      ...['--remember', '100000'],
      ...['--post-logout-redirect-uri', `http://127.0.0.1:${port}/signed-out`],
    ],
    join(folder, 'sandbox.log'),
    { SANDBOX_CLIENT_SECRET: secrets.clientSecret, SANDBOX_ACCESS_TOKEN: secrets.accessToken },
  );
  const discovery = `${issuer}/.well-known/openid-configuration`;
  await sandbox.waitUntil('it was ready', () => answers(discovery));
  const { mail, warehouse, before = (url) => Promise.resolve(url) } = unusual;
  const there = { issuer, bigquery: await before(bigquery), project: 'demo', dataset: 'shop' };
  const neighbours = { ...there, ...secrets, mail, warehouse };
  const countersign = await startCountersign(folder, port, neighbours).catch(async (error) => {
    await sandbox.stop();
    throw error;
  });
  const restart = async () => {
    countersign.program = (await startCountersign(folder, port, neighbours)).program;
  };
  const stop = async () => {
    await countersign.program.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  };
  const { accessToken } = secrets;
  return {
    countersign,
    url: countersign.url,
    issuer,
    bigquery: { url: bigquery, accessToken },
    restart,
    stop,
  };
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}
