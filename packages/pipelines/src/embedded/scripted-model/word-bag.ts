/** A bag of words: how often each of them occurs. */
export interface WordBag {
  /** Indices into the vocabulary, each once. */
  readonly words: Int32Array;
  readonly counts: Uint8Array;
  /** Of all words, those outside the vocabulary included. */
  readonly weight: number;
}

/** Above this, bags of light words alone are taken for the same sentence. */
const NEARLY_EQUAL = 0.85;

/** The words that examples are made of, with what each of them weighs in a comparison. */
export class Vocabulary {
  readonly #indices = new Map<string, number>();
  readonly #weights: number[] = [];
  readonly #weightOf: (word: string) => number;

  /** `weightOf` is asked once for a word of the vocabulary and each time for another. */
  constructor(weightOf: (word: string) => number) {
    this.#weightOf = weightOf;
  }

  /** The bag of an example, whose words join the vocabulary. */
  learn(words: readonly string[]): WordBag {
    for (const word of words) {
      if (this.#indices.has(word)) continue;
      this.#indices.set(word, this.#weights.length);
      this.#weights.push(this.#weightOf(word));
    }
    return this.read(words);
  }

  /** The bag of any words; those outside the vocabulary only add their weight. */
  read(words: readonly string[]): WordBag {
    const counts = new Map<number, number>();
    let weight = 0;
    for (const word of words) {
      const index = this.#indices.get(word);
      weight += index === undefined ? this.#weightOf(word) : this.#weights[index]!;
      if (index !== undefined) counts.set(index, Math.min(255, (counts.get(index) ?? 0) + 1));
    }
    return {
      words: Int32Array.from(counts.keys()),
      counts: Uint8Array.from(counts.values()),
      weight,
    };
  }

  /**
   * Compares bags with the one given: the weighted Dice coefficient, 0 to 1. It is 0 where the
   * heaviest word in common weighs no more than `lightWeight`, unless the bags are nearly equal.
   */
  likenessTo(bag: WordBag, lightWeight = 0): (other: WordBag) => number {
    const counts = new Uint8Array(this.#weights.length);
    bag.words.forEach((word, at) => (counts[word] = bag.counts[at]!));
    return (other) => {
      let common = 0;
      let heaviest = 0;
      for (let at = 0; at < other.words.length; at++) {
        const word = other.words[at]!;
        const count = counts[word]!;
        if (count === 0) continue;
        const weight = this.#weights[word]!;
        common += Math.min(count, other.counts[at]!) * weight;
        heaviest = Math.max(heaviest, weight);
      }
      if (common === 0) return 0;
      const likeness = (2 * common) / (bag.weight + other.weight);
      return heaviest > lightWeight || likeness > NEARLY_EQUAL ? likeness : 0;
    };
  }
}
