import { describe, expect, it } from 'vitest';
import { FAKE_WORD_MS, TestSession } from './testing/index.ts';

const CANCEL = { bargeIn: 'cancel', playedPosition: 'client', maxLeadMs: 10_000 } as const;
const HOLD = { bargeIn: 'hold', maxLeadMs: 400 } as const;

/** An agent that has been heard for a second, in the middle of a sentence of six words. */
function speaking(leg: typeof CANCEL | typeof HOLD): TestSession {
  const test = new TestSession(leg);
  test.hear(400);
  test.callerTurn();
  test.engine.session.speak('one two three four five six');
  test.engine.session.end();
  test.hear(500);
  return test;
}

/** What the conversation holds of the agent, one text an item. */
const said = (test: TestSession): (string | null)[] =>
  test.session.control
    .items()
    .flatMap((item) => (item.kind === 'message' && item.speaker === 'agent' ? [item.text] : []));

/** The recogniser's words so far. */
function hears(test: TestSession, text: string): void {
  const turn = test.engine.session.turns.at(-1);
  if (!turn) throw new Error('Nobody speaks.');
  test.engine.session.emit({ type: 'transcript', itemId: turn.itemId, text, isFinal: false });
}

/** A sound over the agent that ends, and what it turns out to be. */
function sound(test: TestSession, ms: number, transcript: string): void {
  test.engine.session.transcript = transcript;
  test.detectors.detector.start();
  test.hear(ms);
  test.detectors.detector.pause();
  test.hear(400);
  test.detectors.detector.stop();
}

const verdicts = (test: TestSession): string[] =>
  test.channel.of('bargeIn.decided').map(({ verdict }) => verdict);

describe('speech over the agent on a leg that can hold its audio', () => {
  it('takes the floor with the first words that can mean nothing else', () => {
    const test = speaking(HOLD);
    test.detectors.detector.start();
    test.hear(160);
    hears(test, 'no');
    expect(test.channel.turnStates().at(-1)).toBe('truncated.deciding');
    hears(test, 'no i said stop');
    expect(test.channel.turnStates().slice(-2)).toEqual(['truncated.cut', 'listening']);
    expect(said(test)).toEqual(['one two']);
  });

  it('takes the floor with one short word', () => {
    const test = speaking(HOLD);
    sound(test, 260, 'stop');
    expect(verdicts(test)).toEqual(['cut']);
    expect(test.engine.session.requests).toHaveLength(2);
    expect(test.session.control.items().at(-1)).toMatchObject({ speaker: 'caller', text: 'stop' });
  });

  it('takes the floor with a word that nobody understands', () => {
    const test = speaking(HOLD);
    sound(test, 300, '');
    expect(verdicts(test)).toEqual(['cut']);
    expect(test.engine.session.requests).toHaveLength(2);
  });

  it.each([
    ['a cough', ''],
    ['a backchannel', 'uh-huh'],
  ])('goes on after %s where it was, and keeps no turn of it', (_name, transcript) => {
    const test = speaking(HOLD);
    sound(test, 240, transcript);
    expect(verdicts(test)).toEqual(['falseAlarm']);
    test.hear(2_000);
    expect(said(test)).toEqual(['one two three four five six']);
    expect(test.session.control.items()).toHaveLength(2);
    expect(test.engine.session.requests).toHaveLength(1);
  });

  it('waits for the end of what may be a backchannel', () => {
    const test = speaking(HOLD);
    test.detectors.detector.start();
    test.hear(300);
    hears(test, 'okay');
    test.hear(500);
    expect(test.channel.turnStates().at(-1)).toBe('truncated.deciding');
    test.detectors.detector.pause();
    test.hear(120);
    expect(test.channel.turnStates().at(-1)).toBe('responding.speaking');
  });

  it('hears out who goes on after a backchannel', () => {
    const test = speaking(HOLD);
    test.detectors.detector.start();
    test.hear(300);
    hears(test, 'okay');
    test.hear(200);
    hears(test, 'okay but what about');
    expect(test.channel.turnStates().slice(-2)).toEqual(['truncated.cut', 'listening']);
  });

  it('takes two sounds 100 ms apart for what each of them is', () => {
    const test = speaking(HOLD);
    test.engine.session.transcript = '';
    test.detectors.detector.start();
    test.hear(60);
    test.detectors.detector.pause();
    test.hear(40);
    test.detectors.detector.start();
    test.hear(200);
    hears(test, 'no wait');
    test.hear(800);
    expect(verdicts(test)).toEqual(['falseAlarm', 'cut']);
    expect(said(test)).toEqual(['one two']);
  });

  it('keeps back what is made while nobody knows whose turn it is', () => {
    const test = new TestSession(HOLD);
    test.hear(400);
    test.callerTurn();
    test.detectors.detector.start();
    test.hear(60);
    test.engine.session.speak('one two');
    test.engine.session.end();
    test.hear(100);
    expect(test.leg.sent).toEqual([]);
    test.engine.session.transcript = '';
    test.detectors.detector.pause();
    test.hear(100);
    test.detectors.detector.stop();
    test.hear(600);
    expect(said(test)).toEqual(['one two']);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
  });

  it('goes on when the client takes back what was heard', () => {
    const test = speaking(HOLD);
    test.detectors.detector.start();
    test.hear(100);
    test.session.control.clearAudio();
    expect(test.channel.turnStates().at(-1)).toBe('responding.speaking');
    test.hear(2_000);
    expect(said(test)).toEqual(['one two three four five six']);
  });
});

