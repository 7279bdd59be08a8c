/** The agent: nothing but `curl` and a run's token. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/** What curl saw. */
export interface Answer {
  status: number;
  type: string;
  text: string;
}

/** An intent as the API shows it; only what the tests look at. */
export interface Intent {
  id: string;
  state: string;
  risk?: string;
  purpose: string;
  approval?: { id: string; page: string; votes: { ballot: string; comment: string }[] };
  questions?: { id: string; question: string; answers: { answer: string }[] }[];
  result?: { rows: number; columns: { name: string }[]; digest: string };
}

/** A problem as RFC 9457 writes it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  request_id?: string;
  intent?: string;
}

/** How a request differs from the usual one. */
export interface Unusual {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Somebody who holds a run's token. */
export class Agent {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Any request below `/api/v1`, with the token unless the headers say otherwise. */
  async request(path: string, { method = 'GET', headers = {}, body }: Unusual = {}): Promise<Answer> {
    const all = { Authorization: `Bearer ${this.#token}`, ...headers };
    return curl(`${this.#url}/api/v1${path}`, method, all, body);
  }

  /** Submits SQL as an intent; `further` are other fields of the request. */
  async ask(
    sql: string,
    purpose = '',
    key: string = randomUUID(),
    further: Record<string, unknown> = {},
  ): Promise<Answer> {
    return this.request('/intents', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify({ sql, purpose, ...further }),
    });
  }

  /** Submits SQL that is expected to be taken. */
  async intent(sql: string, purpose = '', further: Record<string, unknown> = {}): Promise<Intent> {
    const answer = await this.ask(sql, purpose, randomUUID(), further);
    if (answer.status !== 201) throw new Error(`${answer.status}: ${answer.text}`);
    return JSON.parse(answer.text) as Intent;
  }

  /** The intent once it has come to its end, or after half a minute as it then stands. */
  async wait(intent: Intent): Promise<Intent> {
    const answer = await this.request(`/intents/${intent.id}?wait=30`);
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
    return JSON.parse(answer.text) as Intent;
  }

  /** Answers an approver's question; returns the intent as it then stands. */
  async answer(intent: Intent, question: string, answer: string): Promise<Intent> {
    const said = await this.request(`/intents/${intent.id}/answers`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ question, answer }),
    });
    if (said.status !== 201) throw new Error(`${said.status}: ${said.text}`);
    return JSON.parse(said.text) as Intent;
  }

  /** The rows of an intent in one of the forms. */
  async results(intent: Intent, form: string): Promise<Answer> {
    return this.request(`/intents/${intent.id}/results`, { headers: { Accept: form } });
  }
}

/** A real curl process; a header with an empty value is not sent. */
async function curl(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string | undefined,
): Promise<Answer> {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === '' ? [] : ['--header', `${name}: ${value}`],
  );
  const data = body === undefined ? [] : ['--data-binary', '@-'];
  const ending = ['--write-out', '\n%{http_code} %{content_type}'];
  const output = await run(
    ['--silent', '--show-error', '--request', method, ...lines, ...data, ...ending, url],
    body ?? '',
  );
  const end = output.lastIndexOf('\n');
  const [status = '', type = ''] = output.slice(end + 1).split(' ');
  return { status: Number(status), type, text: output.slice(0, end) };
}

function run(parameters: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('curl', parameters);
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    // The server may answer, and close, before it has read everything.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(errors))));
  });
}
