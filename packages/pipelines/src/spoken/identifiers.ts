/** A written word with the marks around it. */
interface Written {
  readonly core: string;
  readonly head: string;
  readonly tail: string;
}

/** What is named by a number of any length: its digits are read one by one. */
const NAMED = wordSet(
  'order orders code codes passcode password pin reference references ref refs ticket tickets',
  'case cases claim claims invoice invoices account accounts acct booking bookings reservation',
  'reservations confirmation tracking policy policies id ids serial sku skus extension ext zip',
  'postcode postal voucher coupon membership incident transaction registration license licence',
  'token parcel shipment',
);

/** What has a number that is read in one where it is short: room 12, but room four one two. */
const NUMBERED = wordSet(
  'number numbers no nr num room apartment apt suite flight route unit model bus train item part',
  'lot gate box batch card customer member contract request dial call text ring digits channel',
);

/** Names after which "is" leads to the number itself. */
const TOLD = wordSet(
  'number numbers code codes passcode password pin reference ref id serial sku extension zip',
  'postcode digits four',
);

/** After a number that counts something. */
const COUNTED = wordSet(
  'of more units items pieces boxes copies orders tickets days weeks months years hours minutes',
  'seconds dollars euros pounds cents percent people customers times miles other others hundred',
  'thousand million billion',
);

/** Before "order" and the like where somebody does it. */
const DOERS = wordSet('to i you we they please can could will would may should must');

/** Verbs that look as if they were many things. */
const VERBS = wordSet(
  'is was has does ships arrives comes includes contains costs goes needs shows leaves remains',
  'looks gets says lists belongs seems requires starts ends opens closes weighs takes expires',
);

const LINK = wordSet('is was are were as');

const DIGITS = /^[#+]?\d[\d.,/():–-]*$/;
const MARKED_DAY = /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2})$/;

/** Whether a word is a noun that a number after it names. */
export function isNaming(word: string): boolean {
  const lower = word.toLowerCase();
  return NAMED.has(lower) || NUMBERED.has(lower);
}

/**
 * Which words of a text are numbers that name something, and so are read digit by digit: what
 * follows "order", "code" and the like, and telephone or card numbers in several groups.
 */
export function identifiersIn(words: readonly Written[]): boolean[] {
  const found = words.map(() => false);
  for (const index of words.keys()) {
    if (found[index] || !DIGITS.test(words[index]!.core)) continue;
    const end = groupsEnd(words, index);
    if (end > index) found.fill(true, index, end + 1);
    else found[index] = isNamed(words, index) || goesOn(words, index, found);
  }
  return found;
}

function isNamed(words: readonly Written[], index: number): boolean {
  const { core, tail } = words[index]!;
  // A mark alone, as in "order # 447", is no word between.
  const prior = words.slice(Math.max(0, index - 6), index).filter((word) => word.core !== '');
  const at = (offset: number) =>
    (offset < 0 ? prior.at(offset) : words[index + offset])?.core.toLowerCase() ?? '';
  if (parts(prior.at(-1))) return false;
  if (tail === '' && COUNTED.has(at(1))) return false;
  let noun = 1;
  const isLong = lengthOf(core) > 2;
  if (LINK.has(at(-1)) && (TOLD.has(at(-2)) || (isLong && NAMED.has(at(-2))))) noun = 2;
  if (/^(?:in|with)$/.test(at(-1)) && /^end(?:s|ing)?$/.test(at(-2))) return true;
  const name = at(-noun);
  const isMany = /[a-z]{3}s$/.test(at(1)) && !VERBS.has(at(1));
  if (tail === '' && isMany && DOERS.has(at(-noun - 1))) return false;
  if (NAMED.has(name)) return true;
  if (!NUMBERED.has(name)) return false;
  // A time or a day is no number of a room or a flight.
  if (MARKED_DAY.test(core)) return false;
  const isOfNamed = /^(?:numbers?|no|nr|num)$/.test(name) && isNaming(at(-noun - 1));
  return isOfNamed || isLong;
}

/** "448" of "orders 447 and 448". */
function goesOn(words: readonly Written[], index: number, found: readonly boolean[]): boolean {
  const isJoined = /^(?:and|or|&)$/i.test(words[index - 1]?.core ?? '');
  const last = isJoined ? index - 2 : index - 1;
  if (last < 1 || found[last] !== true) return false;
  const { core, tail } = words[last]!;
  if (!isJoined && tail !== ',') return false;
  if (isJoined && tail !== '' && tail !== ',') return false;
  return lengthOf(core) === lengthOf(words[index]!.core) || /s$/i.test(words[last - 1]!.core);
}

/** Index of the last of the groups of digits that are one long number; `index` where it is alone. */
function groupsEnd(words: readonly Written[], index: number): number {
  let end = index;
  let length = lengthOf(words[index]!.core);
  while (/^\)?$/.test(words[end]!.tail) && isGroup(words[end + 1])) {
    end += 1;
    length += lengthOf(words[end]!.core);
  }
  const { core, head } = words[index]!;
  const isMarked = /^[+0]/.test(core) || head.includes('(') || end - index > 1;
  return end > index && length >= 7 && isMarked && isGroup(words[index]) ? end : index;
}

function isGroup(word: Written | undefined): boolean {
  return (
    word !== undefined && /^\+?\d+(?:[)./-]+\d+)*$/.test(word.core) && !/\d{2}\/\d/.test(word.core)
  );
}

function lengthOf(digits: string): number {
  return digits.replaceAll(/\D/g, '').length;
}

/** Whether a word ends what the next one could belong to. */
function parts(word: Written | undefined): boolean {
  if (word === undefined) return true;
  const isAbbreviation = /^(?:no|nr|ref|apt|ext|acct)$/i.test(word.core);
  return /[?!,;)]/.test(word.tail) || (word.tail.includes('.') && !isAbbreviation);
}

function wordSet(...lines: string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')));
}
