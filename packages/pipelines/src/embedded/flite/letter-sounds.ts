/** Spellings and the phones they usually stand for, longest first. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^tion/, 'sh ax n'],
  [/^sion/, 'zh ax n'],
  [/^ght/, 't'],
  [/^(tch|ch)/, 'ch'],
  [/^sh/, 'sh'],
  [/^th/, 'th'],
  [/^ph/, 'f'],
  [/^wh/, 'w'],
  [/^ck/, 'k'],
  [/^ng/, 'ng'],
  [/^qu/, 'k w'],
  [/^x/, 'k s'],
  [/^(ee|ea|ie)/, 'iy'],
  [/^(oo|ue|ew)/, 'uw'],
  [/^(ai|ay|ei|ey)/, 'ey'],
  [/^(oa|ow)/, 'ow'],
  [/^(ou)/, 'aw'],
  [/^(oi|oy)/, 'oy'],
  [/^(au|aw)/, 'ao'],
  [/^(er|ir|ur|or)/, 'er'],
  [/^ar/, 'aa r'],
  [/^c(?=[eiy])/, 's'],
  [/^g(?=[eiy])/, 'jh'],
  [/^e$/, ''],
];

const LETTERS: Readonly<Record<string, string>> = {
  a: 'ae',
  b: 'b',
  c: 'k',
  d: 'd',
  e: 'eh',
  f: 'f',
  g: 'g',
  h: 'hh',
  i: 'ih',
  j: 'jh',
  k: 'k',
  l: 'l',
  m: 'm',
  n: 'n',
  o: 'aa',
  p: 'p',
  q: 'k',
  r: 'r',
  s: 's',
  t: 't',
  u: 'ah',
  v: 'v',
  w: 'w',
  y: 'iy',
  z: 'z',
};

/**
 * Guesses the phones of a lower-case English word from its letters: near enough to find where the
 * word ends in a row of phones, not to pronounce it. At least one phone.
 */
export function guessPhones(word: string): string[] {
  const phones: string[] = [];
  let rest = word.replaceAll(/[^a-z]/g, '').replaceAll(/([b-df-hj-np-tv-z])\1/g, '$1');
  while (rest) {
    const spelling = SPELLINGS.find(([pattern]) => pattern.test(rest));
    const length = spelling ? rest.match(spelling[0])![0].length : 1;
    const sounds = spelling ? spelling[1] : (LETTERS[rest[0]!] ?? '');
    if (sounds) phones.push(...sounds.split(' '));
    rest = rest.slice(length);
  }
  return phones.length > 0 ? phones : ['ax'];
}
