import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { LiveKitClient } from './livekit-client.ts';
import { LiveKitHost, whyNotLiveKit } from './livekit-host.ts';
import type { LiveKitVersion } from './livekit-host.ts';
import type { StockServer } from './stock-server.ts';

/** Connects one client a test, and reads what it has. */
export interface LiveKitCaller {
  readonly client: LiveKitClient;
  connect(server: StockServer): Promise<LiveKitClient>;
  /** Writes a message and has an answer begun. */
  ask(text: string): Promise<void>;
  /** What the unmodified client believes was said, oldest first. */
  saidBy(role: 'user' | 'assistant'): Promise<string[]>;
}

/**
 * Makes callers for suites of a test file: the tests of a suite that calls what this returns are
 * skipped, with the reason, where the version is not installed. Each version has one process.
 */
export function liveKitCallers(): (version: LiveKitVersion) => LiveKitCaller {
  const hosts = new Map<string, LiveKitHost>();

  async function hostOf(version: LiveKitVersion): Promise<LiveKitHost> {
    const host = hosts.get(version.release) ?? (await LiveKitHost.start(version));
    hosts.set(version.release, host);
    return host;
  }

  afterAll(async () => {
    for (const host of hosts.values()) await host.close();
  });

  return (version) => {
    const reason = whyNotLiveKit(version);
    let client: LiveKitClient | null = null;
    const connected = (): LiveKitClient => {
      if (!client) throw new Error('No client is connected.');
      return client;
    };

    beforeEach(({ skip }) => skip(reason !== null, reason ?? ''));

    afterEach(async () => {
      await client?.close();
      client = null;
      expect(hosts.get(version.release)?.isRunning).not.toBe(false);
    });

    return {
      get client() {
        return connected();
      },
      connect: async (server) => {
        client = await LiveKitClient.open(await hostOf(version), server);
        return client;
      },
      ask: async (text) => {
        await connected().write(text);
        await connected().generateReply();
      },
      saidBy: async (role) => {
        const items = await connected().chatItems();
        return items
          .filter((item) => item.role === role)
          .map(({ content = [] }) => content.join(''));
      },
    };
  };
}
