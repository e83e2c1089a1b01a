/** The words of a text as they are compared: lower case, letters, digits and apostrophes only. */
export function spokenWords(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/\s+/u)
    .map((word) => word.replaceAll(/[^\p{L}\p{N}']/gu, ''))
    .filter((word) => word !== '');
}

/** Where the words of `phrase` follow one another in `words`, from `from` on; -1 when nowhere. */
export function indexOfWords(
  words: readonly string[],
  phrase: readonly string[],
  from = 0,
): number {
  for (let at = from; at + phrase.length <= words.length; at += 1) {
    if (phrase.every((word, index) => words[at + index] === word)) return at;
  }
  return -1;
}

/** Whether the text holds the phrase, whole words and punctuation aside. */
export function saysPhrase(text: string, phrase: string): boolean {
  return indexOfWords(spokenWords(text), spokenWords(phrase)) >= 0;
}

/**
 * The first of the phrases, each a list of wordings, that the text does not say after the ones
 * before it; null when it says them all, in order.
 */
export function firstUnsaid(
  text: string,
  phrases: readonly (readonly string[])[],
): readonly string[] | null {
  const words = spokenWords(text);
  let from = 0;
  for (const wordings of phrases) {
    const ends = wordings.flatMap((wording) => {
      const phrase = spokenWords(wording);
      const at = indexOfWords(words, phrase, from);
      return at < 0 ? [] : [at + phrase.length];
    });
    if (ends.length === 0) return wordings;
    from = Math.min(...ends);
  }
  return null;
}