describe('speech over the agent on a leg whose client flushes its own buffer', () => {
  it.each([
    ['a cough', ''],
    ['a backchannel', 'right'],
  ])('is followed by the unheard rest as an answer of its own after %s', (_name, transcript) => {
    const test = speaking(CANCEL);
    test.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : '');
    test.engine.session.transcript = transcript;
    test.detectors.detector.start();
    test.session.control.truncateItem(test.agentItemId, 450);
    test.hear(240);
    test.detectors.detector.pause();
    test.hear(400);
    test.detectors.detector.stop();
    expect(test.channel.of('generation.started').at(-1)).toMatchObject({ kind: 'resumption' });
    test.hear(4 * FAKE_WORD_MS + 100);
    expect(said(test)).toEqual(['one two', 'three four five six']);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
    expect(test.session.control.items()).toHaveLength(3);
  });

  it('does not say again what was heard to its end', () => {
    const test = speaking(CANCEL);
    test.engine.session.transcript = '';
    test.detectors.detector.start();
    test.session.control.truncateItem(test.agentItemId, 1_200);
    test.hear(100);
    test.detectors.detector.stop();
    expect(test.engine.session.requests).toHaveLength(1);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
  });

  it('makes an answer again that was cut before it was heard', () => {
    const test = new TestSession(CANCEL);
    test.hear(400);
    test.callerTurn();
    test.engine.session.transcript = '';
    test.hear(60);
    sound(test, 60, '');
    expect(test.engine.session.requests.map(({ kind }) => kind)).toEqual(['answer', 'answer']);
    expect(test.channel.turnStates().at(-1)).toBe('responding.thinking');
  });

  it('answers what the client asked for meanwhile, instead of the rest', () => {
    const test = speaking(CANCEL);
    test.detectors.detector.start();
    expect(test.session.control.requestAnswer({})).toBeNull();
    test.engine.session.transcript = '';
    test.hear(60);
    test.detectors.detector.stop();
    test.session.control.truncateItem(test.agentItemId, 450);
    expect(test.channel.of('generation.started').map(({ kind }) => kind)).toEqual([
      'answer',
      'answer',
    ]);
  });

  it('answers real words and says nothing again', () => {
    const test = speaking(CANCEL);
    sound(test, 260, 'stop');
    test.session.control.truncateItem(test.agentItemId, 450);
    test.hear(600);
    expect(test.channel.of('generation.started').map(({ kind }) => kind)).toEqual([
      'answer',
      'answer',
    ]);
  });

  it('leaves two user items and an answer nobody heard when the caller resumes after the commit', () => {
    const test = new TestSession(CANCEL);
    test.hear(400);
    test.engine.session.transcript = "it's uh four";
    test.callerTurn();
    test.engine.session.speak('I did not');
    test.detectors.detector.start();
    test.session.control.truncateItem(test.agentItemId, 0);
    test.hear(900);
    test.engine.session.transcript = 'four seven one';
    test.detectors.detector.stop();
    const texts = test.session.control
      .items()
      .map((item) => (item.kind === 'message' ? `${item.speaker}: ${item.text}` : item.kind));
    expect(texts).toEqual(["caller: it's uh four", 'agent: ', 'caller: four seven one']);
  });
});

