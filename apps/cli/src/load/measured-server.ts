import { findApiKey } from '../api-key.ts';
import type { Terminal } from '../terminal.ts';
import { startBenchServer } from './bench-server.ts';
import type { BenchServerOptions } from './bench-server.ts';
import type { LocalProviders } from './local-providers.ts';
import { processUsage } from './process-usage.ts';
import type { ProcessUsage } from './process-usage.ts';

/** A running server, or else one is started for the run. */
export interface ServerChoice {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
}

/** A server that is measured. */
export interface MeasuredServer {
  readonly url: string;
  readonly key: string;
  /** What it has used so far; null where that cannot be known. */
  readonly usage: () => ProcessUsage | null;
  /** What its agent has behind it; null where that is in the server or not known. */
  readonly providers: LocalProviders | null;
  /** Stops it, if it was started here. */
  readonly stop: () => Promise<void>;
}

/** The server that was chosen; rejects like `findApiKey` and `startBenchServer`. */
export async function measuredServer(
  { url, key }: ServerChoice,
  { environment, directory }: Terminal,
  bench: BenchServerOptions,
): Promise<MeasuredServer> {
  if (url !== undefined) {
    return {
      url,
      key: findApiKey({ option: key, environment, directory }),
      usage: () => null,
      providers: null,
      stop: async () => {},
    };
  }
  const server = await startBenchServer(bench);
  return { ...server, usage: () => processUsage(server.pid) };
}
