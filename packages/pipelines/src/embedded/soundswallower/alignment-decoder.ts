import { PronouncingDictionary } from '../pronouncing-dictionary.ts';
import { guessPhones } from '../flite/letter-sounds.ts';
import type { WordSpan } from '../flite/phone-alignment.ts';
import { soundDictionary } from './recognition-graph.ts';
import { createDecoder, type NativeDecoder, type SoundSwallower } from './sound-swallower.ts';

/** Words learnt before a fresh decoder takes over: 5,000 take 2 MB. */
const MAX_WORDS = 5_000;

/** Finds known words in audio that holds them, and nothing else, in order. */
export class AlignmentDecoder {
  readonly #module: SoundSwallower;
  readonly #dictionary = PronouncingDictionary.read();
  readonly #known = new Set<string>();
  #decoder: NativeDecoder;

  private constructor(module: SoundSwallower, decoder: NativeDecoder) {
    this.#module = module;
    this.#decoder = decoder;
  }

  static async create(module: SoundSwallower): Promise<AlignmentDecoder> {
    return new AlignmentDecoder(module, await createDecoder(module, soundDictionary()));
  }

  /**
   * Spans of lower-case words in audio of 8 kHz, samples of -1 to 1; undefined when they do not fit.
   */
  async align(words: readonly string[], audio: Float32Array): Promise<WordSpan[] | undefined> {
    if (words.length === 0) return [];
    await this.#learn(words);
    const decoder = this.#decoder;
    decoder.set_align_text(words.join(' '));
    decoder.start();
    decoder.process_audio(audio, false, true);
    decoder.stop();
    const found = (decoder.get_alignment().w ?? []).filter(({ t }) => /^[a-z']/.test(t));
    const fits =
      found.length === words.length &&
      found.every(({ t }, index) => t.replace(/\(\d+\)$/, '') === words[index]);
    if (!fits) return undefined;
    return found.map(({ b, d }) => ({ startMs: 1000 * b, endMs: 1000 * (b + d) }));
  }

  async #learn(words: readonly string[]): Promise<void> {
    if (this.#known.size > MAX_WORDS) {
      this.#decoder.delete();
      this.#known.clear();
      this.#decoder = await createDecoder(this.#module, soundDictionary());
    }
    const unknown = [...new Set(words)].filter((word) => !this.#known.has(word));
    if (unknown.length === 0) return;
    this.#decoder.add_words(
      ...unknown.flatMap((word) =>
        this.#pronounce(word).map((phones, index): [string, string] => [
          index > 0 ? `${word}(${index + 1})` : word,
          phones.join(' '),
        ]),
      ),
    );
    for (const word of unknown) this.#known.add(word);
  }

  #pronounce(word: string): string[][] {
    const known = this.#dictionary.lookup(word);
    if (known.length > 0) return known;
    // The recogniser has no sound of its own for weak vowels.
    return [guessPhones(word).map((phone) => (phone === 'ax' ? 'AH' : phone.toUpperCase()))];
  }
}
