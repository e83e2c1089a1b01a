import { readFileSync } from 'node:fs';
import { readWav, speechIntervals } from '@antiphon/audio';
import { CliError } from './cli-error.ts';

/** The only rate callers are recorded at: that of a telephone. */
const CLIP_RATE = 8000;

/** A recorded line of a caller. */
export interface Clip {
  /** mu-law at 8 kHz, one byte per sample. */
  readonly ulaw: Uint8Array;
  /** Where the voice begins and ends. */
  readonly voiceStartSamples: number;
  readonly voiceEndSamples: number;
}

/** Reads a mu-law WAV of 8 kHz, mono, with a voice in it. Throws `invalid_clip` with the file. */
export function readClip(file: string): Clip {
  try {
    return clipOf(readWav(readFileSync(file)));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(
      'invalid_clip',
      `${file}: ${reason}. Make it with: sox in.wav -r 8000 -c 1 -e u-law out.wav`,
      { cause },
    );
  }
}

function clipOf(wav: ReturnType<typeof readWav>): Clip {
  if (wav.format !== 'ulaw' || wav.sampleRate !== CLIP_RATE || wav.channels !== 1) {
    throw new Error(
      `it is ${wav.format} at ${wav.sampleRate} Hz with ${wav.channels} channels, ` +
        `not mu-law at ${CLIP_RATE} Hz with one`,
    );
  }
  const voice = speechIntervals(wav.pcm, CLIP_RATE);
  const first = voice[0];
  const last = voice.at(-1);
  if (!first || !last) throw new Error('there is no voice in it');
  return {
    ulaw: wav.data,
    voiceStartSamples: Math.floor((first.startMs * CLIP_RATE) / 1000),
    voiceEndSamples: Math.ceil((last.endMs * CLIP_RATE) / 1000),
  };
}
