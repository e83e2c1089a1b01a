import { readFileSync } from 'node:fs';
import { readWav } from '@antiphon/audio';
import type { AudioFrame } from '@antiphon/session';

/** The 8 kHz samples of a clip in this package's `fixtures`, for tests. */
export function fixtureClip(name: string): Int16Array {
  return readWav(readFileSync(new URL(`../../fixtures/${name}.wav`, import.meta.url))).pcm;
}

/** The audio as frames of 20 ms at 8 kHz, as a telephone sends it; for tests. */
export function telephoneFrames(pcm: Int16Array): AudioFrame[] {
  const frames: AudioFrame[] = [];
  for (let at = 0; at < pcm.length; at += 160) {
    frames.push({ pcm: pcm.subarray(at, at + 160), sampleRate: 8000, atMs: at / 8 });
  }
  return frames;
}
