import { dbfs, ulawToPcm16, ULAW_SILENCE } from '@antiphon/audio';
import { describe, expect, it } from 'vitest';
import { burstUtterance, clipUtterance, SILENT_FRAME } from './utterance.ts';

function frameOf(message: Buffer | undefined): Buffer {
  const event = JSON.parse(String(message)) as { type: string; audio: string };
  expect(event.type).toBe('input_audio_buffer.append');
  const frame = Buffer.from(event.audio, 'base64');
  expect(frame).toHaveLength(160);
  return frame;
}

describe('burstUtterance', () => {
  it('is 1.2 s loud enough for any detector, in every half of every frame', () => {
    const utterance = burstUtterance();
    expect(utterance).toHaveLength(60);
    for (const message of utterance) {
      const pcm = ulawToPcm16(frameOf(message));
      expect(dbfs(pcm.subarray(0, 80))).toBeGreaterThan(-30);
      expect(dbfs(pcm.subarray(80))).toBeGreaterThan(-30);
    }
  });
});

describe('clipUtterance', () => {
  it('is the voice of a clip, the last frame filled with silence', () => {
    const ulaw = new Uint8Array(500).fill(0x20);
    ulaw.fill(0x10, 100, 300);
    const utterance = clipUtterance({ ulaw, voiceStartSamples: 100, voiceEndSamples: 300 });
    const samples = utterance.flatMap((message) => [...frameOf(message)]);
    expect(samples).toEqual([...Array(200).fill(0x10), ...Array(120).fill(ULAW_SILENCE)]);
  });
});

describe('SILENT_FRAME', () => {
  it('is 20 ms of silence', () => {
    expect(new Set(frameOf(SILENT_FRAME))).toEqual(new Set([ULAW_SILENCE]));
  });
});
