/** Somebody else's web site, on another origin of this machine. */

import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A site with a single page. */
export interface ForeignSite {
  url: string;
  stop(): void;
}

/** Serves a page from an origin that is not the portal's. */
export async function startForeignSite(html: string): Promise<ForeignSite> {
  const server: Server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, stop: () => server.close() };
}
