/** A real mail server: PyPI's `aiosmtpd`, in a virtual environment of its own. */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Program, freePort } from './program.ts';

const run = promisify(execFile);

/** The server, and an authority whose certificates nobody else trusts. */
const PACKAGES = ['aiosmtpd==1.4.6', 'trustme==1.2.1'];

const FOLDER = join(homedir(), '.cache/countersign/mail-server');
const PYTHON = join(FOLDER, 'venv/bin/python');
const SCRIPT = fileURLToPath(new URL('mail_server.py', import.meta.url));

/** What the server says of one mail. */
export interface MailEvent {
  event: 'ready' | 'mail' | '451' | '550' | 'stall' | 'taken';
  to?: string;
  id?: string;
  automatic?: string;
  subject?: string;
  /** Whether it came through TLS: `True`. */
  tls?: string;
}

/** Makes the virtual environment unless it is there; returns why it cannot be had, if so. */
export async function installMailServer(): Promise<string | undefined> {
  const complete = join(FOLDER, 'complete');
  if (existsSync(complete)) return undefined;
  try {
    mkdirSync(FOLDER, { recursive: true });
    await run('python3', ['-m', 'venv', '--clear', join(FOLDER, 'venv')]);
    await run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
    mkdirSync(complete);
    return undefined;
  } catch (error) {
    return `aiosmtpd cannot be installed: ${String(error)}`;
  }
}

/** The running server. */
export class MailServer {
  readonly port: number;
  readonly #program: Program;

  private constructor(port: number, program: Program) {
    this.port = port;
    this.#program = program;
  }

  /** Starts it, with its log in `folder`; `parameters` are those of `mail_server.py`. */
  static async start(folder: string, ...parameters: string[]): Promise<MailServer> {
    const port = await freePort();
    const command = [PYTHON, SCRIPT, String(port), '--folder', folder, ...parameters];
    const program = new Program('mail server', command, join(folder, `mail-server-${port}.log`));
    const server = new MailServer(port, program);
    await program.waitUntil('it was ready', () => server.events().length > 0);
    return server;
  }

  /** Everything that happened so far. */
  events(): MailEvent[] {
    const lines = this.#program.log().split('\n');
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as MailEvent);
  }

  /** The mails that it took, also those of which it did not say so. */
  taken(): MailEvent[] {
    return this.events().filter(({ event }) => event === 'taken');
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }
}
