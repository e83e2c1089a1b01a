import { parentPort } from 'node:worker_threads';
import { StreamingResampler, type SampleRate } from '@antiphon/audio';
import { WORKER_READY } from '../../start-worker.ts';
import type { WordSpan } from '../flite/phone-alignment.ts';
import { AlignmentDecoder } from './alignment-decoder.ts';
import { loadSoundSwallower, RECOGNITION_RATE } from './sound-swallower.ts';

/** What the thread is asked: where these lower-case words lie in this audio. */
export interface AlignmentQuestion {
  readonly words: readonly string[];
  readonly pcm: Int16Array;
  readonly sampleRate: SampleRate;
}

/** What it answers, one answer a question and in their order: a span for each word, or why not. */
export type AlignmentAnswer =
  | { readonly ok: true; readonly spans: readonly WordSpan[] }
  | { readonly ok: false; readonly message: string };

const FULL_SCALE = 32768;

if (parentPort) await serve(parentPort);

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const decoder = await AlignmentDecoder.create(await loadSoundSwallower());
  const answer = async (question: AlignmentQuestion): Promise<AlignmentAnswer> => {
    try {
      const spans = await decoder.align(question.words, narrowed(question));
      return spans ? { ok: true, spans } : { ok: false, message: 'the words do not fit the audio' };
    } catch (error) {
      return { ok: false, message: `the alignment broke off: ${String(error)}` };
    }
  };
  // A question waits for the one before it: there is one decoder.
  let last = Promise.resolve();
  port.on('message', (question: AlignmentQuestion) => {
    last = last.then(async () => port.postMessage(await answer(question)));
  });
  port.postMessage(WORKER_READY);
}

/** The audio as the recogniser's model takes it. */
function narrowed({ pcm, sampleRate }: AlignmentQuestion): Float32Array {
  const resampler = new StreamingResampler(sampleRate, RECOGNITION_RATE);
  const parts = [resampler.process(pcm), resampler.flush()];
  const audio = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    for (const sample of part) audio[at++] = sample / FULL_SCALE;
  }
  return audio;
}
