import { describe, expect, it } from 'vitest';
import { SpeechCache } from './speech-cache.ts';
import type { TimedSpeech } from './timed-speech.ts';

function speech(samples: number): TimedSpeech {
  return { pcm: new Int16Array(samples), sampleRate: 16000, words: [] };
}

describe('SpeechCache', () => {
  it('drops what was not used for longest when it is full', () => {
    const cache = new SpeechCache(2100);
    const [a, b, c] = [speech(500), speech(500), speech(500)];
    cache.put('a', a);
    cache.put('b', b);
    expect(cache.get('a')).toBe(a);
    cache.put('c', c);
    expect(cache.get('b')).toBeUndefined();
    expect(cache.get('a')).toBe(a);
    expect(cache.get('c')).toBe(c);
    expect(cache.bytes).toBeLessThanOrEqual(2100);
  });

  it('does not give up everything for a speech larger than itself', () => {
    const cache = new SpeechCache(2100);
    cache.put('a', speech(500));
    cache.put('long', speech(5000));
    expect(cache.get('long')).toBeUndefined();
    expect(cache.get('a')).toBeDefined();
  });

  it('counts a replaced speech once', () => {
    const cache = new SpeechCache(10_000);
    cache.put('a', speech(500));
    const { bytes } = cache;
    cache.put('a', speech(500));
    expect(cache.bytes).toBe(bytes);
  });
});
