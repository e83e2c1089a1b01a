import { tool } from '@openai/agents-realtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AgentsClient } from '../testing/agents-client.ts';
import { ParallelCallsEngine, pipelinesOf } from '../testing/parallel-calls-engine.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';

let server: StockServer;
let client: AgentsClient;

afterEach(() => {
  client.close();
  expect(client.unknown).toEqual([]);
  expect(client.errors).toEqual([]);
});

describe('an unchanged @openai/agents-realtime on the embedded pipeline', () => {
  beforeAll(async () => {
    server = await startStockServer();
  });

  afterAll(async () => {
    await server.close();
  });

  it('runs its own tool when the caller’s words ask for it', async () => {
    const asked: unknown[] = [];
    const lookup = tool({
      name: 'lookup_order',
      description: 'Finds an order by its number.',
      parameters: {
        type: 'object',
        properties: { order_id: { type: 'string' } },
        required: ['order_id'],
        additionalProperties: false,
      },
      strict: true,
      execute: (input) => {
        asked.push(input);
        return '{"order_id":"4471","status":"shipped","expected_delivery":"May 2"}';
      },
    });
    client = await AgentsClient.connect(server, { tools: [lookup] });
    client.session.sendMessage('where is my order');
    await client.answered('order number?');
    await client.speak('four-four-seven-one');
    await client.answered('May 2');
    expect(asked).toEqual([{ order_id: '4471' }]);
  });
});

describe('an unchanged @openai/agents-realtime with an engine that calls two tools at once', () => {
  beforeAll(async () => {
    const engine = new ParallelCallsEngine();
    server = await startStockServer({ openPipelines: () => Promise.resolve(pipelinesOf(engine)) });
  });

  afterAll(async () => {
    await server.close();
  });

  it('runs both and has one answer to both outputs', async () => {
    const add = tool({
      name: 'add',
      description: 'Adds two numbers.',
      parameters: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
        additionalProperties: false,
      },
      strict: true,
      execute: (input) => {
        const { a, b } = input as { a: number; b: number };
        return String(a + b);
      },
    });
    client = await AgentsClient.connect(server, { tools: [add] });
    client.session.sendMessage('What are one and two, and three and four?');
    await client.answered('They are');
    await client.told.next(
      ({ type, response }) =>
        type === 'response.done' && JSON.stringify(response).includes('They are'),
    );
    expect(client.said('assistant')).toEqual(['They are 3 and 7.']);
    expect(client.told.types.filter((type) => type === 'response.created')).toHaveLength(2);
  });
});
