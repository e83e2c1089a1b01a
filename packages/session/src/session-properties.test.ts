import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TEST_CONFIG, TestSession, violations } from './testing/index.ts';

/** Nothing, a backchannel, and what wants the floor. */
const WORDS = ['', 'uh-huh', 'stop'];

type Move = readonly [name: keyof typeof MOVES, amount: number];

/** What callers, clients, engines, tools and time can do to a session, in any order. */
const MOVES = {
  wait: (test: TestSession, amount: number) => test.clock.advance(amount * 20),
  hear: (test: TestSession, amount: number) => test.hear(amount * 4),
  startSpeech: (test: TestSession) => test.detectors.opened.at(-1)?.start(),
  pauseSpeech: (test: TestSession) => test.detectors.opened.at(-1)?.pause(),
  resumeSpeech: (test: TestSession) => test.detectors.opened.at(-1)?.resume(),
  stopSpeech: (test: TestSession) => test.detectors.opened.at(-1)?.stop(),
  understand: (test: TestSession, amount: number) => {
    const { session } = test.engine;
    session.transcript = WORDS[amount % WORDS.length]!;
    const turn = session.turns.at(-1);
    if (turn?.state !== 'open') return;
    const { itemId } = turn;
    const endOfTurn = amount % 5 === 0 ? {} : { endOfTurn: (amount % 5) / 4 };
    session.emit({
      type: 'transcript',
      itemId,
      text: session.transcript,
      isFinal: false,
      ...endOfTurn,
    });
  },
  ask: (test: TestSession) => test.session.control.requestAnswer({}),
  cancel: (test: TestSession) => test.session.control.cancelAnswer(),
  greet: (test: TestSession) => test.session.control.greet(),
  speak: (test: TestSession, amount: number) => {
    if (test.engine.session.requests.length > 0) {
      test.engine.session.speak(
        Array.from({ length: 1 + (amount % 6) }, (_, i) => `w${i}`).join(' '),
      );
    }
  },
  callTool: (test: TestSession, amount: number) => {
    const names = ['lookup_order', 'client_tool', 'transfer_to_human', 'unknown_tool'];
    if (test.engine.session.requests.length > 0) {
      test.engine.session.call(names[amount % 3 === 0 ? amount % 4 : 0]!, '{}', `c${callCount++}`);
    }
  },
  endGeneration: (test: TestSession, amount: number) => {
    if (test.engine.session.requests.length > 0) {
      test.engine.session.end(amount % 9 === 0 ? 'failed' : 'completed');
    }
  },
  settleTool: (test: TestSession) =>
    test.tools.running.at(-1)?.settle({ kind: 'result', output: '{}' }),
  truncate: (test: TestSession, amount: number) => {
    const item = test.session.control
      .items()
      .filter((candidate) => candidate.kind === 'message' && candidate.speaker === 'agent')
      .at(-1);
    if (item) test.session.control.truncateItem(item.id, amount * 20);
  },
  commit: (test: TestSession) => test.session.control.commitAudio(),
  clear: (test: TestSession) => test.session.control.clearAudio(),
  byHand: (test: TestSession) => test.session.control.configure({ turnDetection: null }),
  semantic: (test: TestSession) =>
    test.session.control.configure({
      turnDetection: { ...TURN_DETECTION, mode: 'semantic', silenceDurationMs: 4_000 },
    }),
} satisfies Record<string, (test: TestSession, amount: number) => unknown>;

let callCount = 0;

const TURN_DETECTION = TEST_CONFIG.turnDetection!;

const moves = fc.array(
  fc.tuple(
    fc.constantFrom(...(Object.keys(MOVES) as (keyof typeof MOVES)[])),
    fc.integer({ min: 0, max: 60 }),
  ) satisfies fc.Arbitrary<Move>,
  { minLength: 1, maxLength: 40 },
);

describe('a session under any order of events', () => {
  it.each(['hold', 'cancel'] as const)(
    'keeps its invariants on a %s leg',
    async (bargeIn) => {
      await fc.assert(
        fc.asyncProperty(moves, async (script) => {
          const test = new TestSession({
            bargeIn,
            playedPosition: bargeIn === 'hold' ? 'estimate' : 'client',
            maxLeadMs: bargeIn === 'hold' ? 400 : 10_000,
          });
          for (const [name, amount] of script) {
            MOVES[name](test, amount);
            await Promise.resolve();
          }
          expect(violations({ events: test.channel.events, sent: test.leg.sent })).toEqual([]);

          // Left alone with an engine that ends what it began, the session comes to rest.
          test.engine.session.autoReply = () => 'word';
          if (test.engine.session.requests.length > 0) test.engine.session.end();
          for (let round = 0; round < 20; round++) {
            test.detectors.opened.at(-1)?.stop();
            test.clock.advance(3_000);
            await Promise.resolve();
          }
          const state = test.channel.turnStates().at(-1) ?? 'listening';
          expect(['listening', 'ended', 'toolPending.quiet']).toContain(state);

          test.leg.hangUp();
          await test.session.ended;
          expect(test.clock.pending).toBe(0);
          expect(violations({ events: test.channel.events, sent: test.leg.sent })).toEqual([]);
        }),
        { numRuns: Number(process.env['ANTIPHON_PROPERTY_RUNS'] ?? 500) },
      );
    },
    600_000,
  );
});
