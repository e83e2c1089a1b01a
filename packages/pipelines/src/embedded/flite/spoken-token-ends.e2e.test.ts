import type { TimedWord } from '@antiphon/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FliteProgram, type TimedPhone } from './flite-program.ts';
import { FliteTextToSpeech } from './flite-text-to-speech.ts';

const WRITTEN = 'Order 4471 costs $19.99 and ships on April 25 by mail.';
const SPOKEN =
  'order four four seven one costs nineteen dollars and ninety nine cents and ships on april twenty fifth by mail.';

/** The sounds of the last token of a written word, its first dropped or not, and of the next word. */
const ENDS: readonly (readonly [string, RegExp])[] = [
  ['4471', /(?<= (?:aa|ah|ao) n )k (?:aa|ao|ah) s t s /],
  ['$19.99', /(?<= s eh n t s )(?:ae|ax|eh) n d sh /],
  ['April', /(?<= p r (?:ax|ah|ih) l )t w eh n /],
  ['25', /(?<= f ih f th )b ay /],
];

let speech: FliteTextToSpeech;
let program: FliteProgram;

beforeAll(async () => {
  speech = await FliteTextToSpeech.start();
  program = await FliteProgram.load();
});

afterAll(() => speech.close());

function wordsOf(voice: string): Promise<readonly TimedWord[]> {
  return new Promise((resolve, reject) => {
    speech.synthesize(
      { text: WRITTEN, voice, speed: 1 },
      { onWords: resolve, onAudio: () => {}, onEnd: () => {}, onError: reject },
    );
  });
}

/** The end of the sound before the one at which a pattern matches. */
function endBefore(pattern: RegExp, phones: readonly TimedPhone[]): number {
  const row = phones.map(({ phone }) => `${phone} `).join('');
  const match = pattern.exec(row);
  if (!match) throw new Error(`no ${pattern} in ${row}`);
  const index = row.slice(0, match.index).trim().split(' ').length;
  return phones[index - 1]!.endMs;
}

describe('the end of a written word that is several spoken ones', () => {
  it.each(['slt', 'rms', 'awb', 'kal16'])('is the end of the last of them (%s)', async (voice) => {
    const { phones } = program.speak({ text: SPOKEN, voice, speed: 1 });
    const words = await wordsOf(voice);
    const sounds = phones.filter(({ phone }) => phone !== 'pau');
    // The idle beginning is cut off; the last word shows by how much.
    const cutMs = sounds.at(-1)!.endMs - words.at(-1)!.endMs;
    for (const [text, pattern] of ENDS) {
      const word = words.find((candidate) => candidate.text === text);
      expect(word?.endMs, `${text} of ${voice}`).toBeCloseTo(endBefore(pattern, phones) - cutMs, 1);
    }
  });
});
