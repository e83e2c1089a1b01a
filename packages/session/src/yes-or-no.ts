import { replyWords } from './reply-words.ts';

/** What a caller's turn says to a question that wants yes or no. */
export type Reply = 'yes' | 'no' | 'other';

/** Each says yes by itself. Words that only say "I hear you" ("okay", "right") are not among them. */
const YES = phrases(`
  yes, yeah, yea, yep, yup, sure, sure thing, for sure, of course, absolutely, definitely, certainly,
  affirmative, you bet, that is correct, that is right, that is the one, that is fine, by all means,
  please do that, go ahead, go right ahead, go for it, do it, do that, do so, please do, proceed, please proceed,
  let us do it, let us do that, let us go ahead, i would like that, i would love that,
  i confirm, confirmed, i agree, agreed, you can, you may, that works, that would be great,
  that would be good, that would be nice, that would be lovely, that would be perfect,
  that would be helpful`);

/** A yes by themselves; before words of the question they ask for something: "correct the address". */
const YES_ALONE = phrases('correct, i do, i would');

/** Beside a yes they change nothing; alone they say nothing, or only that somebody listens. */
const NEUTRAL = phrases(`
  uh, um, uhm, er, erm, ah, eh, oh, hm, hmm, mm, mmm, mhm, mmhmm, huh, uhhuh, well, so, okay, ok,
  right, alright, all right, fine, good, great, cool, perfect, excellent, wonderful, lovely, exactly,
  indeed, sounds good, sounds great, got it, i see, please, thanks, thank you, thanks a lot,
  thank you very much, thank you so much, sir, ma'am, madam, bye, go on, now, right now, right away,
  i am, i am sure, i am positive, it is, it does, that is, that is it, that one, this one, for me, i said, i mean it`);

/** They want something after them: a turn that ends with one was not finished. */
const OPEN = phrases(`
  go ahead and, i want to, i want you to, i would like to, i would like you to, let us, do, the, a, an, your,
  for`);

/** They stand for what was asked, after a word of it: "cancel it". */
const POINTING = new Set(['it', 'that', 'this', 'them', 'these', 'those']);

/** The answer no, where the turn begins with it. */
const NO = phrases(`
  no, nope, nah, do not, never, never mind, nevermind, stop, not yet, not now, not really, not today,
  not that, not at all, not at the moment, i changed my mind, i have changed my mind,
  that is not it, absolutely not, of course not, certainly not, definitely not, please no,
  i do not want, i do not want you to, i do not think so, i do not agree, i would not, i would rather not, i will not,
  rather not, better not, forget it, forget about it, leave it, negative, wrong, incorrect,
  that is wrong, that is not right, that is not correct, that is incorrect, no that is fine,
  no that is okay, no that is alright, no that is all right, no i would not, no i do not`);

/** Beginnings of a no that are none. */
const NOT_NO = phrases(`
  no problem, no worries, no idea, no clue, no doubt, no question, no matter, no wonder, no one,
  no kidding, do not know, do not worry, do not mind, do not care, do not forget, do not stop,
  do not wait, do not hesitate, never better, stop worrying`);

/** What may come before an answer. */
const LEAD_IN = new Set(
  (
    'uh um uhm er erm ah eh oh hm hmm mm mmm well so okay ok right alright please sorry actually ' +
    'thanks but and i said'
  ).split(' '),
);

/** Said of what was asked these always change it, even if the question has them, too. */
const NEVER_ECHOED = new Set(
  (
    'no not never none nothing stop wait hold hang but if unless except only just instead maybe ' +
    'perhaps without before after first later shall should could would will can what which who why ' +
    'when how where i'
  ).split(' '),
);

/** An echo that skips one of these may mean something else: "from Monday to Friday". */
const JOINING = new Set(['and', 'or', 'plus', 'also']);
const REVERSING = new Set(['no', 'not', 'never', 'without', 'except', 'instead', 'but', 'only']);
const DIRECTIONS = new Set(['from', 'to', 'into', 'until', 'till', 'than', 'by', ...JOINING]);
const TURNING = new Set([...JOINING, ...REVERSING]);
const CHANGING = new Set([...DIRECTIONS, ...REVERSING]);

/** A turn of more words, or of more characters, is no plain yes. */
const MOST_WORDS = 24;
const MOST_CHARACTERS = 400;

/**
 * Reads a caller's whole turn as the answer to a question such as "Shall I?", in English. It is a
 * `yes` only where every word of it belongs to one: nothing is left over that could be a condition,
 * a question, a correction or somebody else's yes. Backchannels ("mm-hmm", "okay") are `other`.
 *
 * `asked` is the question as it was said. With it the caller may repeat what was asked ("yes, cancel
 * order 4471"), in its order; a number or word that was not asked makes it `other`. Of `key`, with
 * which the question begins and which names all that is done, no second half may be left out.
 */
