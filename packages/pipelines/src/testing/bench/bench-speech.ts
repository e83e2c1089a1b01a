import { StreamingResampler } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import { joinedAudio } from '../../cascade/aligned-words.ts';
import type { LocalEars } from '../../providers/testing/local-ear.ts';
import type { LocalSpeech, LocalVoice } from '../../providers/testing/local-voice.ts';
import { STUB_SAMPLE_RATE, stubSaying } from '../../stub/stub-speech.ts';
import { pause } from './bench-providers.ts';

/** What every model says: two sentences, the second long enough to be interrupted. */
export const BENCH_ANSWER = 'Your order has shipped. It will be with you on Friday, before noon.';

/** What every caller is heard to say, word by word. */
const HEARD = ['where', 'is', 'my', 'order'];
const MS_PER_WORD = 250;

/** Said last by those whose words are not all known before their turn is over. */
export const LATE_WORD = 'please';

/** Of so many turns, one has a word that comes with the final transcript. */
const LATE_EVERY = 3;

const MS_PER_SPOKEN_WORD = 170;

/** More than the noise of an encoded silence. */
const SOUND = 500;

/** How often a text may come again is not known; a load has few of them. */
const MAX_KEPT = 64;

/** What every caller is heard to say. */
export const BENCH_TRANSCRIPT = HEARD.join(' ');

/**
 * Ears that hear a word for each quarter of a second of sound, and give the final transcript after
 * `finalMs`. In every third turn that has a word more, so that no answer to it was made ready.
 */
export function benchEars(finalMs: number): LocalEars {
  let turns = 0;
  return (rate) => {
    turns += 1;
    const isLate = turns % LATE_EVERY === 0;
    let soundMs = 0;
    const words = (): readonly string[] => HEARD.slice(0, Math.floor(soundMs / MS_PER_WORD));
    return {
      hear: (pcm) => {
        if (pcm.some((sample) => Math.abs(sample) > SOUND)) soundMs += (pcm.length * 1000) / rate;
        return words();
      },
      end: async () => {
        await pause(finalMs);
        return isLate ? [...words(), LATE_WORD] : words();
      },
    };
  };
}

const kept = new Map<string, LocalSpeech>();

/** A sound like a voice; made once for each text. */
export const benchVoice: LocalVoice = ({ text }, rate) => {
  const key = `${rate} ${text}`;
  const known = kept.get(key);
  if (known) return known;
  const count = Math.max(1, text.trim().split(/\s+/u).length);
  const { words, chunks } = stubSaying(text, count * MS_PER_SPOKEN_WORD);
  const speech = { words, pcm: atRate(joinedAudio(chunks), rate) };
  if (kept.size < MAX_KEPT) kept.set(key, speech);
  return speech;
};

/** The same sound for a model that is scripted. */
export function benchSound(text: string): (rate: SampleRate) => Int16Array {
  return (rate) => (benchVoice({ text, speed: 1 }, rate) as LocalSpeech).pcm;
}

function atRate(pcm: Int16Array, rate: SampleRate): Int16Array {
  if (rate === STUB_SAMPLE_RATE) return pcm;
  const resampler = new StreamingResampler(STUB_SAMPLE_RATE, rate);
  return joinedAudio([resampler.process(pcm), resampler.flush()]);
}
