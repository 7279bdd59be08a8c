/** Mail as Countersign writes it to files where no SMTP server is configured. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every mail so far, as people read it. */
export function decodedMail(folder: string): string[] {
  const directory = join(folder, 'mail');
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.eml'))
    .map((name) => decoded(readFileSync(join(directory, name), 'latin1')));
}

/** Undoes quoted-printable (RFC 2045 section 6.7) and base64 parts, headers and all. */
function decoded(mail: string): string {
  const joined = mail.replace(/=\r?\n/g, '');
  const bytes = joined.replace(/=([0-9A-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 16)),
  );
  const base64 = mail.match(/^[A-Za-z0-9+/]{40,}(?:\r?\n[A-Za-z0-9+/=]+)*$/gm) ?? [];
  const parts = base64.map((part) => Buffer.from(part, 'base64').toString('utf8'));
  return [Buffer.from(bytes, 'latin1').toString('utf8'), ...parts].join('\n');
}
