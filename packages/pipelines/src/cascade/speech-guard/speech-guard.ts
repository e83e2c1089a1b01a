import type { SpeechEdit } from '@antiphon/session';
import { plainWords } from '../../spoken/plain-word.ts';
import { isSpeakable } from '../sentence-cutter.ts';
import { InlineList } from './inline-list.ts';
import { shortened, spokenCount } from './shortened.ts';
import { SpokenList } from './spoken-list.ts';
import type { TurnSpeech } from './turn-speech.ts';
import { Unspeakable } from './unspeakable.ts';

/** More than that nobody takes in by ear. */
const MOST_SENTENCES = 3;

/** About 15 s of speech at 160 words a minute, the voice's usual speed. */
const MOST_WORDS = 40;

/** Shorter ends of an answer are left out rather than said. */
const FEWEST_WORDS = 4;

const SENTENCE_END = /[.!?…]["'”’)\]]*$/u;
const CLAUSE_END = /[,;:–—]["'”’)\]]*$/u;
const QUESTION = /\?["'”’)\]]*$/u;

/** What a guard says where it leaves something out. */
export interface GuardPhrases {
  /** After an answer that was too long. */
  readonly more: string;
  /** In place of a long list; `{count}` is how many there are. */
  readonly list: string;
}

/** What a {@link SpeechGuard} works with. */
export interface SpeechGuardOptions {
  readonly phrases: GuardPhrases;
  /** The voice's speed; 1 is the usual one. */
  readonly speed: number;
  /** What was said in the turn before. */
  readonly said: TurnSpeech;
}

/** Pieces as they are spoken, and what was done to them. */
export interface GuardedPieces {
  readonly pieces: readonly string[];
  readonly edits: readonly SpeechEdit[];
}

/**
 * Makes the text of one answer fit to be heard, piece by piece as it is written: no markup, code,
 * data, pictures or field names; in each turn at most three sentences of some 15 s, and then a
 * question; of a list with more than three items their number, and an offer. A first sentence that
 * takes longer is cut at a clause. Where nothing of that is needed a piece passes as it is. The session's own words, such as what a caller is asked to confirm, never
 * come here.
 */
export class SpeechGuard {
  readonly #phrases: GuardPhrases;
  readonly #mostWords: number;
  readonly #said: TurnSpeech;
  readonly #unspeakable = new Unspeakable();
  readonly #inline: InlineList;
  #list: SpokenList | null = null;
  /** What is left out of this answer was told. */
  #hasToldShortened = false;

  constructor({ phrases, speed, said }: SpeechGuardOptions) {
    this.#phrases = phrases;
    this.#inline = new InlineList(phrases.list);
    this.#mostWords = Math.round(MOST_WORDS * speed);
    this.#said = said;
  }

  /** Takes the next piece, whole sentences or clauses whose words are parted by single spaces. */
  take(piece: string): GuardedPieces {
    const edits: SpeechEdit[] = [];
    const bare = this.#unspeakable.take(piece, edits);
    if (!isSpeakable(bare)) {
      if (bare.trim() !== '' && edits.length === 0) edits.push('markup');
      return { pieces: [], edits };
    }
    if (!this.#list && !this.#inline.isHolding && SpokenList.begins(bare)) {
      this.#list = new SpokenList(bare);
      this.#list.take(bare);
      return { pieces: [], edits };
    }
    if (!this.#list) return this.#unlisted(bare, edits);
    const rest = this.#list.take(bare);
    return rest === null ? { pieces: [], edits } : this.#endList([rest], edits);
  }

  /** No more text follows for now. */
  flush(): GuardedPieces {
    return this.#list ? this.#endList([], []) : this.#limited(this.#inline.flush(), []);
  }

  /** A piece that is no item of a list, but may have one inside. */
  #unlisted(piece: string, edits: SpeechEdit[]): GuardedPieces {
    const { pieces, isCounted } = this.#inline.take(piece);
    if (isCounted) edits.push('list');
    return this.#limited(pieces, edits);
  }

  #endList(after: readonly string[], edits: SpeechEdit[]): GuardedPieces {
    const list = this.#list;
    this.#list = null;
    if (!list) return this.#limited(after, edits);
    if (list.isChanged) edits.push('list');
    // A short list is one thing that is said.
    const before = this.#said.sentences;
    const told = this.#limited(list.spoken(this.#phrases.list), edits);
    this.#said.sentences = Math.min(this.#said.sentences, before + 1);
    const rest = this.#limited([...list.tail, ...after], edits);
    return { pieces: [...told.pieces, ...rest.pieces], edits };
  }

  #limited(pieces: readonly string[], edits: SpeechEdit[]): GuardedPieces {
    const said = this.#said;
    const spoken: string[] = [];
    for (const piece of pieces) {
      const plain = plainText(piece);
      if (!said.isStopped && plain !== piece) edits.push('markup');
      if (plain === '') continue;
      const words = spokenCount(plain);
      if (
        said.isStopped ||
        said.sentences >= MOST_SENTENCES ||
        said.words + words > this.#mostWords
      ) {
        spoken.push(...this.#stop(plain, edits));
        break;
      }
      said.words += words;
      if (SENTENCE_END.test(plain)) said.sentences += 1;
      said.last = plain;
      spoken.push(plain);
    }
    return { pieces: spoken, edits };
  }

  /** Ends what is said, with as much of the next piece as belongs to a sentence that has begun. */
  #stop(plain: string, edits: SpeechEdit[]): string[] {
    const said = this.#said;
    if (!this.#hasToldShortened) edits.push('shortened');
    this.#hasToldShortened = true;
    if (said.isStopped) return [];
    said.isStopped = true;
    const left = this.#mostWords - said.words;
    const isWithin = said.last === '' || !SENTENCE_END.test(said.last);
    const canSay = isWithin && said.sentences < MOST_SENTENCES && left >= FEWEST_WORDS;
    const part = canSay ? shortened(plain, left, !CLAUSE_END.test(said.last)) : '';
    if (part !== '') return [part, this.#phrases.more];
    // Whoever was asked something is not asked something else.
    return QUESTION.test(said.last) ? [] : [this.#phrases.more];
  }
}

function plainText(piece: string): string {
  return plainWords(piece.split(' '))
    .filter((word) => word !== '')
    .join(' ');
}
