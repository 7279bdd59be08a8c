/** BigQuery's own clients as processes, told where to go by their environment alone. */

import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const FOLDER = new URL('../clients', import.meta.url).pathname;

/** What a client is told: the file from the run's page, and where Countersign is. */
export interface Place {
  credentials: string;
  url: string;
}

function environment({ credentials, url }: Place): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    GOOGLE_APPLICATION_CREDENTIALS: credentials,
    BIGQUERY_EMULATOR_HOST: url,
    GOOGLE_CLOUD_PROJECT: 'demo',
  };
}

/** Runs a program to its end; returns what it printed, or fails with it. */
async function run(file: string, parameters: string[], env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, parameters, { env });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${stdout}${stderr}`);
  }
}

/** The Python with google-cloud-bigquery; none where the test command could not bring it. */
export const PYTHON = process.env.CLIENTS_PYTHON;

/** Runs parts of `python_client.py`. */
export async function python(place: Place, ...parts: string[]): Promise<string> {
  return run(PYTHON ?? 'python3', [join(FOLDER, 'python_client.py'), ...parts], environment(place));
}

/** Runs a part that waits for people; `decide` is called with the page where they decide. */
export async function pythonThatWaits(
  place: Place,
  part: string,
  decide: (page: string) => Promise<void>,
): Promise<string> {
  const script = join(FOLDER, 'python_client.py');
  const child = spawn(PYTHON ?? 'python3', [script, part], { env: environment(place) });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  for await (const line of createInterface(child.stdout)) {
    output += `${line}\n`;
    const page = /^waits: (.+)$/.exec(line)?.[1];
    if (page !== undefined) await decide(page);
  }
  if ((await ended) !== 0) throw new Error(output);
  return output;
}

/** Runs `node_client.mjs`. */
export async function node(place: Place): Promise<string> {
  return run(process.execPath, [join(FOLDER, 'node_client.mjs')], environment(place));
}

/** The real `bq`; none where it is not installed: it is in no package registry. */
export const BQ = process.env.CLIENTS_BQ;

/** Runs `bq` with a home of its own; what it prints, of success or failure, with single spaces. */
export async function bq(home: string, url: string, token: string, ...parameters: string[]): Promise<string> {
  const options = ['--api', url, '--project_id', 'demo', `--oauth_access_token=${token}`];
  const env = { PATH: process.env.PATH, HOME: home, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' };
  const said = run(BQ ?? 'bq', [...options, ...parameters], env).catch((error: Error) => error.message);
  return (await said).replaceAll(/\s+/g, ' ');
}
