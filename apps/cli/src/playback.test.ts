import { describe, expect, it } from 'vitest';
import { Playback } from './playback.ts';

describe('Playback', () => {
  it('plays at once what arrives in silence, and the rest after it', () => {
    const playback = new Playback();
    expect(playback.append('a', 100, 1000)).toBe(1000);
    expect(playback.append('a', 100, 1010)).toBe(1100);
    expect(playback.append('b', 50, 1020)).toBe(1200);
    expect(playback.isDrained(1249)).toBe(false);
    expect(playback.isDrained(1250)).toBe(true);
  });

  it('starts anew when it ran dry', () => {
    const playback = new Playback();
    playback.append('a', 100, 0);
    expect(playback.append('a', 100, 300)).toBe(300);
    expect(playback.instantOf('a', 99)).toBe(99);
    expect(playback.instantOf('a', 100)).toBe(300);
  });

  it('knows when a position is heard once its audio has arrived', () => {
    const playback = new Playback();
    playback.append('a', 100, 0);
    playback.append('b', 100, 0);
    expect(playback.instantOf('b', 40)).toBe(140);
    expect(playback.instantOf('b', 100)).toBeNull();
    expect(playback.instantOf('c', 0)).toBeNull();
  });

  it('tells the position that was heard when it is stopped', () => {
    const playback = new Playback();
    playback.append('a', 100, 0);
    playback.append('a', 100, 0);
    playback.append('b', 100, 0);
    expect(playback.flush(150)).toEqual({ itemId: 'a', playedMs: 150 });
    expect(playback.isDrained(150)).toBe(true);
    expect(playback.flush(150)).toBeNull();
  });

  it('plays what comes after a stop at once, and goes on counting the item', () => {
    const playback = new Playback();
    playback.append('a', 100, 0);
    playback.flush(50);
    expect(playback.append('a', 100, 60)).toBe(60);
    expect(playback.flush(90)).toEqual({ itemId: 'a', playedMs: 130 });
  });

  it('has nothing to stop in silence', () => {
    expect(new Playback().flush(0)).toBeNull();
  });
});
