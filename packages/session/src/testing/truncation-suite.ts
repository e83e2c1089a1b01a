import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../ports/dialogue.ts';
import type { SessionConfig } from '../ports/session-config.ts';
import type { EngineEvent, TimedWord, VoiceEngine } from '../ports/voice-engine.ts';
import { startSession } from '../session-runtime.ts';
import { CallerEar } from './caller-ear.ts';
import type { DrivenClock } from './driven-clock.ts';
import { FakeDetectors } from './fake-detectors.ts';
import { FakeTools } from './fake-tools.ts';
import { ListeningChannel } from './listening-channel.ts';
import { MemoryLeg } from './memory-leg.ts';
import { TEST_CONFIG } from './test-session.ts';

/** An engine whose answers are cut off. It works without time passing. */
export interface TruncationSubject {
  readonly engine: VoiceEngine;
  readonly clock: DrivenClock;
  /** With this the engine answers `question` by speech of a second or more. */
  readonly config: SessionConfig;
  readonly question: string;
  readonly dialogue?: Dialogue | null;
}

/** Ends of words that are cut at: on the end, and a millisecond to either side. */
const EDGES_MS = [-1, 0, 1] as const;

const POSITIONS = 8;

/** Speech that lasts so long takes the floor, though nobody tells its words. */
const BARGE_IN_MS = 2_500;

/** Sums of fractions of a millisecond are off by less than one sample at 24 kHz. */
const SAMPLE_MS = 0.04;

/**
 * What a session keeps of an engine's answer that a caller cuts off at positions all over it: the
 * words whose end was played, where the engine tells when its words are said, and never more.
 */
export function describeTruncation(
  name: string,
  setup: () => TruncationSubject | Promise<TruncationSubject>,
): void {
  describe(`an answer of ${name} that is cut off`, () => {
    it.each(Array.from({ length: POSITIONS }, (_, position) => position))(
      'is kept as far as its words were played, at position %i',
      async (position) => {
        const call = new CutCall(await setup());
        await call.answered();
        const cut = call.cut(position);
        call.hangUp();
        const played = call.words.filter(({ endMs }) => endMs <= cut.playedMs + SAMPLE_MS);
        expect(call.words.length).toBeGreaterThan(POSITIONS / 2);
        expect(call.words.map(({ text }) => text).join(' ')).toBe(cut.written);
        expect(cut.kept).toBe(played.map(({ text }) => text).join(' '));
        expect(`${cut.heard} ${cut.unheard}`.trim()).toBe(cut.written);
        expect(cut.heard).toBe(cut.kept);
      },
    );
  });
}

/** What became of an answer that was cut off. */
interface Cut {
  readonly playedMs: number;
  readonly written: string;
  readonly kept: string | null;
  readonly heard: string | undefined;
  readonly unheard: string | undefined;
}

/** A session of the engine, on whose leg a caller's ear tells what was played. */
class CutCall {
  readonly words: TimedWord[] = [];
  readonly #subject: TruncationSubject;
  readonly #leg: MemoryLeg;
  readonly #ear: CallerEar;
  readonly #detectors = new FakeDetectors();
  readonly #channel = new ListeningChannel();
  #isWritten = false;

  constructor(subject: TruncationSubject) {
    this.#subject = subject;
    const { clock, config, dialogue = null } = subject;
    this.#leg = new MemoryLeg(clock);
    this.#ear = new CallerEar(clock);
    this.#leg.ear = this.#ear;
    const { turnDetection } = TEST_CONFIG;
    startSession({
      sessionId: 'session-cut',
      agent: {
        name: 'cut',
        description: 'Is cut off.',
        pipeline: subject.engine.name,
        detector: 'energy',
        config: { ...config, turnDetection, greeting: null, covers: [] },
        dialogue,
      },
      leg: this.#leg,
      channels: [this.#channel],
      engine: this.#overheard(),
      detectors: this.#detectors,
      tools: new FakeTools(),
      clock,
    });
  }

  /** Asks, and resolves when the engine has given the whole answer, of which nothing was played. */
  async answered(): Promise<void> {
    const { control } = this.#channel;
    const question = { speaker: 'caller', medium: 'text', text: this.#subject.question } as const;
    control.addItem({ kind: 'message', id: 'question', audioMs: 0, ...question });
    control.requestAnswer({});
    while (!this.#isWritten) await setImmediate();
  }

  /** The caller cuts in: in the even positions somewhere, in the odd ones about the end of a word. */
  cut(position: number): Cut {
    const itemId = this.#itemId;
    const lastMs = this.words.at(-1)!.endMs;
    const share = (position + 1) / (POSITIONS + 1);
    const edge = this.words[Math.floor(share * this.words.length)]!;
    const edgeMs = Math.round(edge.endMs) + EDGES_MS[position % EDGES_MS.length]!;
    this.#playUntil(itemId, position % 2 === 0 ? Math.round(share * lastMs) : edgeMs);
    this.#detectors.detector.start();
    for (let heardMs = 0; heardMs < BARGE_IN_MS; heardMs += 20) this.#step(20);
    const item = this.#channel.control.item(itemId);
    const told = this.#channel.of('item.truncated').find((event) => event.itemId === itemId);
    const written = this.#channel
      .of('generation.text')
      .flatMap((event) => (event.itemId === itemId ? [event.delta] : []));
    return {
      playedMs: this.#ear.playedMs(itemId),
      written: written.join('').trim().replaceAll(/\s+/gu, ' '),
      kept: item?.kind === 'message' ? item.text : null,
      heard: told?.heard,
      unheard: told?.unheard,
    };
  }

  hangUp(): void {
    this.#leg.hangUp();
  }

  get #itemId(): string {
    const spoken = this.#channel.control
      .items()
      .findLast((item) => item.kind === 'message' && item.speaker === 'agent');
    if (!spoken) throw new Error('The agent said nothing.');
    return spoken.id;
  }

  #playUntil(itemId: string, targetMs: number): void {
    for (let left = targetMs; left > 0; left = targetMs - this.#ear.playedMs(itemId)) {
      this.#step(Math.max(1, Math.min(20, Math.floor(left))));
    }
  }

  #step(ms: number): void {
    this.#leg.speak(new Int16Array(160));
    this.#subject.clock.advance(ms);
  }

  /** The engine, whose words are noted as it tells them. */
  #overheard(): VoiceEngine {
    const { engine } = this.#subject;
    const note = (event: EngineEvent): void => {
      if (event.type === 'generation.words') this.words.push(...event.words);
      if (event.type === 'generation.ended') this.#isWritten = true;
    };
    return {
      name: engine.name,
      open: (context) =>
        engine.open({
          ...context,
          onEvent: (event) => {
            context.onEvent(event);
            note(event);
          },
        }),
    };
  }
}
