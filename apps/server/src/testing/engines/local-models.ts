import path from 'node:path';
import type { StockServer } from '../stock-server.ts';
import { startStockServer } from '../stock-server.ts';

/** An engine under test, with its model on this machine. */
export interface LocalModel {
  /** What stands in `agent.yaml` for it, besides the `pipeline` line. */
  readonly section: string;
  /** Settings of the server that holds its key. */
  readonly settings: Readonly<Record<string, string>>;
  /** Connections to it that belong to a session; those kept warm for all sessions are not counted. */
  readonly open: () => number | Promise<number>;
  close(): Promise<void>;
}

/** The server itself is the model. */
export const EMBEDDED: LocalModel = {
  section: '',
  settings: {},
  open: () => 0,
  close: () => Promise.resolve(),
};

/** A model that is another server of ours, with everything embedded. */
export interface ChainedModel extends LocalModel {
  /** Where it records its sessions. */
  readonly recordingsDir: string;
}

const CHAIN_KEY = 'sk-upstream';

export async function startChainedModel(dataDir: string, agent: string): Promise<ChainedModel> {
  const settings = { ANTIPHON_API_KEYS: CHAIN_KEY, ANTIPHON_DATA_DIR: dataDir };
  const upstream = await startStockServer({ settings });
  return {
    section: `openaiRealtime:\n  url: ${upstream.realtimeUrl}\n  model: ${agent}\n`,
    settings: { OPENAI_API_KEY: CHAIN_KEY },
    open: () => sessionsOf(upstream),
    close: () => upstream.close(),
    recordingsDir: path.join(dataDir, 'recordings'),
  };
}

/** How many sessions a server has. */
export async function sessionsOf({ url, key }: Pick<StockServer, 'url' | 'key'>): Promise<number> {
  const response = await fetch(`${url}/sessions`, { headers: { authorization: `Bearer ${key}` } });
  return ((await response.json()) as { sessions: unknown[] }).sessions.length;
}
