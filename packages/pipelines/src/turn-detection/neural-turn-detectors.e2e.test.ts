import type { TurnDetection, TurnDetector, TurnFact } from '@antiphon/session';
import { describeTurnDetectors } from '@antiphon/session/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureClip, telephoneFrames } from '../embedded/fixture-clip.ts';
import type { PipelineError } from '../pipeline-error.ts';
import { isTurnBound } from '../testing/turn-bounds.ts';
import { NeuralTurnDetectors } from './neural-turn-detectors.ts';

const DETECTION: TurnDetection = {
  mode: 'vad',
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 500,
  createsResponse: true,
  interruptsResponse: true,
};
const SILENCE = new Int16Array(8000);
const MAX_SESSIONS = 8;

let detectors: NeuralTurnDetectors;
let failures: PipelineError[];

beforeAll(async () => {
  failures = [];
  detectors = await NeuralTurnDetectors.start({
    maxSessions: MAX_SESSIONS,
    onFailure: (error) => failures.push(error),
  });
});

afterAll(async () => {
  await detectors.close();
  expect(failures).toEqual([]);
});

/** A detector whose facts are kept, and a promise for the moment when there are `count` of them. */
class Listener {
  readonly facts: TurnFact[] = [];
  readonly detector: TurnDetector;
  #awaited = Infinity;
  #done = (): void => {};

  constructor() {
    this.detector = detectors.open(DETECTION, (fact) => {
      if (!isTurnBound(fact)) return;
      this.facts.push(fact);
      if (this.facts.length === this.#awaited) this.#done();
    });
  }

  hear(...pieces: Int16Array[]): this {
    for (const pcm of pieces) {
      for (const frame of telephoneFrames(pcm)) this.detector.accept(frame);
    }
    return this;
  }

  async next(count: number): Promise<TurnFact[]> {
    await new Promise<void>((resolve) => {
      this.#awaited = count;
      this.#done = resolve;
      if (this.facts.length >= count) resolve();
    });
    return this.facts;
  }
}

/** The turn's ends in milliseconds, from a detector of its own. */
async function turnIn(...pieces: Int16Array[]): Promise<{ startMs: number; endMs: number }> {
  const listener = new Listener().hear(...pieces);
  const [started, stopped] = await listener.next(2);
  listener.detector.close();
  if (started?.type !== 'speechStarted' || stopped?.type !== 'speechStopped') {
    throw new Error(`expected a start and a stop, got ${JSON.stringify(listener.facts)}`);
  }
  expect(stopped.decidedMs - stopped.endMs).toBeGreaterThanOrEqual(DETECTION.silenceDurationMs);
  return { startMs: started.startMs, endMs: stopped.endMs };
}

/** First and last 10 ms above -45 dBFS, in milliseconds: where the speech of a clean clip lies. */
function loudPart(pcm: Int16Array): { startMs: number; endMs: number } {
  const loud: number[] = [];
  for (let at = 0; at + 80 <= pcm.length; at += 80) {
    const sum = pcm.subarray(at, at + 80).reduce((total, sample) => total + sample ** 2, 0);
    if (sum / 80 > 32768 ** 2 * 10 ** -4.5) loud.push(at / 8);
  }
  return { startMs: loud[0]!, endMs: loud.at(-1)! + 10 };
}

function noise(ms: number, amplitude: number): Int16Array {
  let seed = 7;
  return Int16Array.from({ length: ms * 8 }, () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.round((seed / 1073741824 - 1) * amplitude);
  });
}

function hum(ms: number): Int16Array {
  return Int16Array.from({ length: ms * 8 }, (_, index) =>
    Math.round(4000 * Math.sin((2 * Math.PI * 50 * index) / 8000)),
  );
}

describeTurnDetectors('neural', async () => {
  const neural = await NeuralTurnDetectors.start({ maxSessions: 3, onFailure: () => {} });
  return {
    detectors: neural,
    speech: fixtureClip('festival-order-4471').subarray(2400, 14400),
    // Sessions are judged in turn, so whatever is shorter has been judged when this turn ends.
    settle: () =>
      new Promise((resolve) => {
        const last = neural.open(DETECTION, (fact) => {
          if (fact.type !== 'speechStopped') return;
          last.close();
          resolve();
        });
        const clip = fixtureClip('festival-yes');
        for (const pcm of [noise(5000, 300), clip, SILENCE]) {
          for (const frame of telephoneFrames(pcm)) last.accept(frame);
        }
      }),
    close: () => neural.close(),
  };
});

