import type { SampleRate } from '@antiphon/audio';
import type { TurnDetection, TurnFact } from '@antiphon/session';
import { describeTurnDetectors } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { fixtureClip, telephoneFrames } from '../embedded/fixture-clip.ts';
import { isTurnBound } from '../testing/turn-bounds.ts';
import { EnergyTurnDetectors } from './energy-turn-detectors.ts';

const DETECTION: TurnDetection = {
  mode: 'vad',
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 500,
  createsResponse: true,
  interruptsResponse: true,
};

function tone(ms: number, sampleRate: SampleRate): Int16Array {
  return Int16Array.from({ length: (ms * sampleRate) / 1000 }, (_, index) =>
    Math.round(8000 * Math.sin((2 * Math.PI * 440 * index) / sampleRate)),
  );
}

function silence(ms: number, sampleRate: SampleRate): Int16Array {
  return new Int16Array((ms * sampleRate) / 1000);
}

/** A listener that keeps where turns begin and end. */
function keepBounds(facts: TurnFact[]): (fact: TurnFact) => void {
  return (fact) => {
    if (isTurnBound(fact)) facts.push(fact);
  };
}

function hear(pieces: Int16Array[], sampleRate: SampleRate, frameSamples: number): TurnFact[] {
  const facts: TurnFact[] = [];
  const detector = new EnergyTurnDetectors().open(DETECTION, keepBounds(facts));
  const pcm = Int16Array.from(pieces.flatMap((piece) => [...piece]));
  for (let at = 0; at < pcm.length; at += frameSamples) {
    detector.accept({ pcm: pcm.subarray(at, at + frameSamples), sampleRate, atMs: 0 });
  }
  detector.close();
  return facts;
}

describeTurnDetectors('energy', () =>
  Promise.resolve({
    detectors: new EnergyTurnDetectors(),
    speech: fixtureClip('festival-order-4471').subarray(2400, 14400),
    settle: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }),
);

describe('EnergyTurnDetectors', () => {
  it('reports the stop inside the call that takes the frame completing the silence', () => {
    const facts: TurnFact[] = [];
    const detector = new EnergyTurnDetectors().open(DETECTION, keepBounds(facts));
    const accept = (pcm: Int16Array): void => {
      for (const frame of telephoneFrames(pcm)) detector.accept(frame);
    };
    accept(silence(200, 8000));
    accept(tone(300, 8000));
    expect(facts).toEqual([{ type: 'speechStarted', startMs: 200 }]);
    accept(silence(480, 8000));
    expect(facts).toHaveLength(1);
    accept(silence(20, 8000));
    expect(facts[1]).toEqual({ type: 'speechStopped', endMs: 500, decidedMs: 1000 });
  });

  it.each([8000, 16000, 24000, 48000] as const)('finds the same turn at %i Hz', (sampleRate) => {
    const pieces = [silence(200, sampleRate), tone(300, sampleRate), silence(600, sampleRate)];
    expect(hear(pieces, sampleRate, sampleRate / 50)).toEqual([
      { type: 'speechStarted', startMs: 200 },
      { type: 'speechStopped', endMs: 500, decidedMs: 1000 },
    ]);
  });

  it('finds the same turn however the audio is cut', () => {
    const pieces = [silence(200, 24000), tone(300, 24000), silence(600, 24000)];
    const whole = hear(pieces, 24000, 24000 * 2);
    expect(whole).toHaveLength(2);
    for (const frameSamples of [1, 7, 100, 481, 5000]) {
      expect(hear(pieces, 24000, frameSamples)).toEqual(whole);
    }
  });

  it('takes steady line noise for silence and finds speech over it', () => {
    let seed = 1;
    const hiss = Int16Array.from({ length: 8000 * 3 }, () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.round((seed / 2147483648 - 0.5) * 300);
    });
    const speech = tone(500, 8000).map((sample, index) => sample + hiss[index]!);
    const facts = hear([hiss, speech, hiss], 8000, 160);
    expect(facts).toEqual([
      { type: 'speechStarted', startMs: 3000 },
      { type: 'speechStopped', endMs: 3500, decidedMs: 4000 },
    ]);
  });

  it('hears one turn in a sentence', () => {
    const pieces = [fixtureClip('festival-cancel-and-reorder'), silence(500, 8000)];
    const facts = hear(pieces, 8000, 160);
    expect(facts.map((fact) => fact.type)).toEqual(['speechStarted', 'speechStopped']);
  });

  it('says nothing after close and nothing of a turn that was reset', () => {
    const facts: TurnFact[] = [];
    const detectors = new EnergyTurnDetectors();
    const reset = detectors.open(DETECTION, (fact) => facts.push(fact));
    for (const frame of telephoneFrames(tone(300, 8000))) reset.accept(frame);
    reset.reset();
    for (const frame of telephoneFrames(silence(900, 8000))) reset.accept(frame);
    expect(facts).toEqual([{ type: 'speechStarted', startMs: 0 }]);
    reset.close();
    for (const frame of telephoneFrames(tone(300, 8000))) reset.accept(frame);
    expect(facts).toHaveLength(1);
  });
});
