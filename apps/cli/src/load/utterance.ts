import { pcm16ToUlaw, ULAW_SILENCE } from '@antiphon/audio';
import type { Clip } from '../clip.ts';
import { FRAME_SAMPLES } from '../frame-clock.ts';

const RATE = 8000;

/** About a short sentence. */
const BURST_MS = 1200;

/** -14 dBFS at the loudest: every level detector hears it. */
const BURST_PEAK = 6500;

/** A low voice and enough harmonics to fill the telephone band. */
const PITCH_HZ = 140;
const HARMONICS = 12;

/** An utterance as the messages that carry it, voiced from the first frame to the last. */
export type Utterance = readonly Buffer[];

/** The message of a frame of silence. */
export const SILENT_FRAME: Buffer = appendMessage(new Uint8Array(FRAME_SAMPLES).fill(ULAW_SILENCE));

/**
 * 1.2 s of a buzz that begins and ends at full level on frame borders, so that it is known which
 * frame is the last with sound in it.
 */
export function burstUtterance(): Utterance {
  const pcm = new Int16Array((BURST_MS * RATE) / 1000);
  for (let i = 0; i < pcm.length; i += 1) {
    let sample = 0;
    for (let harmonic = 1; harmonic <= HARMONICS; harmonic += 1) {
      sample += Math.sin((2 * Math.PI * PITCH_HZ * harmonic * i) / RATE + harmonic) / harmonic;
    }
    pcm[i] = Math.round((BURST_PEAK * sample) / 2);
  }
  return messagesOf(pcm16ToUlaw(pcm));
}

/** A recorded line from its first voiced sample to its last. */
export function clipUtterance({ ulaw, voiceStartSamples, voiceEndSamples }: Clip): Utterance {
  return messagesOf(ulaw.subarray(voiceStartSamples, voiceEndSamples));
}

function messagesOf(ulaw: Uint8Array): Utterance {
  const messages: Buffer[] = [];
  for (let from = 0; from < ulaw.length; from += FRAME_SAMPLES) {
    const frame = new Uint8Array(FRAME_SAMPLES).fill(ULAW_SILENCE);
    frame.set(ulaw.subarray(from, from + FRAME_SAMPLES));
    messages.push(appendMessage(frame));
  }
  return messages;
}

function appendMessage(frame: Uint8Array): Buffer {
  const audio = Buffer.from(frame).toString('base64');
  return Buffer.from(JSON.stringify({ type: 'input_audio_buffer.append', audio }));
}
