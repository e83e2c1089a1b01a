import { judgeGap } from './sentence-boundary.ts';
import type { GapKind } from './sentence-boundary.ts';

/**
 * The first piece may end at a clause when it has this many characters: about 1.2 s of speech,
 * enough to synthesize the rest of the sentence meanwhile.
 */
const MIN_CLAUSE_CHARS = 20;

/**
 * A longer sentence is parted at a clause or a word: about 18 s of speech, more than a spoken
 * answer should have and less than any synthesizer's limit for one request.
 */
const MAX_PIECE_CHARS = 300;

const BLANK = /\s/u;
const NOT_BLANK = /\S/u;
const SPEAKABLE = /[\p{L}\p{N}]/u;

/** Whether a text holds a letter or a digit; nothing else is spoken. */
export function isSpeakable(text: string): boolean {
  return SPEAKABLE.test(text);
}

/** The pieces in which a whole text is spoken, for synthesizing them beforehand. */
export function speakablePieces(text: string): string[] {
  const cutter = new SentenceCutter();
  return [...cutter.push(text), ...cutter.flush()];
}

/**
 * Cuts text that comes bit by bit into pieces to be spoken: whole sentences, the first one
 * perhaps a clause. Cuts fall only on blanks, and where they fall does not depend on the bits.
 * The pieces, with runs of blanks written as one space, joined by single spaces are the text.
 */
export class SentenceCutter {
  /** Text not cut yet; it starts with no blank. */
  #rest = '';
  /** Where the next token to judge starts in `#rest`. */
  #tokenStart = 0;
  /** How far that token has been searched for its end. */
  #searchedTo = 0;
  /** Ends of the last clause and the last word within `MAX_PIECE_CHARS`; 0 for none. */
  #clauseEnd = 0;
  #wordEnd = 0;
  #isFirstPiece = true;

  /** Takes more text and returns the pieces that it completes. */
  push(text: string): string[] {
    this.#rest = this.#rest === '' ? text.trimStart() : this.#rest + text;
    return this.#cut(false);
  }

  /** Returns what is left; the text is complete. The cutter is then as good as new. */
  flush(): string[] {
    const pieces = this.#cut(true);
    if (this.#rest !== '') pieces.push(this.#take(this.#rest.length));
    this.#isFirstPiece = true;
    return pieces;
  }

  #cut(isComplete: boolean): string[] {
    const pieces: string[] = [];
    for (let end = this.#nextEnd(isComplete); end > 0; end = this.#nextEnd(isComplete)) {
      pieces.push(this.#take(end));
    }
    return pieces;
  }

  /** Where the next piece ends in `#rest`, or 0 while that is not known. */
  #nextEnd(isComplete: boolean): number {
    for (;;) {
      const tokenEnd = indexOf(BLANK, this.#rest, this.#searchedTo);
      this.#searchedTo = tokenEnd;
      const isLast = tokenEnd === this.#rest.length;
      if (isLast && !isComplete) return 0;
      if (tokenEnd > MAX_PIECE_CHARS && (this.#clauseEnd || this.#wordEnd)) {
        return this.#clauseEnd || this.#wordEnd;
      }
      if (isLast) return 0;
      const gapEnd = indexOf(NOT_BLANK, this.#rest, tokenEnd);
      const kind = this.#judge(tokenEnd, gapEnd, isComplete);
      if (kind === 'undecided') return 0;
      if (this.#endsPiece(kind, tokenEnd)) return tokenEnd;
      // The gap may still grow, and with it the place where the next token starts.
      if (gapEnd === this.#rest.length) return 0;
      this.#tokenStart = gapEnd;
      this.#searchedTo = gapEnd;
    }
  }

  #judge(tokenEnd: number, gapEnd: number, isComplete: boolean): GapKind {
    return judgeGap({
      token: this.#rest.slice(this.#tokenStart, tokenEnd),
      isFirstToken: this.#tokenStart === 0,
      blanks: this.#rest.slice(tokenEnd, gapEnd),
      following: this.#rest.slice(gapEnd),
      isComplete,
    });
  }

  #endsPiece(kind: GapKind, tokenEnd: number): boolean {
    if (kind === 'joined' || !isSpeakable(this.#rest.slice(0, tokenEnd))) return false;
    if (kind === 'sentence' || tokenEnd > MAX_PIECE_CHARS) return true;
    if (kind === 'clause') {
      if (this.#isFirstPiece && tokenEnd >= MIN_CLAUSE_CHARS) return true;
      this.#clauseEnd = tokenEnd;
    }
    this.#wordEnd = tokenEnd;
    return false;
  }

  #take(end: number): string {
    const piece = this.#rest.slice(0, end).trimEnd().replace(/\s+/gu, ' ');
    this.#rest = this.#rest.slice(end).trimStart();
    this.#tokenStart = 0;
    this.#searchedTo = 0;
    this.#clauseEnd = 0;
    this.#wordEnd = 0;
    this.#isFirstPiece = false;
    return piece;
  }
}

function indexOf(pattern: RegExp, text: string, from: number): number {
  for (let index = from; index < text.length; index += 1) {
    if (pattern.test(text.charAt(index))) return index;
  }
  return text.length;
}
