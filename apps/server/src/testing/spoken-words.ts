import { readFile } from 'node:fs/promises';
import type { FeedEvent } from '@antiphon/observability';
import type { StockServer } from './stock-server.ts';
import { TestClient } from './test-client.ts';

/** A played position is told in whole milliseconds, up to one below the end of the last sample. */
const ROUNDING_MS = 1;

/** Where the agent's words lie in its audio, as the feed of a session tells it. */
export class SpokenWords {
  readonly #feed: TestClient;

  private constructor(feed: TestClient) {
    this.#feed = feed;
  }

  /** Watches a session from its beginning. */
  static async of(sessionId: unknown, server: StockServer): Promise<SpokenWords> {
    const { url, key, selfSignedCertFile } = server;
    const ca = selfSignedCertFile === null ? {} : { ca: await readFile(selfSignedCertFile) };
    const feedUrl = `${url.replace('http', 'ws')}/sessions/${String(sessionId)}/feed?after=0`;
    return new SpokenWords(await TestClient.open(feedUrl, { key, ...ca }));
  }

  /** The words of an item that end within this much of its audio. */
  heard(itemId: string, playedMs: number): string {
    const events = this.#feed.messages as unknown as FeedEvent[];
    return events
      .flatMap((event) =>
        event.type === 'agent.words' && event.itemId === itemId ? event.words : [],
      )
      .filter(({ endMs }) => endMs <= playedMs + ROUNDING_MS)
      .map(({ text }) => text)
      .join(' ');
  }

  async close(): Promise<void> {
    await this.#feed.close();
  }
}
