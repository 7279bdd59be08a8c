/** BigQuery itself, asked behind Countersign's back: what the raw values are. */

import type { Stack } from './stack.ts';

/** Every value of a query's rows, as text; nested ones one by one. */
export async function rawValues({ bigquery }: Stack, query: string): Promise<string[]> {
  const answer = await fetch(`${bigquery.url}/projects/demo/queries`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${bigquery.accessToken}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ query, useLegacySql: false }),
  });
  const { rows } = (await answer.json()) as { rows: unknown };
  return leaves(rows);
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leaves);
}
