import type { TestServer } from './test-server.ts';
import { TEST_KEY } from './test-server.ts';
import { TestClient } from './test-client.ts';
import type { Message } from './test-client.ts';

/** A caller, of the slow agent unless another is named, who types, and reads in the feed what comes of it. */
export class TypingCaller {
  readonly client: TestClient;
  readonly feed: TestClient;

  readonly sessionId: string;

  private constructor(sessionId: string, client: TestClient, feed: TestClient) {
    this.sessionId = sessionId;
    this.client = client;
    this.feed = feed;
  }

  /** Connects; with a client secret, or else the key of the server. */
  static async open(server: TestServer, key = TEST_KEY, agent = 'slow'): Promise<TypingCaller> {
    const url = `${server.wsUrl}/v1/realtime?agent=${agent}&events=antiphon`;
    const client = await TestClient.open(url, { key });
    const { session } = await client.message('session.created');
    const { id } = session as { id: string };
    const feedUrl = `${server.wsUrl}/sessions/${id}/feed`;
    return new TypingCaller(id, client, await TestClient.open(feedUrl, { key: TEST_KEY }));
  }

  /** Has the agent call one of its tools. */
  calls(name: string): void {
    const tool_choice = { type: 'function', name };
    this.client.send({ type: 'response.create', response: { tool_choice } });
  }

  says(text: string): void {
    const content = [{ type: 'input_text', text }];
    const item = { type: 'message', role: 'user', content };
    this.client.send({ type: 'conversation.item.create', item });
    this.client.send({ type: 'response.create' });
  }

  /** Presses the keys, one after the other. */
  presses(keys: string): void {
    for (const digit of keys) this.client.send({ type: 'antiphon.dtmf', digit });
  }

  /** Resolves once the turn is in this state and its states so far hold another `before`. */
  async reaches(state: string, before?: string): Promise<void> {
    await this.feed.message(
      () => this.#states.at(-1) === state && (!before || this.#states.includes(before)),
    );
  }

  /** Resolves when the session waits for the answer to its question of this number. */
  async isAsked(times: number): Promise<void> {
    await this.feed.message(
      () => this.#states.filter((state) => state === 'asking.awaiting').length === times,
    );
  }

  /** Resolves when `trace` runs. */
  async started(): Promise<void> {
    await this.feed.message(({ type, name }) => type === 'tool.started' && name === 'trace');
  }

  /** How the call of `trace` ended. */
  async settled(): Promise<Message> {
    return this.feed.message(({ type, name }) => type === 'tool.settled' && name === 'trace');
  }

  /** The result of `who` holds the address. */
  async identify(): Promise<void> {
    this.calls('who');
    await this.reaches('listening', 'toolPending.quiet');
  }

  /** The answer of `trace` is promised: offered, accepted, address confirmed. */
  async acceptsEmail(): Promise<void> {
    this.calls('trace');
    await this.isAsked(1);
    this.says('yes please');
    await this.isAsked(2);
    this.says('yes');
    await this.feed.message('followUp.promised');
  }

  /** Hangs up; resolves when the session is over. */
  async hangsUp(): Promise<void> {
    await this.client.close();
    await this.feed.closed;
  }

  get #states(): unknown[] {
    return this.feed.messages.flatMap((one) =>
      one.type === 'state' && one.region === 'turn' ? [one.to] : [],
    );
  }
}
