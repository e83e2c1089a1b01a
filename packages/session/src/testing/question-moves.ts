import type { ToolDefinition } from '../ports/session-config.ts';
import { TEST_CONFIG } from './test-session.ts';
import type { TestSession } from './test-session.ts';
import { CANCEL_ORDER, TRACE_PACKAGE } from './tool-session.ts';

const CANCEL: ToolDefinition = { ...CANCEL_ORDER, timeoutMs: 20_000 };

/** Tools that want consent, by voice, key and client, and one whose answer may come by e-mail. */
export const ASKING_TOOLS: readonly ToolDefinition[] = [
  ...TEST_CONFIG.tools.map((tool) => ({ ...tool, contactField: 'email' })),
  { ...CANCEL, readBack: '[Cancel {order_id}]. Shall I?' },
  { ...CANCEL, name: 'press_order', confirm: 'dtmf', readBack: '[Cancel it]. Press 1.' },
  { ...CANCEL, name: 'client_order', runs: 'client', readBack: '[Cancel it]. Shall I?' },
  { ...TRACE_PACKAGE, deadlineMs: 3_000, timeoutMs: 20_000 },
];

const REPLIES = ['yes please', 'no', 'what else', '', 'jo at example dot com', 'mm-hmm'];
const CONSENTED = ['cancel_order', 'press_order', 'client_order'];

let callCount = 0;

/** An answer is asked for that calls this tool and says nothing. */
function call(test: TestSession, name: string): boolean {
  const { engine, session } = test;
  if (session.control.requestAnswer({}) !== null) return false;
  engine.session.call(name, '{"order_id":"7"}', `q${callCount++}`);
  engine.session.end();
  return true;
}

/** What was asked of the engine last is spoken, and heard for so long. */
function speak(test: TestSession, ms: number): void {
  const { session } = test.engine;
  const request = session.requests.at(-1);
  if (request?.kind !== 'say') return;
  session.speak(request.text === '' ? 'word' : request.text);
  session.end();
  test.hear(ms);
}

/** The caller says something that lasts so long. */
function say(test: TestSession, text: string, ms: number): void {
  test.engine.session.transcript = text;
  test.detectors.opened.at(-1)?.start();
  test.hear(ms);
  test.detectors.opened.at(-1)?.stop();
}

/** What leads to questions of the session's own, and what may be said to them. */
export const questionMoves = {
  /** A read-back, heard in part or whole. */
  wantConsent: (test: TestSession, amount: number) => {
    if (call(test, CONSENTED[amount % CONSENTED.length]!)) speak(test, amount * 40);
  },
  /** An answer that takes so long that an e-mail is offered, in part or whole. */
  takeLong: (test: TestSession, amount: number) => {
    if (!call(test, 'trace_package')) return;
    test.clock.advance(600);
    speak(test, 1_000);
    test.clock.advance(2_000);
    speak(test, amount * 80);
  },
  /** Two calls of one answer that both want consent; the first gets it. */
  wantTwice: (test: TestSession) => {
    const { engine, session } = test;
    if (session.control.requestAnswer({}) !== null) return;
    engine.session.call('cancel_order', '{"order_id":"1"}', `q${callCount++}`);
    engine.session.call('cancel_order', '{"order_id":"2"}', `q${callCount++}`);
    engine.session.end();
    speak(test, 1_000);
    say(test, 'yes', 300);
  },
  /** An offer that is accepted, and what is said to the question about the address. */
  acceptOffer: (test: TestSession, amount: number) => {
    if (!call(test, 'trace_package')) return;
    test.clock.advance(600);
    speak(test, 1_000);
    test.clock.advance(2_000);
    speak(test, 4_000);
    say(test, 'yes', 300);
    speak(test, 3_000);
    say(test, REPLIES[amount % REPLIES.length]!, 400);
  },
  /** The question that is being asked is spoken to its end. */
  askOn: (test: TestSession, amount: number) => speak(test, amount * 80),
  reply: (test: TestSession, amount: number) =>
    say(test, REPLIES[amount % REPLIES.length]!, 200 + amount * 20),
  /** Words that nobody understands in time. */
  mumble: (test: TestSession, amount: number) => {
    test.engine.session.understands = false;
    say(test, 'yes', 300);
    test.clock.advance(amount * 100);
    test.engine.session.understands = true;
  },
  press: (test: TestSession, amount: number) =>
    test.leg.facts$.next({ type: 'leg.dtmf', digit: String(amount % 3) }),
  type: (test: TestSession, amount: number) => {
    const { control } = test.session;
    control.addItem({
      kind: 'message',
      id: `typed${callCount++}`,
      speaker: 'caller',
      medium: 'text',
      text: REPLIES[amount % REPLIES.length]!,
      audioMs: 0,
    });
    control.requestAnswer({});
  },
  /** A noise that the client takes back. */
  takeBack: (test: TestSession) => {
    test.detectors.opened.at(-1)?.start();
    test.hear(60);
    test.session.control.clearAudio();
  },
};
