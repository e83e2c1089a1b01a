import { DrivenClock } from '@antiphon/session/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClientPace } from './client-pace.ts';
import type { Pace } from './client-pace.ts';

const AUDIO = { isAudio: true };
const OTHER = { isAudio: false };
/** 20 ms of PCM16 at 24 kHz as base64, with the event around it. */
const FRAME_BYTES = 1_340;

let clock: DrivenClock;
let pace: ClientPace;

beforeEach(() => {
  clock = new DrivenClock();
  pace = new ClientPace(clock);
});

/** Counts the same again and again; what was said, in order and each once. */
function said(times: number, count: () => Pace): Pace[] {
  return [...new Set(Array.from({ length: times }, count))];
}

describe('ClientPace', () => {
  it('lets a caller talk for an hour', () => {
    const talk = () => {
      clock.advance(20);
      return pace.count(FRAME_BYTES, AUDIO);
    };
    expect(said(50 * 3_600, talk)).toEqual(['fine']);
  });

  it('lets audio come in slices of a millisecond', () => {
    const talk = () => {
      clock.advance(1);
      return pace.count(64 + 60, AUDIO);
    };
    expect(said(300_000, talk)).toEqual(['fine']);
  });

  it('lets a recording of ten minutes be sent at once, in small frames or large ones', () => {
    expect(said(50 * 600, () => pace.count(FRAME_BYTES, AUDIO))).toEqual(['fine']);
    pace = new ClientPace(clock);
    expect(said(3, () => pace.count(20_971_567, AUDIO))).toEqual(['fine']);
  });

  it('says once that audio comes too fast, and then that it went on', () => {
    const flood = () => pace.count(1024 * 1024, AUDIO);
    expect(said(64, flood)).toEqual(['fine', 'tooFast']);
    expect(said(31, flood)).toEqual(['fine']);
    expect(said(2, flood)).toEqual(['farTooFast']);
  });

  it('counts appends of nothing', () => {
    expect(said(500_000, () => pace.count(50, AUDIO))).toContain('farTooFast');
  });

  it('lets a long history be put back at once, but no flood of events', () => {
    const add = () => pace.count(300, OTHER);
    expect(said(2_000, add)).toEqual(['fine']);
    expect(add()).toBe('tooFast');
    expect(said(999, add)).toEqual(['fine']);
    expect(add()).toBe('farTooFast');
  });

  it('warns of another excess once the client has slowed down', () => {
    const add = () => pace.count(300, OTHER);
    expect(said(2_001, add)).toEqual(['fine', 'tooFast']);
    clock.advance(60_000);
    expect(said(2_001, add)).toEqual(['fine', 'tooFast']);
  });
});
