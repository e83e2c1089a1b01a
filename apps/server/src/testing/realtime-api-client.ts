import { RealtimeClient } from 'openai-realtime-api';
import { unknownToBetaClient } from './beta-event-types.ts';
import type { StockServer } from './stock-server.ts';
import { ToldEvents } from './told-events.ts';
import type { ToldEvent } from './told-events.ts';

type ClientOptions = NonNullable<ConstructorParameters<typeof RealtimeClient>[0]>;

/** An unchanged `RealtimeClient` of `openai-realtime-api`, and what a test asks of it. */
export class RealtimeApiClient {
  readonly client: RealtimeClient;
  /** Every event of the server, as it came. */
  readonly told = new ToldEvents();

  private constructor({ realtimeUrl, key }: StockServer, options: ClientOptions) {
    this.client = new RealtimeClient({
      url: realtimeUrl,
      apiKey: key,
      model: 'acme-support',
      ...options,
    });
    this.client.realtime.on('server.*', (event) => this.told.push(event as unknown as ToldEvent));
  }

  static async connect(
    server: StockServer,
    options: ClientOptions = {},
  ): Promise<RealtimeApiClient> {
    const client = new RealtimeApiClient(server, options);
    await client.open();
    return client;
  }

  /** Opens the connection, for the first time or again. */
  async open(): Promise<void> {
    await this.client.connect();
    await this.client.waitForSessionCreated();
  }

  write(text: string): void {
    this.client.sendUserMessageContent([{ type: 'input_text', text }]);
  }

  /** Sends an event, among them those that the client has no name for. */
  send(type: string, members: Record<string, unknown>): void {
    this.client.realtime.send(type as never, members as never);
  }

  /** What the client believes was said, by role, oldest first. */
  said(role: 'user' | 'assistant'): string[] {
    return this.client.conversation
      .getItems()
      .flatMap((item) =>
        item.type === 'message' && item.role === role
          ? [item.formatted.transcript || (item.formatted.text ?? '')]
          : [],
      );
  }

  /** Resolves once the client's conversation fits; the test's time limit is the limit. */
  until(fits: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!fits()) return;
        this.client.off('conversation.updated', look);
        resolve();
      };
      this.client.on('conversation.updated', look);
      look();
    });
  }

  /** Resolves once an answer with these words is in the client's conversation. */
  answered(words: string): Promise<void> {
    return this.until(() => this.said('assistant').some((text) => text.includes(words)));
  }

  /** The item of the answer with these words. */
  itemSaying(words: string): string {
    const items = this.client.conversation.getItems();
    return items.find(({ formatted }) => formatted.transcript?.includes(words))?.id ?? '';
  }

  /** The errors it was told. */
  get faults(): { readonly code: string; readonly event_id: string }[] {
    return this.told.all
      .filter(({ type }) => type === 'error')
      .map(({ error }) => error as { code: string; event_id: string });
  }

  /** What of all it was told a client of the beta does not know. */
  get unknown(): string[] {
    return unknownToBetaClient(this.told.all);
  }

  close(): void {
    this.client.disconnect();
  }
}