export function readReply(text: string, asked = '', key = asked): Reply {
  if (text.length > MOST_CHARACTERS) return 'other';
  const { words, isQuestion } = replyWords(text);
  if (isQuestion || words.length === 0) return 'other';
  if (words.length <= MOST_WORDS && isYes(words, askedWords(asked), askedWords(key).length)) {
    return 'yes';
  }
  return isNo(words) ? 'no' : 'other';
}

function isYes(said: readonly string[], asked: readonly string[], keyLength: number): boolean {
  const words = said.map(inTheOthersPlace);
  let [saysYes, saysYesAlone, saysPlease, isOpen] = [false, false, false, false];
  let echoed = 0;
  let reached = 0;
  for (let at = 0; at < words.length;) {
    const yes = lengthAt(YES, said, at);
    const open = lengthAt(OPEN, words, at);
    const alone = lengthAt(YES_ALONE, said, at);
    const length = Math.max(yes, open, alone, lengthAt(NEUTRAL, said, at));
    isOpen = false;
    if (length > 0) {
      if (yes > 0) saysYes = true;
      if (alone === length) saysYesAlone = true;
      if (open === length) isOpen = true;
      if (said[at] === 'please') saysPlease = true;
      // What sounds like agreement and is none.
      if (said[at] === 'yeah' && said[at + 1] === 'right' && words.length === 2) return false;
      at += length;
    } else if (echoed > 0 && POINTING.has(words[at]!)) {
      at += 1;
    } else {
      const word = words[at]!;
      const place = NEVER_ECHOED.has(word) ? -1 : asked.indexOf(word, reached);
      const notSkipped = DIRECTIONS.has(word) ? TURNING : CHANGING;
      if (place < 0 || asked.slice(reached, place).some((left) => notSkipped.has(left))) {
        return false;
      }
      // "Yes, to …" was not finished.
      isOpen = DIRECTIONS.has(word);
      reached = place + 1;
      echoed += 1;
      at += 1;
    }
  }
  const leavesOut = echoed > 0 && asked.slice(reached, keyLength).some((word) => JOINING.has(word));
  const isMeant =
    saysYes || (echoed === 0 ? saysYesAlone && !saysPlease : saysPlease && echoed > 1);
  return isMeant && !isOpen && !leavesOut;
}

function isNo(words: readonly string[]): boolean {
  let at = 0;
  while (at < words.length && LEAD_IN.has(words[at]!) && lengthAt(NO, words, at) === 0) at += 1;
  if (lengthAt(NO, words, at) === 0 || lengthAt(NOT_NO, words, at) > 0) return false;
  while (at < words.length) {
    const length = lengthAt(NO, words, at);
    const isNegated = words.slice(at, at + length).includes('not');
    const yes = Math.max(
      lengthAt(YES, words, at + length),
      lengthAt(YES_ALONE, words, at + length),
    );
    // A yes after a no is a change of mind, or the other way round: nobody can tell.
    const isUndone = words[at + length + yes] === 'not' || lengthAt(NO, words, at + length) > 0;
    if (yes > 0 && !isNegated && !isUndone) return false;
    at += length + (isNegated ? yes : 0) || 1;
  }
  return true;
}

/** The question's words, without articles. */
function askedWords(asked: string): string[] {
  return replyWords(asked)
    .words.filter((word) => word !== 'the' && word !== 'a' && word !== 'an')
    .map(inTheOthersPlace);
}

/** Words that change with who speaks: the agent's "your order" is the caller's "my order". */
function inTheOthersPlace(word: string): string {
  if (word === 'me') return 'you';
  return word === 'my' ? 'your' : word;
}

type Phrases = ReadonlyMap<string, readonly (readonly string[])[]>;

/** Phrases by their first word. */
function phrases(list: string): Phrases {
  const byFirst = new Map<string, string[][]>();
  for (const phrase of list.split(',')) {
    const words = phrase.trim().split(/\s+/u);
    byFirst.set(words[0]!, [...(byFirst.get(words[0]!) ?? []), words]);
  }
  return byFirst;
}

/** How many words the longest of the phrases that begin here has; 0 where none does. */
function lengthAt(known: Phrases, words: readonly string[], at: number): number {
  const lengths = (known.get(words[at] ?? '') ?? [])
    .filter((phrase) => phrase.every((word, offset) => words[at + offset] === word))
    .map((phrase) => phrase.length);
  return Math.max(0, ...lengths);
}
