/** Signs of an e-mail address and what they are called, the usual name first. */
export const SIGN_NAMES: Readonly<Record<string, readonly string[]>> = {
  '@': ['at'],
  '.': ['dot', 'point', 'period'],
  _: ['underscore'],
  '-': ['dash', 'hyphen', 'minus'],
  '+': ['plus'],
};

/** Signs by their names. */
export const SIGNS: ReadonlyMap<string, string> = new Map(
  Object.entries(SIGN_NAMES).flatMap(([sign, names]) => names.map((name) => [name, sign] as const)),
);

function numbered(words: string, from: number): (readonly [string, string])[] {
  return words.split(' ').map((word, index) => [word, String(from + index)] as const);
}

/** Words of a digit, and of two. */
export const DIGIT_WORDS: ReadonlyMap<string, string> = new Map([
  ...numbered('zero one two three four five six seven eight nine', 0),
  ...numbered(
    'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
    10,
  ),
]);

/** The first digit of what these words begin. */
export const TENS: ReadonlyMap<string, string> = new Map(
  numbered('twenty thirty forty fifty sixty seventy eighty ninety', 2),
);

export const REPEATS: ReadonlyMap<string, number> = new Map([
  ['double', 2],
  ['triple', 3],
]);

/** Names of letters that recognisers write as words; they count where letters are spelt only. */
export const LETTER_NAMES: ReadonlyMap<string, string> = new Map(
  (
    'bee:b be:b see:c sea:c dee:d eff:f gee:g aitch:h eye:i jay:j kay:k el:l ell:l em:m en:n pee:p ' +
    'pea:p cue:q queue:q are:r ar:r ess:s tea:t tee:t you:u vee:v ex:x why:y zee:z zed:z oh:o'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/** Words around an address that are none of it. */
export const LEAD_IN = new Set(
  (
    'the is its it my your our his her their mine email address would could ' +
    'should will can that thats this to of on in me i you we he she they him them us am im was be ' +
    'been think thinks believe want like use uses using send sends write reach get try take yes yeah ' +
    'yep sure okay ok well so uh um uhm er erm ah oh hm hmm alright right please just have has do ' +
    'does called spelled spelt goes best one better with from and then for there here hi hello thanks ' +
    'thank you under by'
  ).split(' '),
);

/** Words that may come after an address. */
export const CLOSERS = new Set(
  'please thanks thank you very much okay ok yes yeah right thats that is it all bye'.split(' '),
);

/** With one of these it is not known what is meant. */
export const DOUBTS = new Set(
  (
    'no not nope dont wait sorry actually mean or correction rather hundred thousand slash comma ' +
    'space what which how maybe stop'
  ).split(' '),
);

/** Words that say how the others are written. */
export const MANNERS = new Set(['capital', 'cap', 'lowercase', 'uppercase', 'letter', 'number']);

/** Whether a word means something in an address that is said, so that it has to be spelt in one. */
export function isAddressWord(word: string): boolean {
  return (
    [SIGNS, DIGIT_WORDS, TENS, REPEATS, LETTER_NAMES].some((words) => words.has(word)) ||
    [LEAD_IN, CLOSERS, DOUBTS, MANNERS].some((words) => words.has(word)) ||
    UNSAFE.has(word)
  );
}

/** Parts of phrases that are read before words are. */
const UNSAFE = new Set('as under score full e sign upper lower case words spaces'.split(' '));

/** An address that can be written to: lower case, one dot at a time, at most 254 characters. */
export function isAddress(text: string): boolean {
  const [local = '', domain = '', ...rest] = text.split('@');
  const labels = domain.split('.');
  return (
    rest.length === 0 &&
    text.length <= 254 &&
    local.length <= 64 &&
    /^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*$/u.test(local) &&
    /[a-z0-9]/u.test(local) &&
    labels.length >= 2 &&
    labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u.test(label)) &&
    /^[a-z]{2,24}$/u.test(labels.at(-1)!)
  );
}
