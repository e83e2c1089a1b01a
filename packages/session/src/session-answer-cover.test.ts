import { describe, expect, it } from 'vitest';
import type { LegCapabilities } from './ports/caller-leg.ts';
import type { SessionConfig } from './ports/session-config.ts';
import type { EngineMark } from './ports/voice-engine.ts';
import { violations } from './testing/invariants.ts';
import { TestSession } from './testing/test-session.ts';

const AFTER_MS = 1_000;

/** A caller has said something, and the engine has not answered. */
function asked(
  config: Partial<SessionConfig> = {},
  leg: Partial<LegCapabilities> = {},
): TestSession {
  const test = new TestSession(leg, { answerCoverAfterMs: AFTER_MS, greeting: null, ...config });
  test.callerTurn(600);
  mark(test, 'transcriptReady');
  return test;
}

function mark(test: TestSession, name: EngineMark): void {
  const { session } = test.engine;
  const { generationId } = session.request;
  session.emit({ type: 'generation.mark', generationId, mark: name, atMs: test.clock.now() });
}

const spoken = (test: TestSession): string[] =>
  test.session.control
    .items()
    .flatMap((item) =>
      item.kind === 'message' && item.speaker === 'agent' ? [item.text ?? ''] : [],
    );

const turnState = (test: TestSession): string | undefined =>
  test.channel.of('state.changed').findLast(({ region }) => region === 'turn')?.to;

describe('an answer that is long in coming', () => {
  it('is covered with a few words after a while, and then told, as one message', () => {
    const test = asked();
    test.hear(AFTER_MS - 20);
    expect(test.engine.session.covers).toEqual([]);
    test.hear(20);
    expect(test.engine.session.covers).toEqual(['One moment.']);
    expect(test.channel.of('generation.covered')).toHaveLength(1);
    test.hear(600);
    test.engine.session.speak('It has shipped.');
    test.engine.session.end();
    test.hear(2_000);
    expect(spoken(test)).toEqual(['One moment. It has shipped.']);
    expect(turnState(test)).toBe('listening');
    expect(violations({ events: test.channel.events, sent: test.leg.sent })).toEqual([]);
  });

  it('is heard from its first sound on, also where that comes before its words', () => {
    const test = asked();
    test.hear(AFTER_MS + 600);
    expect(turnState(test)).toBe('responding.thinking');
    mark(test, 'firstToken');
    const { session } = test.engine;
    const { generationId } = session.request;
    const pcm = new Int16Array(800);
    session.emit({ type: 'generation.audio', generationId, pcm, sampleRate: 8000 });
    expect(turnState(test)).toBe('responding.speaking');
  });

  it('is measured as a wait until its cover', () => {
    const test = asked();
    test.hear(AFTER_MS + 600);
    const [measured] = test.channel.of('turn.measured');
    expect(measured?.report.hops).toMatchObject({ wait: AFTER_MS, inference: null });
    test.engine.session.speak('Fine.');
    test.engine.session.end();
    test.hear(1_000);
    expect(test.channel.of('turn.measured')).toHaveLength(1);
    expect(test.channel.of('invariant.violated')).toEqual([]);
  });

  it('is covered no more once it was begun, failed, or was cut', () => {
    const begun = asked();
    begun.hear(500);
    begun.engine.session.speak('Fine.');
    const failed = asked();
    failed.engine.session.end('failed');
    const cut = asked();
    cut.session.control.cancelAnswer();
    for (const test of [begun, failed, cut]) {
      test.hear(3_000);
      expect(test.engine.session.covers).toEqual([]);
    }
  });

  it('is covered once, with another phrase each time', () => {
    const test = asked();
    for (let turns = 0; turns < 3; turns += 1) {
      test.hear(AFTER_MS * 3);
      test.engine.session.speak('Fine.');
      test.engine.session.end();
      test.hear(1_000);
      test.callerTurn(600);
    }
    expect(test.engine.session.covers).toEqual(['One moment.', 'Checking now.', 'One moment.']);
  });

  it('is made again, and not the cover said again, where a false alarm cut the cover', () => {
    const test = asked({}, { bargeIn: 'cancel', playedPosition: 'client', maxLeadMs: 10_000 });
    test.hear(AFTER_MS + 100);
    test.engine.session.transcript = '';
    test.detectors.detector.start();
    test.session.control.truncateItem(test.agentItemId, 200);
    test.hear(60);
    test.detectors.detector.pause();
    test.hear(400);
    test.detectors.detector.stop();
    test.hear(2_500);
    const kinds = test.channel.of('generation.started').map(({ kind }) => kind);
    expect(kinds).toEqual(['answer', 'answer']);
    expect(spoken(test)).toEqual(['One', 'Checking now.']);
    expect(test.channel.of('invariant.violated')).toEqual([]);
  });

  it.each([
    ['nobody hears it', { modality: 'text' }],
    ['there are no covers', { covers: [] }],
    ['the agent wants none', { answerCoverAfterMs: undefined }],
  ] as const)('is not covered where %s', (_why, config) => {
    const test = asked(config);
    test.hear(5_000);
    expect(test.engine.session.covers).toEqual([]);
  });

  it('waits with its cover until nobody is heard', () => {
    const test = new TestSession({}, { answerCoverAfterMs: AFTER_MS, greeting: null });
    test.session.control.requestAnswer({});
    test.engine.session.speak('one two three four five six seven eight nine ten');
    test.engine.session.end();
    test.hear(200);
    test.session.control.requestAnswer({});
    test.hear(1_700);
    expect(test.engine.session.covers).toEqual([]);
    test.hear(1_500);
    expect(test.engine.session.covers).toHaveLength(1);
  });

  it('is not covered while the caller speaks over an agent that is not interrupted', () => {
    const turnDetection = {
      mode: 'vad',
      threshold: 0.5,
      prefixPaddingMs: 300,
      silenceDurationMs: 500,
      createsResponse: true,
      interruptsResponse: false,
    } as const;
    const test = asked({ turnDetection });
    test.detectors.detector.start();
    test.hear(AFTER_MS * 2);
    expect(test.engine.session.covers).toEqual([]);
  });
});
