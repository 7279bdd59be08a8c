/** Programs that run in the background, with their log in a file. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program in the background. */
export class Program {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #logFile: string;

  constructor(name: string, command: string[], logFile: string, variables: NodeJS.ProcessEnv = {}) {
    const log = openSync(logFile, 'a');
    const [file, ...parameters] = command;
    if (file === undefined) throw new Error(`nothing to start as ${name}`);
    this.#name = name;
    this.#logFile = logFile;
    this.#child = spawn(file, parameters, {
      env: { ...process.env, NO_COLOR: '1', ...variables },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
  }

  /** Everything it wrote so far. */
  log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  /** Waits until `ready` says so; fails with the end of the log when the program ended first. */
  async waitUntil(what: string, ready: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await ready())) {
      const ended = this.#child.exitCode !== null || this.#child.signalCode !== null;
      if (ended || Date.now() > deadline) {
        const why = ended ? 'ended' : `waited ${seconds} s`;
        throw new Error(`${this.#name}: ${why} before ${what}\n${this.log().slice(-4000)}`);
      }
      await sleep(50);
    }
  }

  /** Waits until it ends by itself. */
  async end(seconds = 60): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (this.#child.exitCode === null && this.#child.signalCode === null) {
      if (Date.now() > deadline) {
        throw new Error(`${this.#name}: did not end in ${seconds} s\n${this.log().slice(-4000)}`);
      }
      await sleep(50);
    }
  }

  /** Ends it as a power cut would (signal 9), and waits for that. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Asks it to end, and waits for that. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(insist);
  }
}

/** Whether an address answers with success. */
export async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** A port of the loopback interface that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port is free'));
      });
    });
  });
}

/** The value of an environment variable that the tests cannot do without. */
export function required(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set; \`cargo xtask test --only end2end\` sets it`);
  return value;
}
