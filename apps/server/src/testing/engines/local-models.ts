import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RecordedEvent } from '@antiphon/session';
import type { RunningServer } from '../../server.ts';
import { startStockServer } from '../stock-server.ts';

/** What an engine needs on this machine in place of its provider. */
export interface LocalModel {
  /** What stands in `agent.yaml` for it, besides the line `pipeline`. */
  readonly section: string;
  /** Settings that hold its keys. */
  readonly settings: Readonly<Record<string, string>>;
  /** What of it belongs to sessions, such as connections; what is kept warm for all is not counted. */
  inUse(): Promise<number>;
  /** Connections of any kind. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** Everything is in the server. */
export const NOTHING: LocalModel = {
  section: '',
  settings: {},
  inUse: () => Promise.resolve(0),
  connections: () => Promise.resolve(0),
  close: () => Promise.resolve(),
};

/** A model that is another server of ours, with everything embedded. */
export interface ChainedModel extends LocalModel {
  /** What its sessions recorded, those that are over. */
  recordings(): Promise<RecordedEvent[][]>;
}

const CHAIN_KEY = 'sk-upstream';

/** Starts one, whose agent is called by this name. */
export async function startChainedModel(agent: string, dataDir: string): Promise<ChainedModel> {
  const settings = { ANTIPHON_API_KEYS: CHAIN_KEY, ANTIPHON_DATA_DIR: dataDir };
  const upstream = await startStockServer({ settings });
  const folder = path.join(dataDir, 'recordings');
  return {
    section: `openaiRealtime:\n  url: ${upstream.realtimeUrl}\n  model: ${agent}\n`,
    settings: { OPENAI_API_KEY: CHAIN_KEY },
    inUse: () => sessionsOf(upstream),
    connections: () => sessionsOf(upstream),
    close: () => upstream.close(),
    recordings: async () => {
      const sessions = (await readdir(folder)).filter((name) => !name.startsWith('.'));
      const all = sessions.map((session) => recordedEvents(path.join(folder, session)));
      return (await Promise.all(all)).filter(isOver);
    },
  };
}

/** How many sessions a server has. */
export async function sessionsOf({
  url,
  key,
}: Pick<RunningServer, 'url' | 'key'>): Promise<number> {
  const response = await fetch(`${url}/sessions`, { headers: { authorization: `Bearer ${key}` } });
  return ((await response.json()) as { sessions: unknown[] }).sessions.length;
}

/** The events in the folder of a recording, as far as they are written. */
export async function recordedEvents(folder: string): Promise<RecordedEvent[]> {
  const text = await readFile(path.join(folder, 'events.jsonl'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as RecordedEvent);
}

/** Whether these are all events of a session. */
export function isOver(events: readonly RecordedEvent[]): boolean {
  return events.some(({ type }) => type === 'session.ended');
}
