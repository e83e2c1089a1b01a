import { samplesToMs } from '@antiphon/audio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlignmentRequest, WordAligner } from '../cascade/ports/word-aligner.ts';

/** An aligner under test, and a voice whose audio it knows. */
export interface WordAlignerTrial {
  readonly aligner: WordAligner;
  readonly speak: (text: string) => AlignmentRequest | Promise<AlignmentRequest>;
  /** Frees the voice. */
  readonly close?: () => Promise<void>;
}

const WRITTEN = [
  'Your order 4471 has shipped, and it costs $19.99.',
  'Sure.',
  'Dr. Smith comes at 4 p.m. on April 25.',
  'Well... that is “fine”, isn’t it?',
  'Call 555-0142 - or write to help@example.com!',
];

/** The contract of {@link WordAligner}. `setup` is called once for all tests but the one that closes. */
export function describeWordAligner(
  name: string,
  setup: () => WordAlignerTrial | Promise<WordAlignerTrial>,
): void {
  describe(`WordAligner: ${name}`, () => {
    let trial: WordAlignerTrial;
    beforeAll(async () => {
      trial = await setup();
    });
    afterAll(async () => {
      await trial.aligner.close();
      await trial.close?.();
    });

    it.each(WRITTEN)(
      'gives the words as written, in order and inside the audio: %j',
      async (text) => {
        const request = await trial.speak(text);
        const words = await trial.aligner.align(request);
        expect(words.map((word) => word.text).join(' ')).toBe(text);
        let reachedMs = 0;
        for (const { startMs, endMs } of words) {
          expect(startMs).toBeGreaterThanOrEqual(reachedMs);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          reachedMs = endMs;
        }
        expect(reachedMs).toBeLessThanOrEqual(samplesToMs(request.pcm.length, request.sampleRate));
      },
    );

    it('gives the same whatever else it aligns meanwhile, and leaves the audio alone', async () => {
      const requests: AlignmentRequest[] = [];
      for (const text of WRITTEN) requests.push(await trial.speak(text));
      const copies = requests.map(({ pcm }) => pcm.slice());
      const alone = [];
      for (const request of requests) alone.push(await trial.aligner.align(request));
      const together = await Promise.all(requests.map((each) => trial.aligner.align(each)));
      expect(together).toEqual(alone);
      expect(requests.map(({ pcm }) => pcm)).toEqual(copies);
    });

    it('can be closed twice, and aligns nothing then', async () => {
      const { aligner, speak, close } = await setup();
      const request = await speak('Sure.');
      await aligner.close();
      await aligner.close();
      await expect(aligner.align(request)).rejects.toMatchObject({ code: 'closed' });
      await close?.();
    });
  });
}
