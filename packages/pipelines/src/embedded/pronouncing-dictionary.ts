import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PipelineError } from '../pipeline-error.ts';

const LINE_FEED = 10;
const SPACE = 32;
const OPENING_PARENTHESIS = 40;

/** The folder of the 8 kHz English model that comes with SoundSwallower. */
export function englishModelFolder(): string {
  const main = createRequire(import.meta.url).resolve('soundswallower');
  return join(main, '..', 'model', 'en-us');
}

/**
 * The CMU pronouncing dictionary, 126 000 English words in lower case, searched in the bytes of its
 * file: 3 MB instead of the 60 that a map of it takes.
 */
export class PronouncingDictionary {
  readonly #bytes: Buffer;
  readonly #begin: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    let begin = 0;
    while (bytes.toString('latin1', begin, begin + 2) === ';;') begin = this.#nextLine(begin);
    this.#begin = begin;
  }

  /** Reads the dictionary of the installed model. Throws `model_unreadable`. */
  static read(): PronouncingDictionary {
    const path = join(englishModelFolder(), 'dict.txt');
    try {
      return new PronouncingDictionary(readFileSync(path));
    } catch (cause) {
      throw new PipelineError(
        'model_unreadable',
        `the pronouncing dictionary ${path} cannot be read; install the packages again`,
        { cause },
      );
    }
  }

  /** The ways to say a lower-case word, each a list of phones such as "AH" without stress; often none. */
  lookup(word: string): string[][] {
    const pronunciations: string[][] = [];
    let at = this.#lowerBound(word);
    while (at < this.#bytes.length && this.#keyAt(at) === word) {
      const end = this.#nextLine(at);
      const [, ...phones] = this.#bytes.toString('latin1', at, end).trim().split(/\s+/);
      pronunciations.push(phones);
      at = end;
    }
    return pronunciations;
  }

  /** The start of the first line whose word is not before `word`. */
  #lowerBound(word: string): number {
    let low = this.#begin;
    let high = this.#bytes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const line = Math.max(low, this.#bytes.lastIndexOf(LINE_FEED, middle - 1) + 1);
      if (this.#keyAt(line) < word) low = this.#nextLine(line);
      else high = line;
    }
    return low;
  }

  /** The word of a line, without the number of an alternative. */
  #keyAt(line: number): string {
    let end = line;
    for (let byte = this.#bytes[end]; byte !== undefined && byte !== SPACE; end++) {
      if (byte === OPENING_PARENTHESIS && end > line) break;
      byte = this.#bytes[end + 1];
    }
    return this.#bytes.toString('latin1', line, end);
  }

  #nextLine(at: number): number {
    const end = this.#bytes.indexOf(LINE_FEED, at);
    return end < 0 ? this.#bytes.length : end + 1;
  }
}
