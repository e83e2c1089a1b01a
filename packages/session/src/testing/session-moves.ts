import { TEST_CONFIG } from './test-session.ts';
import type { TestSession } from './test-session.ts';
import { questionMoves } from './question-moves.ts';

/** Nothing, a backchannel, what wants the floor, and replies. */
const WORDS = ['', 'uh-huh', 'stop', 'yes please', 'no'];

/** A move and how much of it. */
export type Move = readonly [name: keyof typeof MOVES, amount: number];

/** What callers, clients, engines, tools and time can do to a session, in any order. */
export const MOVES = {
  ...questionMoves,
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
  /** A sound too short for a word. */
  click: (test: TestSession) => {
    test.detectors.opened.at(-1)?.start();
    test.hear(60);
    test.detectors.opened.at(-1)?.pause();
  },
  /** Two answers, of which the second is cancelled while the first is heard. */
  cancelSecond: (test: TestSession) => {
    const { control } = test.session;
    const isAsked = (): boolean => control.requestAnswer({}) === null;
    if (!isAsked()) return;
    test.engine.session.speak('w0 w1 w2 w3');
    test.engine.session.end();
    if (isAsked()) control.cancelAnswer();
  },
  /** An answer that calls a tool which takes its time. */
  waitForTool: (test: TestSession) => {
    if (test.session.control.requestAnswer({}) !== null) return;
    test.engine.session.call('lookup_order', '{}', `c${callCount++}`);
    test.engine.session.end();
    test.clock.advance(600);
  },
  /** Speech over a cover that may not be interrupted, and is still being made. */
  overCover: (test: TestSession) => {
    const { control } = test.session;
    control.configure({ turnDetection: { ...TURN_DETECTION, interruptsResponse: false } });
    if (control.requestAnswer({}) !== null) return;
    test.engine.session.call('lookup_order', '{}', `c${callCount++}`);
    test.engine.session.end();
    test.clock.advance(600);
    test.detectors.opened.at(-1)?.start();
    test.hear(200);
    test.detectors.opened.at(-1)?.stop();
  },
  /** An answer that hands the caller over. */
  handOff: (test: TestSession) => {
    if (test.session.control.requestAnswer({}) !== null) return;
    test.engine.session.call('transfer_to_human', '{}', `c${callCount++}`);
    test.engine.session.end();
  },
  waitLong: (test: TestSession) => test.clock.advance(21_000),
  /** Seldom, because nothing happens afterwards. */
  end: (test: TestSession, amount: number) => {
    if (amount > 57) test.session.control.end('clientEnded');
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
    test.tools.running.at(-1)?.settle({ kind: 'result', output: '{"email":"jo@example.com"}' }),
  truncate: (test: TestSession, amount: number) => {
    const item = test.session.control
      .items()
      .filter((candidate) => candidate.kind === 'message' && candidate.speaker === 'agent')
      .at(amount % 3 === 0 ? -2 : -1);
    if (item) test.session.control.truncateItem(item.id, amount * 20);
  },
  commit: (test: TestSession) => test.session.control.commitAudio(),
  /** As much audio as can be committed, and its commit. */
  commitHeard: (test: TestSession) => {
    test.hear(120);
    test.session.control.commitAudio();
  },
  clear: (test: TestSession) => test.session.control.clearAudio(),
  byHand: (test: TestSession) => test.session.control.configure({ turnDetection: null }),
  /** Turns are answered when the client asks, and may not interrupt. */
  byClient: (test: TestSession, amount: number) =>
    test.session.control.configure({
      turnDetection: {
        ...TURN_DETECTION,
        createsResponse: false,
        interruptsResponse: amount % 2 === 0,
      },
    }),
  /** The client wants to read, or to hear again. */
  read: (test: TestSession, amount: number) =>
    test.session.control.configure({ modality: amount % 2 === 0 ? 'audio' : 'text' }),
  /** A caller who has spoken for long, and pauses. */
  tellStory: (test: TestSession) => {
    test.session.control.configure({ listeningNoises: ['Mm-hmm.'], listeningAfterMs: 1_000 });
    test.detectors.opened.at(-1)?.start();
    test.hear(1_200);
    test.detectors.opened.at(-1)?.pause();
  },
  semantic: (test: TestSession) =>
    test.session.control.configure({
      turnDetection: { ...TURN_DETECTION, mode: 'semantic', silenceDurationMs: 4_000 },
    }),
} satisfies Record<string, (test: TestSession, amount: number) => unknown>;

let callCount = 0;

const TURN_DETECTION = TEST_CONFIG.turnDetection!;
