import { describe, expect, it } from 'vitest';
import { TEST_CONFIG, ToolSession } from './testing/index.ts';
import { MemoryRecorder } from './testing/memory-recorder.ts';
import type { SessionConfig } from './ports/session-config.ts';
import type { SessionLog } from './ports/session-log.ts';

const CARD = '4111111111111111';
const SAID = 'It is four one double one, uh, 1111. Eleven eleven, triple one one. Thanks.';
const TOLD = 'It is •••• {secure:entry_1}. Thanks.';

interface Kept {
  readonly test: ToolSession;
  /** All that is told and kept of the session, but for its sound. */
  readonly told: () => string;
}

function session(config: Partial<SessionConfig> = { keypad: 'secure' }): Kept {
  const recorder = new MemoryRecorder();
  const logged: unknown[] = [];
  const log: SessionLog = {
    append: (_sessionId, entry) => void logged.push(entry),
    read: () => Promise.resolve([]),
  };
  const tools = TEST_CONFIG.tools.map((tool) => ({
    ...tool,
    followUp: { subject: 'Card {pin}', body: '{pin}: {result}' },
    deadlineMs: 8_000,
    timeoutMs: 60_000,
  }));
  const test = new ToolSession({ config: { tools, ...config }, more: { recorder, log } });
  const told = () =>
    JSON.stringify([
      test.channel.events,
      test.session.control.items(),
      test.engine.session.context.history(),
      recorder.recordings.flatMap(({ events }) => events),
      logged,
      test.followUps,
      test.outputs,
      test.said,
    ]);
  return { test, told };
}

function callerTexts(test: ToolSession): (string | null)[] {
  return test.session.control
    .items()
    .flatMap((item) => (item.kind === 'message' && item.speaker === 'caller' ? [item.text] : []));
}

/** The recogniser writes these one after the other, and then the last of them for good. */
function says(test: ToolSession, ...texts: string[]): void {
  const { session: engine } = test.engine;
  test.detectors.detector.start();
  test.hear(400);
  const { itemId } = engine.turns.at(-1)!;
  for (const text of texts) engine.emit({ type: 'transcript', itemId, text, isFinal: false });
  engine.transcript = texts.at(-1)!;
  test.detectors.detector.stop();
}

/** What is said word by word. */
const growing = (text: string): string[] =>
  text.split(' ').map((_word, index, words) => words.slice(0, index + 1).join(' '));

describe('a card number that the caller says while numbers are secret', () => {
  it('reaches the tool and nobody else', async () => {
    const { test, told } = session();
    test.engine.session.autoReply = null;
    says(test, ...growing(SAID));
    expect(callerTexts(test)).toEqual([TOLD]);
    test.engine.session.call('lookup_order', '{"pin":"{secure:entry_1}"}');
    test.engine.session.end();
    expect(test.tools.running[0]?.call.arguments).toBe(`{"pin":"${CARD}"}`);
    await test.tools.finish('{"echo":"4111 1111-1111 1111","status":"paid"}');
    expect(test.outputs).toEqual(['{"echo":"••••","status":"paid"}']);
    expect(told()).toContain(TOLD);
    // Its first digits are, while it is being said.
    expect(told()).toContain('It is four one double one, uh,');
    expect(told()).not.toMatch(/1111|eleven|triple one/iu);
  });

  it('is what stands for it, too, where a model that heard it passes it on', async () => {
    const { test, told } = session();
    test.engine.session.autoReply = null;
    says(test, SAID);
    test.engine.session.call('lookup_order', `{"pin":"4111-1111 1111 1111","number":${CARD}}`);
    test.engine.session.end();
    expect(test.tools.running[0]?.call.arguments).toBe(`{"pin":"${CARD}","number":"${CARD}"}`);
    await test.tools.finish('{}');
    expect(told()).toContain('{secure:entry_1}');
    expect(told()).not.toContain('1111');
  });

  it('is not in a promised e-mail, when the tool ends after the call', async () => {
    const { test, told } = session();
    test.engine.session.autoReply = null;
    says(test, SAID);
    test.engine.session.call('lookup_order', '{"pin":"{secure:entry_1}"}');
    test.engine.session.end();
    test.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : 'Fine.');
    await test.wait(12_000);
    test.says('yes');
    await test.wait(2_500);
    test.says('yes');
    await test.wait(40);
    test.leg.hangUp();
    await test.session.ended;
    await test.tools.finish(`{"echo":"${CARD}"}`);
    expect(test.followUps.settled).toMatchObject([{ outcome: { output: '{"echo":"••••"}' } }]);
    expect(told()).toContain('the number you gave');
    expect(told()).not.toMatch(/1111|double one|eleven|triple/iu);
  });

  it('has the same name when it is said again, and other words are left as they are', async () => {
    const { test } = session();
    const others = [
      'My order is four four seven one, and my phone is 030 1234 5678.',
      'It is 4111 1111 1111 1112.',
    ];
    for (const text of [SAID, 'No: 4111 1111 1111 1111', ...others]) {
      test.says(text);
      await test.wait(1_000);
    }
    expect(callerTexts(test)).toEqual([TOLD, 'No: •••• {secure:entry_1}', ...others]);
  });

  it('is told to nobody while it may become one', () => {
    const { test } = session();
    const { tellable } = test.engine.session.context;
    expect(tellable?.('my order is 4471')).toBe('my order is 4471');
    expect(tellable?.('it is 4111 1111 1111 111')).toBeNull();
    expect(tellable?.(SAID)).toBe(TOLD);
  });

  it('is secret in the turn that follows, too, and in no later one', async () => {
    const { test } = session();
    test.session.control.configure({ keypad: 'open' });
    for (const text of ['', SAID, SAID]) {
      test.says(text);
      await test.wait(1_000);
    }
    expect(callerTexts(test)).toEqual(['', TOLD, SAID]);
  });

  it('is told as it is said where numbers are open', () => {
    const { test } = session({});
    says(test, ...growing(SAID));
    expect(callerTexts(test)).toEqual([SAID]);
    expect(test.engine.session.context.tellable?.(SAID)).toBe(SAID);
  });
});
