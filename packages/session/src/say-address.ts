import { isAddress, isAddressWord, SIGN_NAMES } from './address-words.ts';

/** Consonants that an English word begins with. */
const ONSETS = new Set(
  (
    'bl br ch chl chr cl cr dr dw fl fr gh gl gm gn gr kh kl kn kr ll ph phr pl pr ps rh sc sch scr sh ' +
    'shr sk sl sm sn sp spl spr st str sv sw th thr tr ts tw wh wr zh'
  ).split(' '),
);

/** A domain ending of two letters is a country's, and spelt. */
const COUNTRY_LETTERS = 2;

/**
 * An e-mail address as words to be said: `jo.smith@example.com` is "jo dot smith at example dot com".
 * Digits come one by one; letters that make no word, and words that mean a sign or a digit, are
 * spelt in capitals. `null` for what is no plain address (letters, digits and `._+-` around one @).
 */
export function sayAddress(address: string): string | null {
  const plain = address.trim().toLowerCase();
  if (!isAddress(plain)) return null;
  const ending = plain.slice(plain.lastIndexOf('.') + 1);
  const said = plain
    .slice(0, -ending.length)
    .split(/([@._+-]|\d)/u)
    .filter((part) => part !== '')
    .map((part) => SIGN_NAMES[part]?.[0] ?? (isWord(part) ? part : spelt(part)));
  const isCountry = ending.length === COUNTRY_LETTERS;
  return [...said, isCountry || !isWord(ending) ? spelt(ending) : ending].join(' ');
}

/** Whether people would say the letters as a word. */
function isWord(letters: string): boolean {
  if (/^\d$/u.test(letters)) return true;
  if (letters.length < 2 || isAddressWord(letters)) return false;
  if (letters.length === 2) return /^[^aeiou][aeiou]$/u.test(letters);
  const onset = /^[^aeiouy]*/u.exec(letters)![0];
  return (
    /[aeiouy]/u.test(letters) &&
    (onset.length < 2 || ONSETS.has(onset)) &&
    !/[^aeiouy]{5}|[aeiou]{4}|(.)\1\1/u.test(letters)
  );
}

function spelt(letters: string): string {
  return letters.toUpperCase().split('').join(' ');
}
