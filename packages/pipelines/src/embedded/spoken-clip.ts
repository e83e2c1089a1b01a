import { pcm16ToUlaw, StreamingResampler, ulawToPcm16 } from '@antiphon/audio';
import type { FliteProgram } from './flite/flite-program.ts';

const LEAD_SAMPLES = 0.3 * 8000;
const TAIL_SAMPLES = 0.6 * 8000;

/** How a {@link spokenClip} sounds. */
export interface ClipVoice {
  readonly voice: string;
  /** Between one piece and the next, in milliseconds. */
  readonly gapMs?: number;
}

/** Pieces of text with gaps between them, in digital silence, as an 8 kHz line carries it; for tests. */
export function spokenClip(
  flite: FliteProgram,
  pieces: readonly string[],
  { voice, gapMs = 0 }: ClipVoice,
): Int16Array {
  const gap = new Int16Array(gapMs * 8);
  const spoken = pieces.flatMap((text, index) => [
    ...(index > 0 ? gap : []),
    ...wordsOnly(flite, text, voice),
  ]);
  const clip = new Int16Array(LEAD_SAMPLES + spoken.length + TAIL_SAMPLES);
  clip.set(spoken, LEAD_SAMPLES);
  return ulawToPcm16(pcm16ToUlaw(clip));
}

/** The audio of a text at 8 kHz without the pauses around it. */
function wordsOnly(flite: FliteProgram, text: string, voice: string): number[] {
  const { pcm, sampleRate, phones } = flite.speak({ text, voice, speed: 1 });
  const resampler = new StreamingResampler(sampleRate, 8000);
  const narrow = [...resampler.process(pcm), ...resampler.flush()];
  const voiced = phones.filter(({ phone }) => phone !== 'pau');
  return narrow.slice(Math.round(voiced[0]!.startMs * 8), Math.round(voiced.at(-1)!.endMs * 8));
}
