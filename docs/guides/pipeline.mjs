#!/usr/bin/env node
/**
 * A pipeline asks for a run, waits until a person has confirmed it in the portal, asks one query
 * and prints its rows as CSV. Node.js 20 or newer, and nothing else.
 *
 *   node pipeline.mjs --url https://countersign.example.com --client agt_… \
 *     --purpose 'Score last week’s orders' --scope 'read demo.shop.orders' \
 *     'SELECT status, COUNT(*) AS n FROM shop.orders GROUP BY status'
 *
 * The job's own token comes from GitHub Actions (`permissions: id-token: write`); it proves which
 * pipeline this is. The key below lives as long as this process: what is granted to it is worth
 * nothing to anybody else.
 */

import { createHash, randomUUID, webcrypto } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string' },
    client: { type: 'string' },
    purpose: { type: 'string' },
    scope: { type: 'string', multiple: true, default: [] },
    minutes: { type: 'string', default: '30' },
  },
});
const [sql] = positionals;
if (!options.url || !options.client || !options.purpose || !sql) {
  fail('usage: pipeline.mjs --url URL --client AGENT --purpose WHY [--scope LINE]… SQL');
}

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
const key = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', key.publicKey);

/** What the server wants to see in the next proof (RFC 9449 section 8). */
let nonce;

/** The proof that this process, and no other, sends this request (RFC 9449 section 4.2). */
async function proof(method, url, token) {
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } };
  const claims = {
    jti: randomUUID(),
    htm: method,
    htu: url.split('?')[0],
    iat: Math.floor(Date.now() / 1000),
    nonce,
    ath: token && createHash('sha256').update(token).digest('base64url'),
  };
  const signed = [header, claims].map((part) => base64url(JSON.stringify(part))).join('.');
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await webcrypto.subtle.sign(algorithm, key.privateKey, Buffer.from(signed));
  return `${signed}.${base64url(signature)}`;
}

/** Sends a request with a proof; the first one only learns which nonce the proof needs. */
async function send(method, url, { token, ...init } = {}) {
  for (const isLast of [false, true]) {
    const headers = { ...init.headers, DPoP: await proof(method, url, token) };
    if (token) headers.Authorization = `DPoP ${token}`;
    const answer = await fetch(url, { ...init, method, headers });
    nonce = answer.headers.get('DPoP-Nonce') ?? nonce;
    const code = answer.ok ? undefined : (await answer.clone().json()).code;
    if (isLast || !code?.startsWith('dpop_nonce_')) return answer;
  }
}

async function json(answer) {
  const body = await answer.json();
  if (!answer.ok) fail(`${body.code}: ${body.error_description ?? body.detail ?? body.title}`);
  return body;
}

/** The job's own token, for this server alone. */
async function workloadToken(audience) {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = process.env;
  if (!url) fail('no ACTIONS_ID_TOKEN_REQUEST_URL: give the job the permission `id-token: write`');
  const address = new URL(url);
  address.searchParams.set('audience', audience);
  const answer = await fetch(address, { headers: { Authorization: `Bearer ${token}` } });
  return (await json(answer)).value;
}

/** Asks for the run, shows the code, and waits (RFC 8628). */
async function openRun(resource, server) {
  const common = { client_id: options.client, resource };
  const run = {
    type: 'countersign_run',
    purpose: options.purpose,
    scope: options.scope,
    minutes: Number(options.minutes),
  };
  const asking = new URLSearchParams({
    ...common,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await workloadToken(resource),
    authorization_details: JSON.stringify([run]),
  });
  const codes = await json(await send('POST', server.device_authorization_endpoint, { body: asking }));
  console.error(`Open ${codes.verification_uri} and type ${codes.user_code}`);
  const polling = new URLSearchParams({
    ...common,
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: codes.device_code,
  });
  for (let { interval } = codes; ; ) {
    await sleep(interval * 1000);
    const answer = await send('POST', server.token_endpoint, { body: polling });
    const { error } = answer.ok ? {} : await answer.clone().json();
    if (error === 'slow_down') interval += 5;
    else if (error !== 'authorization_pending') return (await json(answer)).access_token;
  }
}

/** Asks a query, waits for its end (and, where policy wants it, for approval), prints the rows. */
async function query(resource, token) {
  const intents = `${resource}/api/v1/intents`;
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() };
  const body = JSON.stringify({ sql, purpose: options.purpose });
  let intent = await json(await send('POST', intents, { token, headers, body }));
  while (!['succeeded', 'failed', 'denied', 'expired', 'cancelled', 'stale'].includes(intent.state)) {
    intent = await json(await send('GET', `${intents}/${intent.id}?wait=30`, { token }));
  }
  if (intent.state !== 'succeeded') fail(`the query is ${intent.state}`);
  const rows = await send('GET', `${intents}/${intent.id}/results`, { token, headers: { Accept: 'text/csv' } });
  if (!rows.ok) await json(rows);
  process.stdout.write(await rows.text());
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

const { resource, authorization_servers: servers } = await json(
  await fetch(`${options.url}/.well-known/oauth-protected-resource`),
);
const server = await json(await fetch(`${servers[0]}/.well-known/oauth-authorization-server`));
const token = await openRun(resource, server);
await query(resource, token);
// The run is over: its token should be worth nothing from now on.
await send('DELETE', `${resource}/api/v1/runs/current`, { token });
