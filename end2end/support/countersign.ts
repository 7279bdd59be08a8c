/** The program under test, started with a configuration of its own. */

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Program, answers, required } from './program.ts';

/** Where the other servers are, and how the program proves itself to them. */
export interface Neighbours {
  issuer: string;
  clientSecret: string;
  bigquery: string;
  accessToken: string;
  project: string;
  dataset: string;
  /** Lines for `[identity]` beyond the usual. */
  identity?: string;
  /** Lines for `[mail]` instead of a folder of mails. */
  mail?: string | undefined;
  /** Lines for `[warehouse]` beyond the usual. */
  warehouse?: string | undefined;
}

/** The running program. */
export interface Countersign {
  url: string;
  /** Everything it keeps: database, mail, secrets. */
  folder: string;
  program: Program;
  configuration: string;
}

/** Starts the program with its data in `folder`, and waits until it is of use. */
export async function startCountersign(
  folder: string,
  port: number,
  neighbours: Neighbours,
): Promise<Countersign> {
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(join(folder, 'client-secret'), neighbours.clientSecret, { mode: 0o600 });
  writeFileSync(join(folder, 'access-token'), neighbours.accessToken, { mode: 0o600 });
  const configuration = join(folder, 'countersign.toml');
  writeFileSync(configuration, configurationText(folder, port, neighbours));
  const program = launch(folder, configuration);
  try {
    await program.waitUntil('it was ready', () => answers(`${url}/readyz`));
    await program.waitUntil('it knew the tables', () =>
      program.log().includes('the catalog has been read'),
    );
  } catch (error) {
    await program.stop();
    throw error;
  }
  return { url, folder, program, configuration };
}

/** Starts it again so that it ends by itself when it comes to this place, and waits for that. */
export async function endsAt(countersign: Countersign, place: string): Promise<void> {
  const { folder, configuration } = countersign;
  await launch(folder, configuration, { COUNTERSIGN_FAILPOINT: place }).end();
}

function launch(folder: string, configuration: string, variables: NodeJS.ProcessEnv = {}): Program {
  const command = [required('COUNTERSIGN_PROGRAM'), 'serve', '--config', configuration];
  return new Program('countersign', command, join(folder, 'countersign.log'), variables);
}

/** Runs one of the program's other commands, such as `ledger verify`; returns what it printed. */
export async function command(countersign: Countersign, ...parameters: string[]): Promise<string> {
  const file = required('COUNTERSIGN_PROGRAM');
  const all = [...parameters, '--config', countersign.configuration];
  return (await promisify(execFile)(file, all)).stdout;
}

function configurationText(folder: string, port: number, neighbours: Neighbours): string {
  return `
[server]
listen = "127.0.0.1:${port}"
public_url = "http://127.0.0.1:${port}"
site_root = '${required('COUNTERSIGN_SITE')}'

[store]
url = 'sqlite://${folder}/countersign.db'

[identity]
issuer = "${neighbours.issuer}"
client_id = "countersign"
client_secret_file = '${folder}/client-secret'
${neighbours.identity ?? ''}

[identity.roles]
initiator = ["analysts"]
approver = ["data-stewards"]
administrator = ["platform-admins"]
reviewer = ["access-reviewers"]
auditor = ["auditors"]

[[oauth.workload_issuers]]
issuer = "${neighbours.issuer}/pipelines"
kind = "github"

[warehouse]
base_url = "${neighbours.bigquery}"
project = "${neighbours.project}"
datasets = ["${neighbours.dataset}"]
default_dataset = "${neighbours.dataset}"
access_token_file = '${folder}/access-token'
${neighbours.warehouse ?? ''}

[approvals]
break_glass_groups = ["platform-admins"]

[mail]
${neighbours.mail ?? `directory = '${folder}/mail'`}
`;
}
