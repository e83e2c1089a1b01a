import { describe, expect, it } from 'vitest';
import type { TurnDetection } from '../ports/session-config.ts';
import { PAUSE_MS } from '../ports/turn-detector.ts';
import type { TurnDetectors, TurnFact } from '../ports/turn-detector.ts';

/** Detectors and speech they are sure to find. */
export interface TurnDetectorsTrial {
  readonly detectors: TurnDetectors;
  /** At least half a second of clear speech, 8 kHz. */
  readonly speech: Int16Array;
  /** Waits until the detectors have looked at everything. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const DETECTION: TurnDetection = {
  mode: 'vad',
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 400,
  createsResponse: true,
  interruptsResponse: true,
};

const FRAME_SAMPLES = 160;

/** The contract of the TurnDetectors port. */
export function describeTurnDetectors(
  name: string,
  setup: () => Promise<TurnDetectorsTrial>,
): void {
  const listen = (
    trial: TurnDetectorsTrial,
  ): { facts: TurnFact[]; hear(pcm: Int16Array): void; close(): void } => {
    const facts: TurnFact[] = [];
    // What is told as unheard is nothing, since nobody claims it.
    const detector = trial.detectors.open(DETECTION, (fact) => {
      if (fact.type !== 'speechUnheard') facts.push(fact);
    });
    let heard = 0;
    return {
      facts,
      hear: (pcm) => {
        for (let start = 0; start + FRAME_SAMPLES <= pcm.length; start += FRAME_SAMPLES) {
          heard += FRAME_SAMPLES;
          detector.accept({
            pcm: pcm.subarray(start, start + FRAME_SAMPLES),
            sampleRate: 8000,
            atMs: 1_000 + heard / 8,
          });
        }
      },
      close: () => detector.close(),
    };
  };
  const silence = (ms: number): Int16Array => new Int16Array(ms * 8);

  describe(`TurnDetectors: ${name}`, () => {
    it('finds a turn: started before stopped, offsets in order', async () => {
      const trial = await setup();
      const ear = listen(trial);
      ear.hear(silence(600));
      ear.hear(trial.speech);
      ear.hear(silence(1_200));
      await trial.settle();
      const started = ear.facts[0];
      const paused = ear.facts.at(-2);
      const stopped = ear.facts.at(-1);
      if (started?.type !== 'speechStarted' || stopped?.type !== 'speechStopped') throw new Error();
      if (paused?.type !== 'speechPaused') throw new Error('The stop follows no pause.');
      const turns = ear.facts.filter(({ type }) => !/Paused|Resumed/u.test(type));
      expect(turns).toEqual([started, stopped]);
      expect(paused.endMs).toBe(stopped.endMs);
      expect(paused.decidedMs - paused.endMs).toBeGreaterThanOrEqual(PAUSE_MS);
      expect(paused.decidedMs).toBeLessThan(stopped.decidedMs);
      expect(started.startMs).toBeGreaterThan(300);
      expect(stopped.endMs).toBeGreaterThan(started.startMs);
      expect(stopped.decidedMs - stopped.endMs).toBeGreaterThanOrEqual(400);
      await trial.close();
    });

    it('finds nothing in silence', async () => {
      const trial = await setup();
      const ear = listen(trial);
      ear.hear(silence(3_000));
      await trial.settle();
      expect(ear.facts).toEqual([]);
      await trial.close();
    });

    it('keeps sessions apart', async () => {
      const trial = await setup();
      const talker = listen(trial);
      const listener = listen(trial);
      talker.hear(silence(600));
      listener.hear(silence(600));
      talker.hear(trial.speech);
      listener.hear(silence((trial.speech.length / 8) | 0));
      await trial.settle();
      expect(talker.facts[0]?.type).toBe('speechStarted');
      expect(talker.facts.map(({ type }) => type)).not.toContain('speechStopped');
      expect(listener.facts).toEqual([]);
      await trial.close();
    });

    it('tells nothing after close', async () => {
      const trial = await setup();
      const ear = listen(trial);
      ear.hear(silence(600));
      ear.hear(trial.speech);
      ear.close();
      const told = ear.facts.length;
      await trial.settle();
      expect(ear.facts.length).toBe(told);
      await trial.close();
    });
  });
}
