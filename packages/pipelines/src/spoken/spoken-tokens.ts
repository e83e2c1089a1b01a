/** Sounds that hold the floor: whoever makes one goes on. */
const HESITATIONS = ['uh', 'um', 'uhm', 'er', 'erm'];

/** Sounds of hesitation and of listening: they say nothing, so a turn of them alone is empty. */
const FILLERS = new Set([...HESITATIONS, 'ah', 'eh', 'hm', 'hmm', 'mm', 'mhm', 'mmm']);

/** Endings that are words of their own, so that "I'd like" and "I would like" read alike. */
const CONTRACTED: readonly (readonly [RegExp, string])[] = [
  [/^can't$/, 'can not'],
  [/^won't$/, 'will not'],
  [/^let's$/, 'let us'],
  [/n't$/, ' not'],
  [/'s$/, ' is'],
  [/'d$/, ' would'],
  [/'m$/, ' am'],
  [/'ve$/, ' have'],
  [/'ll$/, ' will'],
  [/'re$/, ' are'],
];

/** Spellings that recognisers and typists use for the same word. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ok: 'okay',
  its: 'it is',
  gonna: 'going to',
  wanna: 'want to',
  gotta: 'got to',
  yep: 'yes',
  yup: 'yes',
  yeah: 'yes',
  hiya: 'hi',
  nope: 'no',
  nah: 'no',
};

/**
 * The words of a text in lower case, contractions written out and fillers left out. Typed numbers
 * stay as they are; `uh-huh` and the like leave nothing.
 */
export function spokenTokens(text: string): string[] {
  const written = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('\u2019', "'")
    .replaceAll(/\b(?:uh|um|mm)-?h(?:uh|mm|m)\b/g, ' ');
  const tokens: string[] = [];
  for (const [word] of written.matchAll(/[\p{L}\p{N}]+(?:'\p{L}+)*/gu)) {
    if (FILLERS.has(word)) continue;
    tokens.push(...writtenOut(word).split(' '));
  }
  return tokens;
}

/** Whether a word as heard is a sound that holds the floor, "uh" or "um". */
export function isHesitation(word: string): boolean {
  return HESITATIONS.includes(word);
}

/** Whether the last word of a text is such a sound. */
export function endsInHesitation(text: string): boolean {
  const last = /[\p{L}\p{N}'-]+[^\p{L}\p{N}]*$/u.exec(text.slice(-20))?.[0] ?? '';
  return isHesitation(last.toLowerCase().replaceAll(/[^\p{L}\p{N}'-]/gu, ''));
}

function writtenOut(word: string): string {
  const spelling = Object.hasOwn(SPELLINGS, word) ? SPELLINGS[word] : undefined;
  if (spelling !== undefined) return spelling;
  if (!word.includes("'")) return word;
  for (const [ending, full] of CONTRACTED) {
    if (ending.test(word)) return word.replace(ending, full);
  }
  return word;
}
