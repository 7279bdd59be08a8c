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
  /** The sandbox's BigQuery, as only Countersign and the tests may ask it. */
  bigquery: { url: string; accessToken: string };
  stop(): Promise<void>;
}

/** Starts the whole system; `mail` are lines for `[mail]` instead of a folder of mails. */
export async function startStack(mail?: string): Promise<Stack> {
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
      ...['--post-logout-redirect-uri', `http://127.0.0.1:${port}/signed-out`],
    ],
    join(folder, 'sandbox.log'),
    { SANDBOX_CLIENT_SECRET: secrets.clientSecret, SANDBOX_ACCESS_TOKEN: secrets.accessToken },
  );
  const discovery = `${issuer}/.well-known/openid-configuration`;
  await sandbox.waitUntil('it was ready', () => answers(discovery));
  const neighbours = { issuer, bigquery, ...secrets, project: 'demo', dataset: 'shop', mail };
  const countersign = await startCountersign(folder, port, neighbours).catch(async (error) => {
    await sandbox.stop();
    throw error;
  });
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
    stop,
  };
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}
