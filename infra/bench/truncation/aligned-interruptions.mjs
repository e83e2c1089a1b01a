import { AlignedTextToSpeech, FliteTextToSpeech, ForcedAligner } from '@antiphon/pipelines';
import { systemClock } from '@antiphon/session';
import { interruptions } from './interruptions.mjs';

/** @typedef {import('@antiphon/session').TimedWord} TimedWord */
/** @typedef {import('./interruptions.mjs').Interruption} Interruption */
/** @typedef {{ readonly words: readonly TimedWord[], readonly lengthMs: number }} Spoken */

/**
 * The same texts, said by the embedded synthesizer with the voices of 16 kHz in turn: `words` by its
 * phone times, `aligned` as they are found in its audio alone.
 * @param {number} count
 * @param {number} seed
 * @returns {Promise<(Interruption & { readonly aligned: readonly TimedWord[] })[]>}
 */
export async function alignedInterruptions(count, seed) {
  const flite = await FliteTextToSpeech.start();
  const aligner = await ForcedAligner.start();
  const untimed = new AlignedTextToSpeech(withoutWords(flite), { aligner, clock: systemClock });
  const voices = ['slt', 'rms', 'awb', 'kal16'];
  const spoken = [];
  for (const [index, known] of interruptions(count, seed).entries()) {
    const request = { text: known.text, voice: voices[index % voices.length] ?? '', speed: 1 };
    const { words, lengthMs } = await spokenBy(flite, request);
    const { words: aligned } = await spokenBy(untimed, request);
    spoken.push({
      ...known,
      words,
      tokens: words.map((timed, word) => ({ ...timed, word })),
      lengthMs,
      cutAtMs: Math.round((known.cutAtMs * lengthMs) / known.lengthMs),
      aligned,
    });
  }
  await Promise.all([flite.close(), aligner.close()]);
  return spoken;
}

/**
 * @param {Pick<FliteTextToSpeech, 'synthesize'>} voice
 * @param {{ text: string, voice: string, speed: number }} request
 * @returns {Promise<Spoken>}
 */
function spokenBy(voice, request) {
  return new Promise((resolve, reject) => {
    /** @type {readonly TimedWord[]} */
    let words = [];
    let lengthMs = 0;
    voice.synthesize(request, {
      onWords: (told) => {
        words = told;
      },
      onAudio: (pcm, sampleRate) => {
        lengthMs += (pcm.length * 1000) / sampleRate;
      },
      onEnd: () => resolve({ words, lengthMs }),
      onError: reject,
    });
  });
}

/** @param {FliteTextToSpeech} voice */
function withoutWords(voice) {
  return {
    name: voice.name,
    voices: voice.voices,
    close: () => voice.close(),
    /** @type {FliteTextToSpeech['synthesize']} */
    synthesize: (request, events) =>
      voice.synthesize(request, {
        onWords: () => {},
        onAudio: (pcm, sampleRate) => events.onAudio(pcm, sampleRate),
        onEnd: () => events.onEnd(),
        onError: (error) => events.onError(error),
      }),
  };
}
