import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unknownToStockClient } from './testing/stock-parser.ts';
import { itemsOfClient, wireViolations } from './testing/wire-invariants.ts';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

const lastAgentItemId = (trial: WireTrial): string =>
  trial.control
    .items()
    .filter((item) => item.kind === 'message' && item.speaker === 'agent')
    .at(-1)?.id ?? 'none';

const isAsked = (trial: WireTrial): boolean => trial.engine.requests.length > 0;

let callCount = 0;

/** What callers, clients, engines, tools and time can do to a connection, in any order. */
const MOVES = {
  wait: (trial: WireTrial, amount: number) => trial.clock.advance(amount * 40),
  hear: (trial: WireTrial, amount: number) => trial.hear(amount * 4),
  startSpeech: (trial: WireTrial) => trial.detectors.opened.at(-1)?.start(),
  stopSpeech: (trial: WireTrial) => trial.detectors.opened.at(-1)?.stop(),
  type: (trial: WireTrial) => trial.type('Hi'),
  typeFirst: (trial: WireTrial) =>
    trial.send({
      type: 'conversation.item.create',
      previous_item_id: 'root',
      item: { type: 'message', role: 'user', content: [] },
    }),
  create: (trial: WireTrial) => trial.send({ type: 'response.create' }),
  createOwn: (trial: WireTrial) =>
    trial.send({ type: 'response.create', response: { metadata: { k: 'v' } } }),
  createAside: (trial: WireTrial) =>
    trial.send({ type: 'response.create', response: { conversation: 'none' } }),
  moveAside: (trial: WireTrial, amount: number) => {
    const aside = trial.engines.sessions.slice(1).findLast(({ isClosed }) => !isClosed);
    if (!aside) return;
    if (amount % 3 === 0) aside.end(amount % 2 === 0 ? 'completed' : 'failed');
    else if (amount % 3 === 1) aside.speak('w0 w1');
    else aside.call('client_tool', '{}', `aside_${callCount++}`);
  },
  cancel: (trial: WireTrial) => trial.send({ type: 'response.cancel' }),
  update: (trial: WireTrial) =>
    trial.send({ type: 'session.update', session: { type: 'realtime', instructions: 'x' } }),
  pushToTalk: (trial: WireTrial) =>
    trial.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: null } } },
    }),
  commit: (trial: WireTrial) => trial.send({ type: 'input_audio_buffer.commit' }),
  clear: (trial: WireTrial) => trial.send({ type: 'input_audio_buffer.clear' }),
  truncate: (trial: WireTrial, amount: number) =>
    trial.send({
      type: 'conversation.item.truncate',
      item_id: lastAgentItemId(trial),
      content_index: 0,
      audio_end_ms: amount * 20,
    }),
  retrieve: (trial: WireTrial) =>
    trial.send({ type: 'conversation.item.retrieve', item_id: lastAgentItemId(trial) }),
  deleteFirst: (trial: WireTrial) =>
    trial.send({ type: 'conversation.item.delete', item_id: trial.control.items()[0]?.id ?? 'no' }),
  answerCalls: (trial: WireTrial) => {
    for (const callId of trial.callIds) trial.answerCall(callId, '7');
  },
  speak: (trial: WireTrial, amount: number) => {
    const words = Array.from({ length: 1 + amount }, (_, index) => `w${index}`);
    if (isAsked(trial)) trial.engine.speak(words.join(' '));
  },
  callTool: (trial: WireTrial, amount: number) => {
    const name = amount % 2 === 0 ? 'client_tool' : 'lookup_order';
    if (isAsked(trial)) trial.engine.call(name, '{}', `call_${callCount++}`);
  },
  endGeneration: (trial: WireTrial, amount: number) => {
    if (isAsked(trial)) trial.engine.end(amount % 9 === 0 ? 'failed' : 'completed');
  },
  settleTool: (trial: WireTrial) =>
    trial.tools.running.at(-1)?.settle({ kind: 'result', output: '{}' }),
} satisfies Record<string, (trial: WireTrial, amount: number) => unknown>;

const moves = fc.array(
  fc.tuple(
    fc.constantFrom(...(Object.keys(MOVES) as (keyof typeof MOVES)[])),
    fc.integer({ min: 0, max: 70 }),
  ),
  { minLength: 1, maxLength: 40 },
);

it('tells a stock client nothing that it stumbles over, in any order of events', async () => {
  await fc.assert(
    fc.asyncProperty(moves, fc.boolean(), async (script, greets) => {
      const trial = new WireTrial({ greets });
      framesNoClientKnows();
      for (const [name, amount] of script) {
        MOVES[name](trial, amount);
        await Promise.resolve();
      }
      const events = trial.take();
      const told = itemsOfClient(events);
      const known = new Set(told);
      expect(wireViolations(events)).toEqual([]);
      expect(unknownToStockClient(trial.socket.frames)).toEqual([]);
      const items = trial.control.items().map((item) => item.id);
      expect(told).toEqual(items.filter((id) => known.has(id)));

      trial.connection.socketClosed();
      await trial.connection.session.ended;
      expect(trial.clock.pending).toBe(0);
      expect(trial.take()).toEqual([]);
    }),
    { numRuns: 200 },
  );
}, 60_000);
