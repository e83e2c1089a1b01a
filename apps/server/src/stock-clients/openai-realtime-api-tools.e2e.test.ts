import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ParallelCallsEngine, pipelinesOf } from '../testing/parallel-calls-engine.ts';
import { RealtimeApiClient } from '../testing/realtime-api-client.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';

const ADD = {
  name: 'add',
  description: 'Adds two numbers.',
  parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
};

const LOOKUP_ORDER = {
  name: 'lookup_order',
  description: 'Finds an order by its number.',
  parameters: { type: 'object', properties: { order_id: { type: 'string' } } },
};

let server: StockServer;
let client: RealtimeApiClient;

afterEach(() => {
  client.close();
  expect(client.unknown).toEqual([]);
  expect(client.faults).toEqual([]);
});

describe('an unchanged openai-realtime-api on the embedded pipeline', () => {
  beforeAll(async () => {
    server = await startStockServer();
  });

  afterAll(async () => {
    await server.close();
  });

  it('runs a tool of its own and has the answer to it', async () => {
    client = await RealtimeApiClient.connect(server);
    const asked: unknown[] = [];
    client.client.addTool(LOOKUP_ORDER, (input: unknown) => {
      asked.push(input);
      return { order_id: '4471', status: 'shipped', expected_delivery: 'May 2' };
    });
    client.write('where is order 4471');
    await client.answered('May 2');
    expect(asked).toEqual([{ order_id: '4471' }]);
  });
});

describe('an unchanged openai-realtime-api with an engine that calls two tools at once', () => {
  beforeAll(async () => {
    const engine = new ParallelCallsEngine();
    server = await startStockServer({ openPipelines: () => Promise.resolve(pipelinesOf(engine)) });
  });

  afterAll(async () => {
    await server.close();
  });

  it('has one answer to both of its outputs', async () => {
    client = await RealtimeApiClient.connect(server);
    client.client.addTool(ADD, ({ a, b }: { a: number; b: number }) => a + b);
    client.write('What are one and two, and three and four?');
    await client.answered('They are');
    await client.told.next(
      ({ type, response }) =>
        type === 'response.done' &&
        JSON.stringify(response).includes('They are') &&
        JSON.stringify(response).includes('completed'),
    );
    expect(client.said('assistant')).toEqual(['They are 3 and 7.']);
    expect(client.told.types.filter((type) => type === 'response.created')).toHaveLength(2);
  });
});
