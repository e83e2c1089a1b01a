import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpenAIConversation } from '../testing/openai-conversation.ts';
import { OPENAI_HELPERS } from '../testing/openai-helper.ts';
import { ParallelCallsEngine, pipelinesOf } from '../testing/parallel-calls-engine.ts';
import { startTlsServerForTests } from '../testing/stock-tls-server.ts';

const LOOKUP_ORDER = {
  type: 'function',
  name: 'lookup_order',
  description: 'Finds an order by its number.',
  parameters: {
    type: 'object',
    properties: { order_id: { type: 'string' } },
    required: ['order_id'],
  },
};

const ADD = {
  type: 'function',
  name: 'add',
  description: 'Adds two numbers.',
  parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
};

let conversation: OpenAIConversation;

const isCall = ({ type }: { type: string }): boolean =>
  type === 'response.function_call_arguments.done';

afterEach(async () => {
  const { helper, unknown } = conversation;
  await helper.close();
  expect(unknown).toEqual([]);
  expect(helper.errors).toEqual([]);
});

describe('a Realtime helper of an unchanged openai package', () => {
  const running = startTlsServerForTests();

  describe.each(OPENAI_HELPERS)('$module', ({ dialect, open }) => {
    beforeEach(async () => {
      conversation = new OpenAIConversation(await open(dialect, running.server), dialect);
    });

    it('runs a tool of its own and has the answer to it', async () => {
      const { told } = conversation.helper;
      conversation.update({ tools: [LOOKUP_ORDER] });
      conversation.ask('where is order 4471');
      const call = await told.next(isCall);
      expect(call).toMatchObject({ arguments: '{"order_id":"4471"}' });
      const output = '{"order_id":"4471","status":"shipped","expected_delivery":"May 2"}';
      conversation.give(output, call.call_id);
      await conversation.answered('May 2');
    });
  });
});

describe('with an engine that calls two tools at once', () => {
  const engine = new ParallelCallsEngine();
  const running = startTlsServerForTests({
    openPipelines: () => Promise.resolve(pipelinesOf(engine)),
  });

  describe.each(OPENAI_HELPERS)('$module', ({ dialect, open }) => {
    beforeEach(async () => {
      conversation = new OpenAIConversation(await open(dialect, running.server), dialect);
    });

    it('has one answer to both outputs, though it asks after each', async () => {
      const { told } = conversation.helper;
      conversation.update({ tools: [ADD] });
      told.listen((event) => {
        if (!isCall(event)) return;
        const { a, b } = JSON.parse(String(event.arguments)) as { a: number; b: number };
        conversation.give(String(a + b), event.call_id);
      });
      conversation.ask('What are one and two, and three and four?');
      const { response_id: answer } = await conversation.answered('They are');
      const done = await told.next(
        ({ type, response }) =>
          type === 'response.done' && (response as { id: string }).id === answer,
      );
      expect(done.response).toMatchObject({ status: 'completed' });
      expect((await conversation.answered('They are')).transcript).toBe('They are 3 and 7.');
      expect(told.all.filter(isCall)).toHaveLength(2);
      expect(told.types.filter((type) => type === 'response.created')).toHaveLength(2);
    });
  });
});
