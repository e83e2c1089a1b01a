import { describe, expect, it } from 'vitest';
import type { TurnFact } from '@antiphon/session';
import { VadEndpointer } from './vad-endpointer.ts';

const SETTINGS = { threshold: 0.5, silenceDurationMs: 100 };
const WINDOW_MS = 20;

/** Facts from one probability per 20 ms window; `null` is a window that is missing. */
function run(endpointer: VadEndpointer, probabilities: (number | null)[]): TurnFact[] {
  return probabilities.flatMap((probability, index) => {
    if (probability === null) return [];
    const startMs = index * WINDOW_MS;
    const window = { startMs, endMs: startMs + WINDOW_MS, probability, levelDbfs: -20 };
    return endpointer.accept(window);
  });
}

/** Where turns begin and end, without the pauses inside them. */
function turnsOf(facts: readonly TurnFact[]): TurnFact[] {
  return facts.filter(({ type }) => type === 'speechStarted' || type === 'speechStopped');
}

function factsOf(probabilities: (number | null)[]): TurnFact[] {
  return turnsOf(run(new VadEndpointer(SETTINGS), probabilities));
}

describe('VadEndpointer', () => {
  it('starts at the first voiced window and stops after the silence', () => {
    expect(factsOf([0, 0, 0.9, 0.9, 0.9, 0.9, 0, 0, 0, 0, 0, 0])).toEqual([
      { type: 'speechStarted', startMs: 40 },
      { type: 'speechStopped', endMs: 120, decidedMs: 220 },
    ]);
  });

  it('ignores a sound shorter than 60 ms', () => {
    expect(factsOf([0, 0.9, 0.9, 0, 0.9, 0.9, 0, 0, 0])).toEqual([]);
  });

  it('keeps the turn through a pause shorter than the silence', () => {
    const facts = factsOf([0.9, 0.9, 0.9, 0, 0, 0, 0, 0.9, 0, 0, 0, 0, 0]);
    expect(facts).toEqual([
      { type: 'speechStarted', startMs: 0 },
      { type: 'speechStopped', endMs: 160, decidedMs: 260 },
    ]);
  });

  it('takes 0.4 as speech after a voiced window but not as its beginning', () => {
    expect(factsOf([0.4, 0.4, 0.4, 0.4])).toEqual([]);
    expect(factsOf([0.6, 0.4, 0.4, 0, 0, 0, 0, 0])).toEqual([
      { type: 'speechStarted', startMs: 0 },
      { type: 'speechStopped', endMs: 60, decidedMs: 160 },
    ]);
    expect(factsOf([0.6, 0.6, 0.6, 0.1, 0.4, 0.4, 0.4, 0.4])).toContainEqual({
      type: 'speechStopped',
      endMs: 60,
      decidedMs: 160,
    });
  });

  it('reports the end of the sound and not that of a trailing probability', () => {
    const endpointer = new VadEndpointer(SETTINGS);
    const levels = [-20, -20, -20, -45, -55, -60, -60, -60, -60, -60, -60];
    const facts = levels.flatMap((levelDbfs, index) =>
      endpointer.accept({
        startMs: index * WINDOW_MS,
        endMs: (index + 1) * WINDOW_MS,
        probability: index < 6 ? 0.9 : 0,
        levelDbfs,
      }),
    );
    expect(facts.at(-1)).toEqual({ type: 'speechStopped', endMs: 80, decidedMs: 220 });
  });

  it('tells of a pause after 100 ms, and of the voice that goes on after it', () => {
    const endpointer = new VadEndpointer({ threshold: 0.5, silenceDurationMs: 200 });
    const facts = run(endpointer, [
      0.9,
      0.9,
      0.9,
      0,
      0,
      0,
      0,
      0,
      0,
      0.9,
      ...Array<number>(10).fill(0),
    ]);
    expect(facts).toEqual([
      { type: 'speechStarted', startMs: 0 },
      { type: 'speechPaused', endMs: 60, decidedMs: 160 },
      { type: 'speechResumed' },
      { type: 'speechPaused', endMs: 200, decidedMs: 300 },
      { type: 'speechStopped', endMs: 200, decidedMs: 400 },
    ]);
  });

  it('pauses and stops at once where the silence is shorter than a pause', () => {
    const endpointer = new VadEndpointer({ threshold: 0.5, silenceDurationMs: 60 });
    expect(run(endpointer, [0.9, 0.9, 0.9, 0, 0, 0, 0])).toEqual([
      { type: 'speechStarted', startMs: 0 },
      { type: 'speechPaused', endMs: 60, decidedMs: 120 },
      { type: 'speechStopped', endMs: 60, decidedMs: 120 },
    ]);
  });

  it('does not end a turn over audio that was never judged', () => {
    expect(factsOf([0.9, 0.9, 0.9, null, null, null, null, null, null, 0, 0])).toEqual([
      { type: 'speechStarted', startMs: 0 },
    ]);
  });

  it('forgets the turn on reset and starts the next one afresh', () => {
    const endpointer = new VadEndpointer(SETTINGS);
    run(endpointer, [0.9, 0.9, 0.9]);
    endpointer.reset();
    expect(run(endpointer, [0, 0, 0, 0, 0, 0])).toEqual([]);
    expect(run(endpointer, [0.9, 0.9, 0.9])).toEqual([{ type: 'speechStarted', startMs: 0 }]);
  });

  it('applies a new threshold and silence from the next window on', () => {
    const endpointer = new VadEndpointer(SETTINGS);
    expect(run(endpointer, [0.9, 0.9, 0.9])).toHaveLength(1);
    endpointer.configure({ threshold: 0.95, silenceDurationMs: 40 });
    expect(turnsOf(run(endpointer, [0.9, 0.9, 0.9, 0.7, 0.7]))).toEqual([
      { type: 'speechStopped', endMs: 60, decidedMs: 100 },
    ]);
  });
});
