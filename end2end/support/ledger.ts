/** The ledger, as an auditor reads it. */

import type { Page } from '@playwright/test';
import { formToken } from './portal.ts';

/** An entry with what it records. */
export interface Entry {
  sequence: number;
  event: string;
  subject: string;
  actor: string;
  payload: string;
}

/** The auditor's way to the ledger, by the requests that the ledger's pages make. */
export class Ledger {
  readonly #auditor: Page;

  constructor(auditor: Page) {
    this.#auditor = auditor;
  }

  /** The number of the last entry. */
  async head(): Promise<number> {
    return (await this.#page()).head?.sequence ?? 0;
  }

  /** The entries after the one with this number, oldest first. */
  async after(sequence: number): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let page = await this.#page(); ; page = await this.#page(entries[0]?.sequence)) {
      const fresh = page.entries.filter((entry) => entry.sequence > sequence).reverse();
      const full = await Promise.all(fresh.map((entry) => this.#withPayload(entry)));
      entries.unshift(...full);
      if (fresh.length < page.entries.length || page.entries.length === 0) return entries;
    }
  }

  async #page(before?: number): Promise<{ head: { sequence: number } | null; entries: Entry[] }> {
    return this.#ask('ledger', before === undefined ? {} : { before });
  }

  async #withPayload(entry: Entry): Promise<Entry> {
    const { payload } = await this.#ask<{ payload: string }>('ledger_entry', {
      sequence: entry.sequence,
    });
    return { ...entry, payload };
  }

  async #ask<T>(name: string, form: Record<string, number>): Promise<T> {
    const origin = new URL(this.#auditor.url()).origin;
    const answer = await this.#auditor.context().request.post(`/ui/${name}`, {
      form: { ...form, form_token: await formToken(this.#auditor) },
      headers: { Accept: 'application/json', Origin: origin },
    });
    if (!answer.ok()) throw new Error(`/ui/${name}: ${answer.status()}`);
    return answer.json();
  }
}
