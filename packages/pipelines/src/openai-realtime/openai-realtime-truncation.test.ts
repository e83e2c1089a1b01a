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
import { OpenaiRealtimeEngine } from './openai-realtime-engine.ts';
import { RealtimeUpstream } from './testing/realtime-upstream.ts';

const HOLD = { bargeIn: 'hold', maxLeadMs: 400, playedPosition: 'estimate' } as const;

/** Legs by the rate of their audio: G.711 both ways, and PCM. */
const RATES = [8000, 24_000] as const;

const CASES = 24;

/** The upstream makes a second of sound in 100 ms, and what went ahead of the words is played. */
const ALL_THERE_MS = 2_000;

interface Interrupted {
  readonly expected: string;
  readonly inHistory: string;
  /** What the upstream keeps of it, in milliseconds, and what was played. */
  readonly upstreamMs: number;
  readonly playedMs: number;
  readonly said: readonly string[];
}

/** A session whose model says a known line and is cut in on somewhere; what is left of the line. */
class Trial {
  readonly #random;
  readonly #upstream: RealtimeUpstream;
  readonly #rate: (typeof RATES)[number];
  readonly #isAligned: boolean;

  constructor(
    upstream: RealtimeUpstream,
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
    const pcm = (rate: 8000 | 16_000 | 24_000 | 48_000) => knownAudio(0, speech.lengthMs, rate);
    upstream.script = { answer: () => ({ messages: [{ text: line, pcm }] }) };
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
    const connection = upstream.last;
    const asked = () => connection.types.filter((type) => type === 'response.create').length;
    await until(() => asked() > 1);
    await pass(50);
    const item = test.control.item(itemId);
    const said = [...connection.conversation.said];
    const kept = said.find((entry) => entry.startsWith('assistant: ')) ?? 'assistant: 0 ms';
    test.leg.hangUp();
    return {
      expected: wordsPlayed(speech, playedMs),
      inHistory: item?.kind === 'message' ? (item.text ?? '') : '',
      upstreamMs: Number(/(\d+(?:\.\d+)?) ms/u.exec(kept)?.[1]),
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
    const engine = new OpenaiRealtimeEngine({
      settings: this.#upstream.settings,
      clock,
      ...(this.#isAligned && { aligner }),
    });
    const { control } = startSession({
      sessionId: 'sess_test',
      agent: {
        name: 'test',
        description: 'For tests.',
        pipeline: 'openai-realtime',
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

describe('what remains of a cut answer of OpenaiRealtimeEngine', () => {
  let upstream: RealtimeUpstream;

  beforeAll(async () => {
    upstream = await RealtimeUpstream.start();
  });

  afterAll(() => upstream.close());

  it.each(RATES.flatMap((rate) => [true, false].map((isAligned) => ({ rate, isAligned }))))(
    'claims nothing that was not played, and the upstream keeps just that ($rate Hz, aligned: $isAligned)',
    { timeout: 60_000 },
    async (kind) => {
      let exact = 0;
      let isEverHeard = false;
      let lateCuts = 0;
      for (let seed = 1; seed <= CASES; seed += 1) {
        const result = await new Trial(upstream, seed, kind).run();
        const { expected, inHistory, upstreamMs, playedMs, said } = result;
        expect(`${expected} `.startsWith(inHistory === '' ? '' : `${inHistory} `)).toBe(true);
        expect(count(inHistory)).toBeLessThanOrEqual(count(expected));
        if (inHistory === expected) exact += 1;
        // By then all of the answer had come and was aligned; a word may be told a little late.
        if (kind.isAligned && playedMs > ALL_THERE_MS) {
          expect(count(expected) - count(inHistory)).toBeLessThanOrEqual(1);
          lateCuts += 1;
        }
        isEverHeard ||= inHistory !== '';
        // Its own audio is cut at the same place, whatever is known of the words.
        expect(Math.abs(upstreamMs - playedMs)).toBeLessThanOrEqual(2);
        expect(said.filter((entry) => entry.startsWith('user')).length).toBe(2);
      }
      expect(isEverHeard).toBe(kind.isAligned);
      expect(lateCuts > 0).toBe(kind.isAligned);
      if (kind.isAligned)
        process.stdout.write(`${kind.rate} Hz: ${exact} of ${CASES} word-exact\n`);
    },
  );
});
