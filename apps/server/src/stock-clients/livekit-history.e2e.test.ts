import { FakeEngine } from '@antiphon/session/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveKitCallers } from '../testing/livekit-caller.ts';
import type { LiveKitCaller } from '../testing/livekit-caller.ts';
import { LIVEKIT_VERSIONS } from '../testing/livekit-host.ts';
import { ParallelCallsEngine, pipelinesOf } from '../testing/parallel-calls-engine.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';

const ADD = {
  name: 'add',
  description: 'Adds two numbers.',
  parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
};

/** Of the plugin's sound, at 24 kHz. */
const SAMPLES_PER_MS = 24;

/** What a client of either version is left with that played nothing of an answer. */
const UNPLAYED = {
  // The item is deleted.
  ga: { told: 'conversation.item.deleted', record: [] },
  // The item is emptied; the plugin's own record stays what it was given.
  beta: { told: 'conversation.item.truncated', record: ['one two three four five'] },
} as const;

const liveKitCaller = liveKitCallers();
let server: StockServer;

/** Serves the tests of the suite that it is called in. */
function serve(engine: FakeEngine): void {
  beforeAll(async () => {
    server = await startStockServer({ openPipelines: () => Promise.resolve(pipelinesOf(engine)) });
  });
  afterAll(async () => {
    await server.close();
  });
}

describe('with an engine that calls two tools at once', () => {
  serve(new ParallelCallsEngine());

  describe.each(LIVEKIT_VERSIONS)(
    'an unchanged @livekit/agents-plugin-openai of release $release',
    (version) => {
      const caller = liveKitCaller(version);

      it('has one answer to both of its outputs', async () => {
        const client = await caller.connect(server);
        await client.updateTools([ADD]);
        await caller.ask('What are one and two, and three and four?');
        await client.given.next('generationEnded');
        const calls = client.given.all.filter(({ type }) => type === 'call');
        const outputs = calls.map(({ callId, args }) => {
          const { a, b } = JSON.parse(String(args)) as { a: number; b: number };
          return { callId: String(callId), name: 'add', output: String(a + b) };
        });
        await client.giveOutputs(outputs);
        await client.generateReply();
        await client.told.next(
          ({ type, response }) =>
            type === 'response.done' && JSON.stringify(response).includes('They are 3 and 7.'),
        );
        expect(calls).toHaveLength(2);
        expect(client.told.all.filter(({ type }) => type === 'response.created')).toHaveLength(2);
        expect(await caller.saidBy('assistant')).toEqual(['They are 3 and 7.']);
        expect(client.faults).toEqual([]);
      });
    },
  );
});

describe('with an engine that the test speaks for, 200 ms a word', () => {
  const engine = new FakeEngine();
  serve(engine);

  /** Has an answer begun; returns the id of its message. */
  async function begin({ connect, ask }: LiveKitCaller, answer: string): Promise<string> {
    const client = await connect(server);
    await ask('Count.');
    engine.session.speak(answer);
    return (await client.messageSaying(answer)).id;
  }

  /** The words that an answer to one more message is made to. */
  async function historyAfter({ ask }: LiveKitCaller, text: string): Promise<unknown[]> {
    await ask(text);
    const history = engine.session.context.history();
    return history.map((item) => (item.kind === 'message' ? item.text : item.kind));
  }

  describe.each(LIVEKIT_VERSIONS)(
    'an unchanged @livekit/agents-plugin-openai of release $release',
    (version) => {
      const caller = liveKitCaller(version);

      it('truncates, and the next answer is made to what was heard', async () => {
        const id = await begin(caller, 'one two three four five');
        // What was played was received before.
        await expect
          .poll(() => caller.client.spoken.at(-1)?.samples)
          .toBeGreaterThan(450 * SAMPLES_PER_MS);
        await caller.client.stop(id, 450);
        await caller.client.told.next('conversation.item.truncated');
        expect(await historyAfter(caller, 'Go on.')).toEqual(['Count.', 'one two', 'Go on.']);
        // The plugin's own record holds what it was given.
        expect(await caller.saidBy('assistant')).toEqual(['one two three four five']);
        expect(caller.client.faults).toEqual([]);
      });

      it('stops an answer of which nothing was played, and the next is made without it', async () => {
        const { told, record } = UNPLAYED[version.dialect];
        const id = await begin(caller, 'one two three four five');
        await caller.client.stop(id, 0);
        expect(await caller.client.told.next(told)).toMatchObject({ item_id: id });
        const history = await historyAfter(caller, 'Go on.');
        expect(history.filter((text) => text !== '')).toEqual(['Count.', 'Go on.']);
        expect(await caller.saidBy('assistant')).toEqual(record);
        expect(caller.client.faults).toEqual([]);
      });
    },
  );

  describe('an unchanged @livekit/agents-plugin-openai of today', () => {
    const caller = liveKitCaller(LIVEKIT_VERSIONS[0]);

    it('is refused an answer while one is given, does not wait for it, and goes on', async () => {
      await begin(caller, 'one two three');
      const { client } = caller;
      await expect(client.generateReply()).rejects.toThrow('already has an active response');
      expect(client.faults).toMatchObject([{ code: 'conversation_already_has_active_response' }]);
      engine.session.end();
      await client.given.next('generationEnded');
      expect(await historyAfter(caller, 'Go on.')).toEqual(['Count.', 'one two three', 'Go on.']);
    });

    it('puts the words that were heard in the place of a message, under its id', async () => {
      const id = await begin(caller, 'one two three four five');
      const { client } = caller;
      engine.session.end();
      await client.given.next('generationEnded');
      await client.rewrite(id, 'one two');
      expect(await client.told.next('conversation.item.deleted')).toMatchObject({ item_id: id });
      expect(await caller.saidBy('assistant')).toEqual(['one two']);
      expect(await historyAfter(caller, 'Go on.')).toEqual(['Count.', 'one two', 'Go on.']);
      expect(client.faults).toEqual([]);
    });
  });
});
