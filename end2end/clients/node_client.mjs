// Uses Countersign through the real @google-cloud/bigquery client, as an application does that was
// written for BigQuery: where to go and who it is stands in the environment alone.
//
//     GOOGLE_APPLICATION_CREDENTIALS=… BIGQUERY_EMULATOR_HOST=… GOOGLE_CLOUD_PROJECT=demo \
//         node node_client.mjs

import assert from 'node:assert/strict';
import { BigQuery } from '@google-cloud/bigquery';

const bigquery = new BigQuery();

async function part(name, body) {
  await body();
  console.log(`ok  ${name}`);
}

async function refused(query, ...fragments) {
  const error = await bigquery.query(query).then(
    () => assert.fail('it was not refused'),
    (error) => error,
  );
  for (const fragment of fragments) assert.ok(error.message.includes(fragment), error.message);
}

await part('datasets and tables', async () => {
  const [datasets] = await bigquery.getDatasets();
  assert.deepEqual(datasets.map(({ id }) => id), ['shop']);
  const [tables] = await bigquery.dataset('shop').getTables();
  assert.ok(tables.some(({ id }) => id === 'orders'));
  const [metadata] = await bigquery.dataset('shop').table('customers').getMetadata();
  const ssn = metadata.schema.fields.find(({ name }) => name === 'ssn');
  assert.equal(ssn.description, 'tagged pii.ssn; what leaves is masked');
});

await part('a query', async () => {
  const query =
    'SELECT COUNT(*) AS n FROM shop.orders';
  const [rows] = await bigquery.query(query);
  assert.deepEqual(rows, [{ n: 120000 }]);
});

await part('parameters', async () => {
  const query = 'SELECT customer_id FROM shop.orders WHERE id = @id AND status IN UNNEST(@states)';
  const states = ['shipped', 'pending', 'delivered', 'cancelled', 'returned'];
  const [named] = await bigquery.query({ query, params: { id: 5, states } });
  assert.equal(named[0].customer_id, 254);
  const byPosition = { query: 'SELECT customer_id FROM shop.orders WHERE id = ?', params: [5] };
  const [rows] = await bigquery.query(byPosition);
  assert.equal(rows[0].customer_id, 254);
});

await part('a job, its metadata and its pages', async () => {
  const [job] = await bigquery.createQueryJob('SELECT id FROM shop.orders ORDER BY id LIMIT 25000');
  const [rows] = await job.getQueryResults();
  assert.equal(rows.length, 25000);
  const [metadata] = await job.getMetadata();
  assert.equal(metadata.status.state, 'DONE');
});

await part('a dry run', async () => {
  const [job] = await bigquery.createQueryJob({ query: 'SELECT id FROM shop.orders', dryRun: true });
  assert.equal(job.metadata.statistics.totalBytesProcessed, '10000000');
});

await part('rows of a table', async () => {
  const [rows] = await bigquery.dataset('shop').table('products').getRows({ maxResults: 3 });
  assert.equal(rows.length, 3);
});

await part('refusals', async () => {
  await refused('SELECT 1 FROM shop.nowhere', 'unknown_table');
  await refused({ query: 'SELECT 1', useLegacySql: true }, 'only GoogleSQL runs here');
  const destination = bigquery.dataset('shop').table('copy');
  await refused({ query: 'SELECT 1', destination }, 'destinationTable');
});
