import { describe, expect, it } from 'vitest';
import type { AgentAudio, AudioFrame } from '../ports/audio-frame.ts';
import type { CallerLeg, LegFact } from '../ports/caller-leg.ts';

/** A leg and its far end, in a test's hands. */
export interface CallerLegTrial {
  readonly leg: CallerLeg;
  /** The far end sends 100 ms of caller sound at the leg's input rate. */
  readonly callerSpeaks: () => void;
  /** The far end goes away. */
  readonly callerLeaves: () => void;
  /** Milliseconds of agent audio that the far end was given. */
  readonly receivedMs: () => number;
}

/** The contract of the CallerLeg port. */
export function describeCallerLeg(name: string, setup: () => CallerLegTrial): void {
  const audio = (leg: CallerLeg, offsetMs: number): AgentAudio => ({
    generationId: 'gen_1',
    itemId: 'item_1',
    pcm: new Int16Array(leg.outputRate / 10).fill(500),
    sampleRate: leg.outputRate,
    offsetMs,
  });

  describe(`CallerLeg: ${name}`, () => {
    it('delivers caller audio as samples with a rate and an instant', () => {
      const { leg, callerSpeaks } = setup();
      const frames: AudioFrame[] = [];
      leg.audio$.subscribe((frame) => frames.push(frame));
      callerSpeaks();
      const ms = frames.reduce(
        (sum, frame) => sum + (frame.pcm.length * 1000) / frame.sampleRate,
        0,
      );
      expect(ms).toBeCloseTo(100, 0);
      expect(frames.every((frame) => frame.atMs > 0)).toBe(true);
      leg.close('clientEnded');
    });

    it('carries agent audio to the far end', () => {
      const { leg, receivedMs } = setup();
      leg.send(audio(leg, 0));
      leg.send(audio(leg, 100));
      expect(receivedMs()).toBeCloseTo(200, 0);
      leg.close('clientEnded');
    });

    it('tells that the caller left, then completes', () => {
      const { leg, callerLeaves } = setup();
      const facts: LegFact[] = [];
      let isComplete = false;
      leg.facts$.subscribe({
        next: (fact) => facts.push(fact),
        complete: () => (isComplete = true),
      });
      leg.audio$.subscribe();
      callerLeaves();
      expect(facts.at(-1)).toMatchObject({ type: 'leg.closed' });
      leg.close('callerLeft');
      expect(isComplete).toBe(true);
    });

    it('closes twice without harm and sends nothing afterwards', () => {
      const { leg, receivedMs } = setup();
      leg.close('clientEnded');
      leg.close('clientEnded');
      const before = receivedMs();
      leg.send(audio(leg, 0));
      leg.clear();
      expect(receivedMs()).toBe(before);
    });
  });
}
