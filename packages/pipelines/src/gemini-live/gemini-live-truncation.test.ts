import { setImmediate } from 'node:timers/promises';
import { startSession } from '@antiphon/session';
import {
  CallerEar,
  DrivenClock,
  FakeDetectors,
  FakeTools,
  KNOWN_LINES,
  knownAudio,
  knownSpeech,
  MemoryLeg,
  seededRandom,
  TEST_CONFIG,
  wordsPlayed,
} from '@antiphon/session/testing';
import type { KnownSpeech } from '@antiphon/session/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WordAligner } from '../cascade/ports/word-aligner.ts';
import { FakeTextToSpeech } from '../testing/index.ts';
import { GeminiLiveEngine } from './gemini-live-engine.ts';
import { LocalGemini } from './testing/local-gemini.ts';

const HOLD = { bargeIn: 'hold', maxLeadMs: 400, playedPosition: 'estimate' } as const;

/** Legs by the rate of their audio. */
const RATES = [8000, 24_000] as const;

const CASES = 24;

/** The upstream makes a second of sound in 100 ms, and what went ahead of the words is played. */
const ALL_THERE_MS = 2_000;

interface Interrupted {
  readonly expected: string;
  readonly inHistory: string;
  readonly playedMs: number;
  /** What the connection knows that answers the caller who cut in, a line each. */
  readonly said: readonly string[];
}

/** A session whose model says a known line and is cut in on somewhere; what is left of the line. */
class Trial {
  readonly #random;
  readonly #upstream: LocalGemini;
  readonly #rate: (typeof RATES)[number];
  readonly #isAligned: boolean;

  constructor(
    upstream: LocalGemini,
    seed: number,
    kind: { rate: 8000 | 24_000; isAligned: boolean },
  ) {
    this.#upstream = upstream;
    this.#random = seededRandom(seed);
    this.#rate = kind.rate;
    this.#isAligned = kind.isAligned;
  }

  async run(): Promise<Interrupted> {
    const line = KNOWN_LINES[Math.floor(this.#random() * KNOWN_LINES.length)]!;
    const speech = knownSpeech(line, this.#random);
    const upstream = this.#upstream;
    upstream.script = {
      answer: () => ({ text: line, pcm: (rate) => knownAudio(0, speech.lengthMs, rate) }),
    };
    const test = this.#session(speech);
    const ear = new CallerEar(test.clock);
    test.leg.ear = ear;
    const pass = async (ms: number): Promise<void> => {
      for (let passedMs = 0; passedMs < ms; passedMs += 10) {
        test.leg.speak(new Int16Array(this.#rate / 100), this.#rate);
        test.clock.advance(10);
        await setImmediate();
      }
    };
    const until = async (holds: () => boolean): Promise<void> => {
      while (!holds()) await pass(10);
    };
    const connections = upstream.connections.length;
    test.detectors.detector.start();
    await pass(1_000);
    test.detectors.detector.stop();
    await until(() => test.leg.sentMs() > 0);
    const itemId = test.control.items().findLast((item) => item.kind === 'message')!.id;
    const targetMs = 30 + this.#random() * (speech.lengthMs - 60);
    await until(() => ear.playedMs(itemId) >= targetMs);
    test.detectors.detector.start();
    // The caller says enough to take the floor, and is answered.
    const playedMs = ear.playedMs(itemId);
    await pass(1_500);
    test.detectors.detector.stop();
    // The second answer is being made, by whoever knows what was heard of the first.
    const answered = () => {
      const { said } = upstream.last;
      return upstream.connections.length > connections && said.at(-1)?.startsWith('model: ');
    };
    await until(() => test.control.items().filter(({ kind }) => kind === 'message').length > 3);
    await until(() => answered() === true);
    const item = test.control.item(itemId);
    const said = [...upstream.last.said];
    test.leg.hangUp();
    return {
      expected: wordsPlayed(speech, playedMs),
      inHistory: item?.kind === 'message' ? (item.text ?? '') : '',
      playedMs: item?.kind === 'message' ? item.audioMs : NaN,
      said,
    };
  }

  #session(speech: KnownSpeech) {
    const clock = new DrivenClock();
    const leg = new MemoryLeg(clock, { ...HOLD, outputRate: this.#rate });
    const detectors = new FakeDetectors();
    const aligner: WordAligner = {
      name: 'known',
      align: () => Promise.resolve(speech.words),
      close: () => Promise.resolve(),
    };
    const engine = new GeminiLiveEngine({
      settings: this.#upstream.settings,
      clock,
      speech: { textToSpeech: new FakeTextToSpeech(clock), defaultVoice: 'fake-voice' },
      ...(this.#isAligned && { aligner }),
    });
    const { control } = startSession({
      sessionId: 'sess_test',
      agent: {
        name: 'test',
        description: 'For tests.',
        pipeline: 'gemini-live',
        detector: 'energy',
        config: { ...TEST_CONFIG, greeting: null, tools: [] },
        dialogue: null,
      },
      leg,
      channels: [],
      engine,
      detectors,
      tools: new FakeTools(),
      clock,
    });
    return { clock, leg, detectors, control };
  }
}

const count = (text: string): number => text.split(' ').filter(Boolean).length;

describe('what remains of a cut answer of GeminiLiveEngine', () => {
  let upstream: LocalGemini;

  beforeAll(async () => {
    upstream = await LocalGemini.start();
  });

  afterAll(() => upstream.close());

  it.each(RATES.flatMap((rate) => [true, false].map((isAligned) => ({ rate, isAligned }))))(
    'claims nothing that was not played, and the upstream is told just that ($rate Hz, aligned: $isAligned)',
    { timeout: 60_000 },
    async (kind) => {
      let exact = 0;
      let isEverHeard = false;
      let lateCuts = 0;
      for (let seed = 1; seed <= CASES; seed += 1) {
        const { expected, inHistory, playedMs, said } = await new Trial(upstream, seed, kind).run();
        expect(`${expected} `.startsWith(inHistory === '' ? '' : `${inHistory} `)).toBe(true);
        expect(count(inHistory)).toBeLessThanOrEqual(count(expected));
        if (inHistory === expected) exact += 1;
        // By then all of the answer had come and was aligned; a word may be told a little late.
        if (kind.isAligned && playedMs > ALL_THERE_MS) {
          expect(count(expected) - count(inHistory)).toBeLessThanOrEqual(1);
          lateCuts += 1;
        }
        isEverHeard ||= inHistory !== '';
        // The caller's first turn in writing, what was heard of the answer, and the second turn.
        const told = said.slice(0, -1);
        const heard = inHistory === '' ? [] : [`model: ${inHistory}`];
        expect(told.slice(0, 1 + heard.length)).toEqual(['user: where is my order', ...heard]);
        expect(told.filter((entry) => entry.startsWith('model'))).toHaveLength(heard.length);
        expect(told.at(-1)).toMatch(/^user: \d+ ms$/u);
      }
      expect(isEverHeard).toBe(kind.isAligned);
      expect(lateCuts > 0).toBe(kind.isAligned);
      if (kind.isAligned)
        process.stdout.write(`${kind.rate} Hz: ${exact} of ${CASES} word-exact\n`);
    },
  );
});
