/**
 * A word without its commonest English endings, so that "shipped", "shipping" and "ships" count
 * as one. It is no dictionary form: "placed" and "place" both become "plac".
 */
export function wordStem(word: string): string {
  if (word.length < 4 || /[^a-z]/.test(word)) return word;
  let stem = word;
  if (stem.endsWith('ies')) stem = `${stem.slice(0, -3)}y`;
  else if (stem.endsWith('s') && !stem.endsWith('ss') && !stem.endsWith('us')) {
    stem = stem.slice(0, -1);
  }
  const bare = stem.replace(/(?:ing|ed)$/, '');
  if (bare !== stem && bare.length >= 3 && /[aeiouy]/.test(bare)) stem = undoubled(bare);
  return stem.length > 3 && stem.endsWith('e') ? stem.slice(0, -1) : undoubled(stem);
}

function undoubled(stem: string): string {
  return /([bdfgklmnprt])\1$/.test(stem) ? stem.slice(0, -1) : stem;
}
