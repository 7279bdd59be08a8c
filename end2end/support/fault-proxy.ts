/** Stands between Countersign and BigQuery: lets everything through, but for the faults it is armed with. */

import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What Countersign asks of BigQuery. */
export const CALLS = ['dry_run', 'insert', 'status', 'rows', 'table'] as const;
export type Call = (typeof CALLS)[number];

/** What can go wrong with an answer. */
export const FAULTS = [
  '500',
  '503',
  '429',
  /** The connection ends before BigQuery hears of it. */
  'reset',
  /** BigQuery does it, and the answer never comes. */
  'lost',
  /** No answer for longer than anybody waits. */
  'stall',
  /** Half of the answer. */
  'truncated',
  /** JSON of another shape. */
  'wrong type',
  /** The request reaches BigQuery twice. */
  'twice',
] as const;
export type Fault = (typeof FAULTS)[number];

/** A job that BigQuery was asked to run. */
export interface Insertion {
  /** The intent that its labels name. */
  intent: string;
  job: string;
  status: number;
}

/** The running proxy. */
export class FaultProxy {
  /** Every request for a job that reached BigQuery, with its answer. */
  readonly insertions: Insertion[] = [];
  readonly #target: string;
  readonly #server: Server;
  #armed: { call: Call; fault: Fault } | undefined;

  private constructor(target: string, server: Server) {
    this.#target = target;
    this.#server = server;
  }

  /** Starts it before the BigQuery at `target`, an address that ends in `/bigquery/v2`. */
  static async start(target: string): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(target, server);
    server.on('request', (request, response) => {
      // Whoever asked may be gone by now; then nobody is told.
      proxy.#pass(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Where Countersign finds it. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/bigquery/v2`;
  }

  /** The next such call meets this fault, once. */
  arm(call: Call, fault: Fault): void {
    this.#armed = { call, fault };
  }

  /** Whether the armed fault has happened. */
  get isSpent(): boolean {
    return this.#armed === undefined;
  }

  /** How many jobs BigQuery began for an intent. */
  jobs(intent: string): number {
    return this.insertions.filter((one) => one.intent === intent && one.status === 200).length;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #fault(call: Call | undefined): Fault | undefined {
    if (!this.#armed || this.#armed.call !== call) return undefined;
    const { fault } = this.#armed;
    this.#armed = undefined;
    return fault;
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const path = (request.url ?? '').replace(/^\/bigquery\/v2/, '');
    const fault = this.#fault(kind(request.method ?? 'GET', path, body));
    if (fault === '500' || fault === '503' || fault === '429') {
      response.writeHead(Number(fault), { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ error: { code: Number(fault), message: 'not now', errors: [] } }));
      return;
    }
    if (fault === 'reset') return void response.destroy();
    if (fault === 'stall') return;
    if (fault === 'twice') await this.#ask(request, path, body);
    const { status, text } = await this.#ask(request, path, body);
    if (fault === 'lost') return void response.destroy();
    const said = fault === 'wrong type' ? '["something", "else"]' : text;
    const length = { 'Content-Length': String(Buffer.byteLength(said)) };
    response.writeHead(status, { 'Content-Type': 'application/json', ...length });
    if (fault === 'truncated') {
      response.write(said.slice(0, said.length / 2), () => response.destroy());
      return;
    }
    response.end(said);
  }

  async #ask(
    request: IncomingMessage,
    path: string,
    body: string,
  ): Promise<{ status: number; text: string }> {
    const method = request.method ?? 'GET';
    const headers = {
      Authorization: request.headers.authorization ?? '',
      'Content-Type': 'application/json',
    };
    const sent = method === 'GET' ? {} : { body };
    const answer = await fetch(`${this.#target}${path}`, { method, headers, ...sent });
    if (kind(method, path, body) === 'insert') {
      const { jobReference, configuration } = JSON.parse(body);
      const intent = String(configuration.labels?.countersign_intent);
      this.insertions.push({ intent, job: jobReference.jobId, status: answer.status });
    }
    return { status: answer.status, text: await answer.text() };
  }
}

/** Which call a request is; none for those that Countersign does without. */
function kind(method: string, path: string, body: string): Call | undefined {
  if (method === 'POST' && /\/jobs(\?|$)/.test(path)) {
    return JSON.parse(body).configuration?.dryRun === true ? 'dry_run' : 'insert';
  }
  if (method !== 'GET') return undefined;
  if (/\/jobs\//.test(path)) return 'status';
  if (/\/queries\//.test(path)) return 'rows';
  return /\/tables\//.test(path) ? 'table' : undefined;
}

async function read(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}
