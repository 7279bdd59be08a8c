/** What an MCP host keeps and does to connect by the address alone: it waits for the browser on this machine. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OAuthClientProvider, StoredOAuthTokens } from '@modelcontextprotocol/client';

/** A host whose client is an agent, by the agent's id and without a secret. */
export class Host implements OAuthClientProvider {
  /** Where the browser is to go. */
  authorizationUrl = '';
  /** With what it came back. */
  readonly answer: Promise<URLSearchParams>;
  #tokens?: StoredOAuthTokens;
  #verifier = '';

  private constructor(
    readonly redirectUrl: string,
    private readonly agent: string,
    came: Promise<URLSearchParams>,
  ) {
    this.answer = came;
  }

  /** Begins to wait on a free port. */
  static async waiting(agent: string): Promise<Host> {
    let come = (_: URLSearchParams): void => {};
    const came = new Promise<URLSearchParams>((resolve) => (come = resolve));
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
      if (pathname !== '/callback') return void response.writeHead(404).end();
      response.setHeader('Content-Type', 'text/html').end('<title>Host</title><h1>Connected</h1>');
      come(searchParams);
      server.close();
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as AddressInfo;
    return new Host(`http://127.0.0.1:${port}/callback`, agent, came);
  }

  get clientMetadata() {
    return { redirect_uris: [this.redirectUrl], token_endpoint_auth_method: 'none' };
  }

  state() {
    return 'of-this-host';
  }

  clientInformation() {
    return { client_id: this.agent };
  }

  tokens() {
    return this.#tokens;
  }

  saveTokens(tokens: StoredOAuthTokens) {
    this.#tokens = tokens;
  }

  redirectToAuthorization(url: URL) {
    this.authorizationUrl = url.href;
  }

  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier;
  }

  codeVerifier() {
    return this.#verifier;
  }
}
