import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { ServerDeps } from '../server.ts';
import { startStockServer } from './stock-server.ts';
import type { StockServer } from './stock-server.ts';

/** The program with which a server signs its certificate. */
const SIGNING_PROGRAM = 'openssl';

/** The server of a block of tests, there while they run. */
export interface ServerOfTests {
  readonly server: StockServer;
}

/**
 * Starts a stock server over TLS, with a certificate of its own, for the tests of the block that
 * calls this; they are skipped where no certificate can be made.
 */
export function startTlsServerForTests(deps: ServerDeps = {}): ServerOfTests {
  const isWithoutOpenssl = spawnSync(SIGNING_PROGRAM, ['version']).error !== undefined;
  let server: StockServer | null = null;

  beforeAll(async () => {
    if (isWithoutOpenssl) return;
    server = await startStockServer({ ...deps, settings: { ANTIPHON_TLS: 'self-signed' } });
  });

  afterAll(async () => {
    await server?.close();
  });

  beforeEach(({ skip }) => skip(isWithoutOpenssl, `${SIGNING_PROGRAM} is not installed`));

  return {
    get server() {
      if (!server) throw new Error('The server is started before the first test.');
      return server;
    },
  };
}
