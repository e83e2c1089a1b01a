import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../config.ts';
import { startServer } from '../server.ts';
import type { RunningServer, ServerDeps } from '../server.ts';

/** A server as it is started for oneself, but on a free port and in a folder of its own. */
export interface StockServer extends RunningServer {
  /** The Realtime endpoint, without a query. */
  readonly realtimeUrl: string;
}

/** What a stock server is started with. */
export interface StockServerOptions extends ServerDeps {
  /** Settings, as the environment would have them. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts one, with the agents that come with it; `close` also removes its folder. */
export async function startStockServer({
  settings = {},
  ...deps
}: StockServerOptions = {}): Promise<StockServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-stock-'));
  const own = { ANTIPHON_PORT: '0', ANTIPHON_DATA_DIR: folder, ANTIPHON_LOG_LEVEL: 'silent' };
  const env = { ...own, ...settings };
  const server = await startServer(readConfig({ env, workingDir: folder }), deps);
  return {
    ...server,
    realtimeUrl: `${server.url.replace('http', 'ws')}/v1/realtime`,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
