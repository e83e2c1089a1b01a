/** What introduces things to choose from or to know of. */
const LEAD =
  /:$|\b(?:have|has|offers?|sells?|carry|carries|stocks?|includes?|including|accepts?|takes?|supports?|contains?|provides?|available|choices|options|colou?rs|sizes|are|serves?|covers?|comes? in|such as)\b/i;

/** What somebody does, or how something is, is no list of things. */
const NO_LEAD =
  /\b(?:(?:need|have|has|had|want|are|going|able) to|(?:it|that|he|she|there)(?:'s|’s| is| has| was)|(?:you|we|they|i)(?:'re|’re| are| were|'ve|’ve)|i)\b/i;

/** Words of a clause, and numbers, days and months: nothing that stands in a list of things. */
const NO_ITEM = new Set(
  [
    'i you we they he she it this that there here me us them him her its my who which what when where',
    'is are was were be been am has have had do does did will would can could should may might must',
    'because if while but so then than not no yes please thanks thank sorry okay ok sure well also',
    'sir madam however though too now just zero one two three four five six seven eight nine ten',
    'eleven twelve hundred thousand million dollars cents am pm street avenue road',
    'monday tuesday wednesday thursday friday saturday sunday today tomorrow tonight yesterday',
    'january february march april may june july august september october november december',
  ].flatMap((line) => line.split(' ')),
);

const MOST_ITEMS = 3;
const MOST_WORDS = 3;

/** Nobody says a longer sentence; it is not held. */
const LONGEST = 400;

const SENTENCE_END = /[.!?…]["'”’)\]]*$/u;
const STATEMENT = /^([^.!?…]*)[.!]$/u;
const LETTERED = /(?:^|\s)\(?([a-h]|[1-9])\)\s/gi;

/** Pieces that go on, and whether a list became a number of things. */
export interface InlinePieces {
  readonly pieces: readonly string[];
  readonly isCounted: boolean;
}

/**
 * Finds the list of things inside of a sentence: "red, green, blue and black", or "a) red, b) green"
 * and so on, and puts a phrase in place of one with more than three. Only a piece that looks like
 * the beginning of one is held until its sentence ends; any other passes at once.
 */
export class InlineList {
  readonly #phrase: string;
  /** What of the sentence was let through, and what is held. */
  #passed = '';
  #held = '';

  /** `{count}` in the phrase is how many there are. */
  constructor(phrase: string) {
    this.#phrase = phrase;
  }

  /** Whether a sentence that may have a list is held. */
  get isHolding(): boolean {
    return this.#held !== '';
  }

  /** Takes the next piece. */
  take(piece: string): InlinePieces {
    const held = joined(this.#held, piece);
    const sentence = joined(this.#passed, held);
    const isOver = SENTENCE_END.test(piece);
    if (!isOver && sentence.length <= LONGEST && beginsList(sentence)) {
      this.#held = held;
      return { pieces: [], isCounted: false };
    }
    const list = isOver ? listIn(sentence) : null;
    const hasLead = this.#passed !== '';
    this.#held = '';
    this.#passed = isOver || sentence.length > LONGEST ? '' : sentence;
    if (!list) return { pieces: [held], isCounted: false };
    const phrase = this.#phrase.replaceAll('{count}', `${list.count}`);
    const lead = hasLead || list.lead === '' ? [] : [list.lead];
    return { pieces: [...lead, phrase], isCounted: true };
  }

  /** No more text follows for now. */
  flush(): readonly string[] {
    const held = this.#held;
    this.#held = '';
    this.#passed = '';
    return held === '' ? [] : [held];
  }
}

interface Found {
  /** What introduces the list and can stand before a sentence. */
  readonly lead: string;
  readonly count: number;
}

function listIn(sentence: string): Found | null {
  return letteredList(sentence) ?? commaList(sentence);
}

function letteredList(sentence: string): Found | null {
  const marks = marksIn(sentence);
  if (marks.length <= MOST_ITEMS) return null;
  return { lead: leadOf(sentence.slice(0, marks[0])), count: marks.length };
}

/** Where the marks "a)", "b)" and so on stand, as far as they follow each other. */
function marksIn(sentence: string): number[] {
  const found = [...sentence.matchAll(LETTERED)];
  const first = found[0]?.[1]?.toLowerCase();
  if (first !== 'a' && first !== '1') return [];
  const isRow = found.every(
    ([, mark], index) => mark!.toLowerCase().codePointAt(0) === first.codePointAt(0)! + index,
  );
  return isRow ? found.map(({ index }) => index) : [];
}

function commaList(sentence: string): Found | null {
  const [, text] = STATEMENT.exec(sentence) ?? [];
  if (text === undefined || /\d/.test(text)) return null;
  const parts = text.split(/, /);
  const last = parts.pop()!.replace(/^(?:and|or) /, '');
  const isJoined = /(?:^|, )(?:[^,]* )?(?:and|or) [^,]*$/.test(text);
  const ends = last.split(/ (?:and|or) /);
  if (!isJoined || ends.length > 2 || !ends.every((item) => isItem(item))) return null;
  const lead = leadSegment(parts, ends[0]!);
  if (lead === null) return null;
  const count = parts.length - lead + ends.length;
  if (count <= MOST_ITEMS) return null;
  return { lead: leadOf(/^.*:/.exec(text)?.[0] ?? ''), count };
}

/** Whether what was said so far may go on as a list of things. */
function beginsList(sentence: string): boolean {
  const marks = marksIn(sentence);
  const isMarked = marks.length > 1 || /(?:^|:\s?)$/.test(sentence.slice(0, marks[0] ?? 0));
  if (marks.length > 0) return isMarked;
  if (!sentence.endsWith(',') || /\d/.test(sentence)) return false;
  const parts = sentence.slice(0, -1).split(/, /);
  const lead = leadSegment(parts, parts.at(-1)!);
  return lead !== null && lead < parts.length - 1;
}

/** Index of the part whose end is the first thing of the list; null where there is none. */
function leadSegment(parts: readonly string[], item: string): number | null {
  let index = parts.length - 1;
  while (index > 0 && isItem(parts[index]!) && !isLead(parts[index]!)) index -= 1;
  const part = parts[index] ?? '';
  const words = part.split(' ');
  const isAlike = isCapital(words.at(-1)!) === isCapital(item.split(' ').at(-1)!);
  return index < parts.length && isLead(part) && isItem(words.at(-1)!) && isAlike ? index : null;
}

function isLead(part: string): boolean {
  const before = part.split(' ').slice(0, -1).join(' ');
  return (LEAD.test(before) || /: \S/.test(part)) && !NO_LEAD.test(part);
}

function isItem(text: string): boolean {
  const words = text.split(' ');
  return (
    words.length <= MOST_WORDS &&
    words.every((word) => /^[\p{L}'’-]{2,}$|^a$/u.test(word)) &&
    !words.some((word) => NO_ITEM.has(word.toLowerCase())) &&
    !/(?:[a-z]{3}ed|[a-z]{2}ing|[a-z]{2}ly)$/.test(words[0]!)
  );
}

function isCapital(word: string): boolean {
  return /^\p{Lu}/u.test(word);
}

/** Only what ends with a colon can stand before a sentence of its own. */
function leadOf(text: string): string {
  const lead = text.trim();
  return lead.endsWith(':') ? lead : '';
}

function joined(before: string, after: string): string {
  return before === '' ? after : `${before} ${after}`;
}
