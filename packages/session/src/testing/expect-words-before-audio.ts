import { expect } from 'vitest';
import type { EngineEvent } from '../ports/voice-engine.ts';

/** A word may be told this long after its first sample: rounding of a sample to a millisecond. */
const ROUNDING_MS = 0.1;

/** Of one generation: a word must be told before any sample at or after its start. */
export function expectWordsBeforeAudio(events: readonly EngineEvent[]): void {
  let audioMs = 0;
  let lastMs = 0;
  for (const event of events) {
    if (event.type === 'generation.audio') {
      expect(event.pcm.length).toBeGreaterThan(0);
      audioMs += (event.pcm.length * 1000) / event.sampleRate;
    }
    if (event.type !== 'generation.words') continue;
    for (const word of event.words) {
      expect(word.startMs).toBeGreaterThanOrEqual(audioMs - ROUNDING_MS);
      expect(word.startMs).toBeGreaterThanOrEqual(lastMs);
      expect(word.endMs).toBeGreaterThanOrEqual(word.startMs);
      lastMs = word.startMs;
    }
  }
}
