import { StreamingResampler } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { Clock, ProviderUsage } from '@antiphon/session';
import { DEFAULT_CASCADE_TIMEOUTS } from '../cascade/cascade-timeouts.ts';
import { PlainPiece } from '../cascade/plain-piece.ts';
import type { Synthesis, TextToSpeech } from '../cascade/ports/text-to-speech.ts';
import { providerError } from '../cascade/provider-error.ts';
import { isSpeakable, speakablePieces } from '../cascade/sentence-cutter.ts';
import { StallTimer } from '../cascade/stall-timer.ts';
import { PipelineError } from '../pipeline-error.ts';

/** What is read aloud, and how. */
export interface Narration {
  readonly text: string;
  readonly textToSpeech: TextToSpeech;
  readonly voice: string;
  /** 1 is the voice's own. */
  readonly speed: number;
  /** How to speak, in words, for a voice that takes them. */
  readonly instructions?: string | undefined;
  /** Of the audio that is told. */
  readonly sampleRate: SampleRate;
  readonly clock: Clock;
  /** Nobody wants to hear any more. */
  readonly signal: AbortSignal;
  /** Called in order. What it returns is waited for before the next sentence is begun. */
  readonly onAudio: (pcm: Int16Array) => Promise<void> | void;
  /** Told what each piece used, where that is counted; must not throw. */
  readonly onUsed?: ((used: ProviderUsage) => void) | undefined;
}

/**
 * Reads a text aloud, sentence by sentence, where there is no conversation: as fast as the voice
 * makes it and as its listener takes it, without markup and pictures. Resolves when all of it was
 * told or the signal aborts; rejects with a PipelineError where the voice fails or falls silent.
 */
export async function narrate(narration: Narration): Promise<void> {
  let resampler: StreamingResampler | null = null;
  const tell = async (pcm: Int16Array, rate: SampleRate): Promise<void> => {
    if (resampler?.fromRate !== rate) {
      const rest = resampler?.flush();
      if (rest && rest.length > 0) await narration.onAudio(rest);
      resampler = new StreamingResampler(rate, narration.sampleRate);
    }
    const out = resampler.process(pcm);
    if (out.length > 0) await narration.onAudio(out);
  };
  for (const piece of speakablePieces(narration.text)) {
    if (narration.signal.aborted) return;
    const { text } = new PlainPiece(piece);
    if (isSpeakable(text)) await say(text, narration, tell);
  }
  const rest = (resampler as StreamingResampler | null)?.flush();
  if (rest && rest.length > 0 && !narration.signal.aborted) await narration.onAudio(rest);
}

/** Settles when the piece was said and taken, or nobody wants it. */
function say(
  text: string,
  { textToSpeech, voice, speed, instructions, clock, signal, onUsed }: Narration,
  tell: (pcm: Int16Array, rate: SampleRate) => Promise<void>,
): Promise<void> {
  const { audioGapMs } = DEFAULT_CASCADE_TIMEOUTS;
  return new Promise((resolve, reject) => {
    let taken = Promise.resolve();
    let synthesis: Synthesis | null = null;
    const stall = new StallTimer(clock, () => {
      const message = `${textToSpeech.name} gave no audio for ${audioGapMs} ms`;
      fail(new PipelineError('provider_timeout', message));
    });
    const settle = () => {
      stall.stop();
      signal.removeEventListener('abort', stop);
    };
    const fail = (error: unknown) => {
      settle();
      synthesis?.cancel();
      reject(providerError(textToSpeech.name, error));
    };
    const stop = () => {
      settle();
      synthesis?.cancel();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    stall.start(audioGapMs);
    try {
      synthesis = textToSpeech.synthesize(
        { text, voice, speed, instructions },
        {
          onWords: () => stall.touch(),
          onAudio: (pcm, rate) => {
            stall.touch();
            taken = taken.then(() => tell(pcm, rate));
          },
          onEnd: () => {
            settle();
            taken.then(resolve, reject);
          },
          onError: fail,
          onUsed: (used) => onUsed?.(used),
        },
      );
    } catch (error) {
      fail(error);
    }
  });
}
