/** A foreign BigQuery: PyPI's `local-bigquery`, in a virtual environment of its own. */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Program, answers, freePort } from './program.ts';

const run = promisify(execFile);

/** Pinned together: the extensions are built for exactly this engine. */
const PACKAGES = [
  'local-bigquery==0.3.2',
  'duckdb==1.5.5',
  'duckdb-extensions==1.5.5',
  'duckdb-extension-ducklake==1.5.5',
  'duckdb-extension-icu==1.5.5',
  'duckdb-extension-spatial==1.5.5',
];
const EXTENSIONS =
  "import duckdb_extensions as d; [d.import_extension(e) for e in ('icu', 'ducklake', 'spatial')]";

const FOLDER = join(homedir(), '.cache/countersign/local-bigquery');
/** The engine looks for its extensions below the home folder. */
const HOME = join(FOLDER, 'home');
const BIN = join(FOLDER, 'venv/bin');

/** Makes the virtual environment unless it is there; returns why it cannot be had, if so. */
export async function installLocalBigQuery(): Promise<string | undefined> {
  const complete = join(FOLDER, 'complete');
  if (existsSync(complete)) return undefined;
  const python = await findPython();
  if (python === undefined) return 'local-bigquery needs Python 3.13, which was not found';
  try {
    mkdirSync(HOME, { recursive: true });
    await run(python, ['-m', 'venv', '--clear', join(FOLDER, 'venv')]);
    const quiet = ['--quiet', '--disable-pip-version-check'];
    await run(join(BIN, 'pip'), ['install', ...quiet, ...PACKAGES]);
    await run(join(BIN, 'python'), ['-c', EXTENSIONS], { env: { ...process.env, HOME } });
    mkdirSync(complete);
    return undefined;
  } catch (error) {
    return `local-bigquery cannot be installed: ${String(error)}`;
  }
}

/** The running server. */
export interface LocalBigQuery {
  /** Its REST API. */
  url: string;
  program: Program;
}

/** Starts the server with its data in `folder`. */
export async function startLocalBigQuery(folder: string, project: string): Promise<LocalBigQuery> {
  const port = await freePort();
  const options = {
    host: '127.0.0.1',
    port: String(port),
    'grpc-port': String(await freePort()),
    project,
    dataset: 'scratch',
    'data-dir': join(folder, 'bigquery'),
  };
  const parameters = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const command = [join(BIN, 'local-bigquery'), ...parameters, 'serve'];
  const program = new Program('local-bigquery', command, join(folder, 'bigquery.log'), { HOME });
  const url = `http://127.0.0.1:${port}/bigquery/v2`;
  await program.waitUntil('it was ready', () => answers(`${url}/projects/${project}/datasets`));
  return { url, program };
}

/** Sends something to BigQuery's REST API. */
export async function send(bigquery: LocalBigQuery, path: string, body: object): Promise<void> {
  const answer = await fetch(`${bigquery.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

async function findPython(): Promise<string | undefined> {
  const pyenv = join(homedir(), '.pyenv/versions');
  const versions = existsSync(pyenv) ? readdirSync(pyenv) : [];
  const candidates = [
    'python3.13',
    ...versions
      .filter((version) => version.startsWith('3.13.'))
      .map((version) => join(pyenv, version, 'bin/python3.13')),
  ];
  for (const candidate of candidates) {
    // A shim may stand for a version that is not active.
    const found = await run(candidate, ['--version']).then(
      ({ stdout }) => stdout.startsWith('Python 3.13'),
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}
