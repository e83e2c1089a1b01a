import type { SpeechEdit } from '@antiphon/session';
import { plainWords } from '../../spoken/plain-word.ts';
import { isSpeakable } from '../sentence-cutter.ts';
import { SpokenList } from './spoken-list.ts';
import { Unspeakable } from './unspeakable.ts';

/** More than that nobody takes in by ear. */
const MOST_SENTENCES = 3;

/** About 15 s of speech at 160 words a minute. */
const MOST_WORDS = 40;

const SENTENCE_END = /[.!?…]["'”’)\]]*$/u;
const QUESTION = /\?["'”’)\]]*$/u;

/** What a guard says where it leaves something out. */
export interface GuardPhrases {
  /** After an answer that was too long. */
  readonly more: string;
  /** In place of a long list; `{count}` is how many there are. */
  readonly list: string;
}

/** Pieces as they are spoken, and what was done to them. */
export interface GuardedPieces {
  readonly pieces: readonly string[];
  readonly edits: readonly SpeechEdit[];
}

/**
 * Makes the text of one answer fit to be heard, piece by piece as it is written: no markup, code,
 * data, pictures or field names; at most three sentences of some 15 s, and then a question; of a
 * list with more than three items their number, and an offer. Where nothing of that is needed a
 * piece passes as it is. The session's own words, such as what a caller is asked to confirm, never
 * come here.
 */
export class SpeechGuard {
  readonly #phrases: GuardPhrases;
  readonly #unspeakable = new Unspeakable();
  #list: SpokenList | null = null;
  #sentences = 0;
  #words = 0;
  #last = '';
  #isStopped = false;

  constructor(phrases: GuardPhrases) {
    this.#phrases = phrases;
  }

  /** Takes the next piece, whole sentences or clauses whose words are parted by single spaces. */
  take(piece: string): GuardedPieces {
    const edits: SpeechEdit[] = [];
    const bare = this.#unspeakable.take(piece, edits);
    if (!isSpeakable(bare)) {
      if (bare.trim() !== '') edits.push('markup');
      return { pieces: [], edits };
    }
    if (!this.#list && SpokenList.begins(bare)) this.#list = new SpokenList();
    if (!this.#list) return this.#limited([bare], edits);
    const rest = this.#list.take(bare);
    return rest === null ? { pieces: [], edits } : this.#endList([rest], edits);
  }

  /** No more text follows for now. */
  flush(): GuardedPieces {
    return this.#list ? this.#endList([], []) : { pieces: [], edits: [] };
  }

  #endList(after: readonly string[], edits: SpeechEdit[]): GuardedPieces {
    const list = this.#list;
    this.#list = null;
    if (!list) return this.#limited(after, edits);
    edits.push('list');
    // A short list is one thing that is said.
    const before = this.#sentences;
    const told = this.#limited(list.spoken(this.#phrases.list), edits);
    this.#sentences = Math.min(this.#sentences, before + 1);
    const rest = this.#limited([...list.tail, ...after], edits);
    return { pieces: [...told.pieces, ...rest.pieces], edits };
  }

  #limited(pieces: readonly string[], edits: SpeechEdit[]): GuardedPieces {
    const spoken: string[] = [];
    for (const piece of pieces) {
      if (this.#isStopped) break;
      const plain = plainText(piece);
      if (plain !== piece) edits.push('markup');
      if (plain === '') continue;
      const words = plain.split(' ').length;
      const isTooMuch =
        this.#sentences >= MOST_SENTENCES ||
        (this.#sentences > 0 && this.#words + words > MOST_WORDS);
      if (isTooMuch) {
        this.#isStopped = true;
        edits.push('shortened');
        // Whoever was asked something is not asked something else.
        if (!QUESTION.test(this.#last)) spoken.push(this.#phrases.more);
        break;
      }
      this.#words += words;
      if (SENTENCE_END.test(plain)) this.#sentences += 1;
      this.#last = plain;
      spoken.push(plain);
    }
    return { pieces: spoken, edits };
  }
}

function plainText(piece: string): string {
  return plainWords(piece.split(' '))
    .filter((word) => word !== '')
    .join(' ');
}
