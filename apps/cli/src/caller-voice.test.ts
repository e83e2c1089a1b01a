import { ULAW_SILENCE } from '@antiphon/audio';
import { describe, expect, it } from 'vitest';
import { CallerVoice } from './caller-voice.ts';
import type { Clip } from './clip.ts';

const VOICE = 0x10;

/** 40 samples of quiet, 200 of voice, 40 of quiet. */
function clip(): Clip {
  const ulaw = new Uint8Array(280).fill(0x7e);
  ulaw.fill(VOICE, 40, 240);
  return { ulaw, voiceStartSamples: 40, voiceEndSamples: 240 };
}

function take(voice: CallerVoice, frames: number): number[] {
  return Array.from({ length: frames }, () => [...voice.nextFrame()]).flat();
}

describe('CallerVoice', () => {
  it('is silent until something is said', () => {
    expect(new Set(take(new CallerVoice(), 3))).toEqual(new Set([ULAW_SILENCE]));
  });

  it('says a clip whole from the next frame on', () => {
    const voice = new CallerVoice();
    voice.nextFrame();
    expect(voice.say(clip())).toEqual({ startSamples: 200, endSamples: 400 });
    const samples = take(voice, 2);
    expect(samples.slice(0, 280)).toEqual([...clip().ulaw]);
    expect(samples.slice(280)).toEqual(Array(40).fill(ULAW_SILENCE));
    expect(voice.isSpeaking).toBe(false);
  });

  it('puts the voice on the very sample when it cuts in', () => {
    const voice = new CallerVoice();
    expect(voice.sayAt(clip(), 333)).toEqual({ startSamples: 333, endSamples: 533 });
    const samples = take(voice, 5);
    expect(samples.indexOf(VOICE)).toBe(333);
    expect(samples.lastIndexOf(VOICE)).toBe(532);
    expect(voice.isSpeaking).toBe(false);
  });

  it('cuts in at the next frame when the sample was sent already', () => {
    const voice = new CallerVoice();
    take(voice, 2);
    expect(voice.sayAt(clip(), 10).startSamples).toBe(320);
    expect(take(voice, 1).indexOf(VOICE)).toBe(0);
  });
});