describe('sounds over the agent that are not the caller’s', () => {
  const tone = (ms: number, amplitude: number): Int16Array =>
    Int16Array.from({ length: ms * 8 }, (_, i) => Math.round(amplitude * Math.sin(i * 0.37)));
  const hearTone = (test: TestSession, ms: number, amplitude: number): void => {
    for (let elapsedMs = 0; elapsedMs < ms; elapsedMs += 20) {
      test.leg.speak(tone(20, amplitude));
      test.clock.advance(20);
    }
  };

  /** A caller whose voice is known, and an agent that speaks. */
  const known = (): TestSession => {
    const test = new TestSession(HOLD);
    test.hear(400);
    test.detectors.detector.start();
    hearTone(test, 800, 8_000);
    test.detectors.detector.stop();
    test.engine.session.speak(Array.from({ length: 30 }, (_, i) => `w${i}`).join(' '));
    test.hear(500);
    return test;
  };

  it('do not stop it while they are far below the caller’s voice', () => {
    const test = known();
    hearTone(test, 100, 800);
    test.detectors.detector.start();
    hearTone(test, 600, 800);
    test.detectors.detector.stop();
    expect(test.leg.clearedAtMs).toEqual([]);
    expect(test.channel.turnStates().at(-1)).toBe('responding.speaking');
  });

  it('stop it as soon as they become the caller’s', () => {
    const test = known();
    hearTone(test, 100, 800);
    test.detectors.detector.start();
    hearTone(test, 300, 800);
    expect(test.leg.clearedAtMs).toEqual([]);
    hearTone(test, 80, 8_000);
    expect(test.leg.clearedAtMs).toHaveLength(1);
  });

  /** A line that brings the agent's voice back 60 ms later, a quarter as loud. */
  const echoing = (ms: number): { test: TestSession; hear: (untilMs: number) => void } => {
    const test = new TestSession(HOLD);
    test.hear(400);
    test.callerTurn();
    const voice = Int16Array.from({ length: 8 * ms }, (_, i) =>
      Math.round(6_000 * Math.sin((i * i) / 90_000) * Math.sin(i / 700)),
    );
    const { generationId } = test.engine.session.request;
    test.engine.session.emit({ type: 'generation.text', generationId, delta: 'word' });
    test.engine.session.emit({
      type: 'generation.audio',
      generationId,
      pcm: voice,
      sampleRate: 8000,
    });
    test.engine.session.end();
    let at = -8 * 60;
    const hear = (untilMs: number): void => {
      for (; at < 8 * (untilMs - 60); at += 160) {
        const heard = new Int16Array(160);
        if (at >= 0) heard.set(voice.subarray(at, at + 160).map((x) => x / 4));
        test.leg.speak(heard);
        test.clock.advance(20);
      }
    };
    return { test, hear };
  };

  it('do not stop it when they are its own voice', () => {
    const { test, hear } = echoing(3_000);
    hear(800);
    test.detectors.detector.start();
    hear(1_500);
    expect(test.leg.clearedAtMs).toEqual([]);
    expect(test.channel.turnStates().at(-1)).toBe('responding.speaking');
  });

  it('make no turn when its own voice comes back after its end', () => {
    const { test, hear } = echoing(1_000);
    hear(800);
    test.detectors.detector.start();
    hear(1_040);
    expect(test.channel.turnStates().at(-1)).toBe('listening');
    test.detectors.detector.pause();
    test.detectors.detector.resume();
    hear(1_060);
    test.detectors.detector.stop();
    expect(test.channel.of('caller.speechStarted')).toHaveLength(1);
  });
});
