import { PipelineError } from '../../pipeline-error.ts';
import { FliteProgram } from '../flite/flite-program.ts';
import { PronouncingDictionary } from '../pronouncing-dictionary.ts';
import { OWN_PRONUNCIATIONS } from './everyday-phrases.ts';
import { soundDictionary } from './recognition-graph.ts';

/** Flite writes weak vowels as "ax"; the recogniser's model has no sound of its own for them. */
const RENAMED_PHONES: Readonly<Record<string, string>> = { AX: 'AH' };

/**
 * The dictionary of a recogniser: lines of a word and its phones, for the words given and the sounds
 * of unknown ones. A word that the CMU dictionary does not have is pronounced as Flite reads it.
 * Rejects with `unusable_vocabulary`, naming the word, when Flite cannot read it either.
 */
export async function dictionaryFor(words: readonly string[]): Promise<string> {
  const known = PronouncingDictionary.read();
  let flite: FliteProgram | undefined;
  let text = soundDictionary();
  for (const word of words) {
    let pronunciations: readonly string[][] = ownPronunciations(word) ?? known.lookup(word);
    if (pronunciations.length === 0) {
      flite ??= await FliteProgram.load();
      pronunciations = [phonesRead(flite, word)];
    }
    for (const [index, phones] of pronunciations.entries()) {
      text += `${word}${index > 0 ? `(${index + 1})` : ''} ${phones.join(' ')}\n`;
    }
  }
  return text;
}

/** The ways to say a word that the dictionary does not have, or not all of them. */
function ownPronunciations(word: string): string[][] | undefined {
  if (!Object.hasOwn(OWN_PRONUNCIATIONS, word)) return undefined;
  return OWN_PRONUNCIATIONS[word]!.map((phones) => phones.split(' '));
}

function phonesRead(flite: FliteProgram, word: string): string[] {
  const { phones } = flite.speak({ text: word, voice: 'kal', speed: 1 });
  const read = phones
    .map(({ phone }) => phone.toUpperCase())
    .filter((phone) => phone !== 'PAU')
    .map((phone) => RENAMED_PHONES[phone] ?? phone);
  if (read.length > 0) return read;
  throw new PipelineError(
    'unusable_vocabulary',
    `nobody knows how to pronounce ${JSON.stringify(word)}; write it as it is spoken`,
  );
}