describe('NeuralTurnDetectors', () => {
  it.each([
    'festival-order-4471',
    'festival-cancel-and-reorder',
    'festival-yes',
    'festival-where-is-my-package',
    'flite-order-4471',
    'flite-cancel-and-reorder',
    'flite-yes',
    'flite-order-55129',
  ])('finds where the speech of %s begins and ends', async (name) => {
    const clip = fixtureClip(name);
    const loud = loudPart(clip);
    const turn = await turnIn(clip, SILENCE);
    expect(Math.abs(turn.startMs - loud.startMs)).toBeLessThanOrEqual(70);
    expect(Math.abs(turn.endMs - loud.endMs)).toBeLessThanOrEqual(70);
  });

  it('hears no turn in hiss, hum and digital silence', async () => {
    const clip = fixtureClip('festival-yes');
    const before = [noise(2000, 3000), hum(2000), new Int16Array(16000)];
    const turn = await turnIn(...before, clip, SILENCE);
    expect(Math.abs(turn.startMs - 6000 - loudPart(clip).startMs)).toBeLessThanOrEqual(70);
  });

  it('judges a session in company as it judges it alone', async () => {
    const names = ['festival-order-4471', 'flite-yes', 'festival-where-is-my-package'];
    const alone = [];
    for (const name of names) alone.push(await turnIn(fixtureClip(name), SILENCE));

    const listeners = names.map(() => new Listener());
    const streams = names.map((name) => [
      ...telephoneFrames(fixtureClip(name)),
      ...telephoneFrames(SILENCE),
    ]);
    for (let index = 0; index < Math.max(...streams.map((stream) => stream.length)); index++) {
      listeners.forEach((listener, session) => {
        const frame = streams[session]![index];
        if (frame) listener.detector.accept(frame);
      });
    }
    for (const [session, listener] of listeners.entries()) {
      expect(await listener.next(2)).toMatchObject([
        { type: 'speechStarted', startMs: alone[session]!.startMs },
        { type: 'speechStopped', endMs: alone[session]!.endMs },
      ]);
      listener.detector.close();
    }
  });

  it('judges all of a recording that comes at once', async () => {
    const clip = fixtureClip('flite-cancel-and-reorder');
    const inFrames = await turnIn(clip, SILENCE);
    const listener = new Listener();
    const whole = Int16Array.from([...clip, ...SILENCE]);
    listener.detector.accept({ pcm: whole, sampleRate: 8000, atMs: 0 });
    expect(await listener.next(2)).toMatchObject([
      { startMs: inFrames.startMs },
      { endMs: inFrames.endMs },
    ]);
    listener.detector.close();
  });

  it('finds the same turn in audio of 24 kHz', async () => {
    const clip = fixtureClip('festival-yes');
    const narrow = await turnIn(clip, SILENCE);
    const wide = new Int16Array(3 * (clip.length + SILENCE.length));
    for (let i = 0; i < 3 * clip.length; i++) wide[i] = clip[Math.floor(i / 3)]!;
    const listener = new Listener();
    for (let at = 0; at < wide.length; at += 480) {
      listener.detector.accept({ pcm: wide.subarray(at, at + 480), sampleRate: 24000, atMs: 0 });
    }
    const [started, stopped] = await listener.next(2);
    listener.detector.close();
    expect(Math.abs((started as { startMs: number }).startMs - narrow.startMs)).toBeLessThan(40);
    expect(Math.abs((stopped as { endMs: number }).endMs - narrow.endMs)).toBeLessThan(70);
  });

  it('forgets a turn on reset without a word', async () => {
    const clip = fixtureClip('festival-yes');
    const listener = new Listener().hear(clip.subarray(0, 6400));
    await listener.next(1);
    listener.detector.reset();
    listener.hear(SILENCE, clip, SILENCE);
    const [, second, third] = await listener.next(3);
    expect([second?.type, third?.type]).toEqual(['speechStarted', 'speechStopped']);
    expect((second as { startMs: number }).startMs).toBeGreaterThan(1800);
    listener.detector.close();
  });

  it('keeps the facts of a closed session from the next one in its place', async () => {
    const clip = fixtureClip('festival-order-4471');
    const alone = await turnIn(clip, SILENCE);
    const loudStart = clip.subarray(3200);
    for (let round = 0; round < 3 * MAX_SESSIONS; round++) {
      const former = new Listener().hear(loudStart);
      former.detector.close();
      const facts = former.facts.length;
      if (round % MAX_SESSIONS === 0) expect(await turnIn(clip, SILENCE)).toEqual(alone);
      expect(former.facts).toHaveLength(facts);
    }
    expect(detectors.openSessions).toBe(0);
  });

  it('refuses one session more than it has room for, and takes it when one has left', () => {
    const open = Array.from({ length: MAX_SESSIONS }, () => new Listener());
    expect(() => new Listener()).toThrow(expect.objectContaining({ code: 'detector_full' }));
    open[3]!.detector.close();
    open[3] = new Listener();
    for (const { detector } of open) detector.close();
  });
});

describe('NeuralTurnDetectors without a worker', () => {
  it('refuses to open after close', async () => {
    const closed = await NeuralTurnDetectors.start({ maxSessions: 1, onFailure: () => {} });
    const detector = closed.open(DETECTION, () => {});
    await closed.close();
    detector.accept({ pcm: new Int16Array(160), sampleRate: 8000, atMs: 0 });
    expect(() => closed.open(DETECTION, () => {})).toThrow(
      expect.objectContaining({ code: 'closed' }),
    );
  });
});
