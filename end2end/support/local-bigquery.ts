/** A foreign BigQuery: PyPI's `local-bigquery`. */

import { dirname, join } from 'node:path';
import { Program, answers, freePort } from './program.ts';

/** Its program; none where the test command could not bring it. */
export const LOCAL_BIGQUERY = process.env.LOCAL_BIGQUERY_PROGRAM;
/** The engine looks for its extensions below the home folder, which the test command filled. */
const HOME = join(dirname(LOCAL_BIGQUERY ?? ''), '../home');

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
  const command = [LOCAL_BIGQUERY ?? 'local-bigquery', ...parameters, 'serve'];
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
