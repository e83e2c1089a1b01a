import type { SampleRate } from '@antiphon/audio';
import type {
  Clock,
  ProviderTookOver,
  ProviderUsage,
  TimedWord,
  TimerHandle,
} from '@antiphon/session';
import { PipelineError } from '../pipeline-error.ts';
import { PlainPiece } from './plain-piece.ts';
import type { Synthesis, TextToSpeech } from './ports/text-to-speech.ts';
import { providerError } from './provider-error.ts';
import { isSpeakable } from './sentence-cutter.ts';
import { StallTimer } from './stall-timer.ts';

/**
 * Pieces that may wait for the synthesizer: more sentences than a spoken answer has, so a model is
 * held back only when it rambles. When it is full, {@link SpeechLine.room} lets nobody on.
 */
const MAX_WAITING_PIECES = 8;

/** The same of a held line: the piece after the one it speaks. */
const MAX_HELD_PIECES = 1;

/**
 * How much audio may be made beyond what can have been played since the first of it. Twice what a
 * spoken answer should last: it bounds the memory of a long one, and the work that a barge-in
 * throws away.
 */
const MAX_AHEAD_MS = 30_000;

/** What {@link SpeechLine} needs. */
export interface SpeechLineOptions {
  readonly textToSpeech: TextToSpeech;
  readonly voice: string;
  readonly speed: number;
  readonly clock: Clock;
  /** How long the synthesizer may take to a piece's first audio, and from one audio to the next. */
  readonly firstAudioMs: number;
  readonly audioGapMs: number;
  /** Whether only the first piece is spoken until {@link SpeechLine.release}. */
  readonly isHeld?: boolean | undefined;
  /** Times are relative to the start of the line's audio. */
  readonly onWords: (words: readonly TimedWord[]) => void;
  readonly onAudio: (pcm: Int16Array, sampleRate: SampleRate) => void;
  /** A piece, counted from 0, that was given to the synthesizer then is about to sound. */
  readonly onPiece: (piece: number, startedAtMs: number) => void;
  /** The piece that is about to sound has numbers that are read otherwise than they are written. */
  readonly onSpelledOut: () => void;
  readonly onTookOver?: (tookOver: ProviderTookOver) => void;
  readonly onUsed?: (used: ProviderUsage) => void;
  /** The line has stopped for good. */
  readonly onFailure: (failure: PipelineError) => void;
}

interface Piece {
  /** Where its audio starts in the line's audio. */
  readonly startMs: number;
  readonly startedAtMs: number;
  readonly number: number;
  hasSounded: boolean;
  synthesis: Synthesis | null;
}

/** Speaks the pieces of one answer in order, one synthesis at a time. */
export class SpeechLine {
  readonly #options: SpeechLineOptions;
  readonly #stall: StallTimer;
  #waiting: string[] = [];
  #piece: Piece | null = null;
  #pause: TimerHandle | null = null;
  #isHeld: boolean;
  #pieceCount = 0;
  #isClosed = false;
  #audioMs = 0;
  /** Samples since `#audioMs` was settled, at `#sampleRate`; kept whole so that no rounding adds up. */
  #samples = 0;
  #sampleRate: SampleRate | null = null;
  #firstAudioAtMs: number | null = null;
  #changed: (() => void)[] = [];

  constructor(options: SpeechLineOptions) {
    this.#options = options;
    this.#isHeld = options.isHeld ?? false;
    this.#stall = new StallTimer(options.clock, () => this.#failStalled());
  }

  /** Queues a piece of text; called when there is room. */
  speak(text: string): void {
    if (this.#isClosed) return;
    this.#waiting.push(text);
    this.#next();
  }

  /** Resolves when a piece may be queued, or the line is closed. */
  async room(): Promise<void> {
    while (!this.#isClosed && this.#waiting.length >= this.#maxWaiting()) await this.#change();
  }

  /** Resolves when all that was queued is spoken, or the line is closed. */
  async drained(): Promise<void> {
    while (!this.#isClosed && (this.#piece !== null || this.#waiting.length > 0)) {
      await this.#change();
    }
  }

  /** Speaks on after the first piece; its audio begins to play now. */
  release(): void {
    if (!this.#isHeld || this.#isClosed) return;
    this.#isHeld = false;
    if (this.#firstAudioAtMs !== null) this.#firstAudioAtMs = this.#options.clock.now();
    this.#next();
  }

  /** Stops at once: nothing more is told. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.#stall.stop();
    if (this.#pause !== null) this.#options.clock.clearTimeout(this.#pause);
    this.#pause = null;
    const piece = this.#piece;
    this.#piece = null;
    piece?.synthesis?.cancel();
    this.#notify();
  }

  /** Starts pieces until one is under way. */
  #next(): void {
    while (!this.#isClosed && this.#piece === null && this.#pause === null) {
      if (this.#isHeld && this.#pieceCount > 0) break;
      if (this.#waiting.length > 0) this.#pauseWhenAhead();
      const text = this.#pause === null ? this.#waiting.shift() : undefined;
      if (text === undefined) break;
      const plain = new PlainPiece(text);
      if (isSpeakable(plain.text)) this.#start(plain);
      else this.#passOver(text);
    }
    this.#notify();
  }

  #start(plain: PlainPiece): void {
    const { textToSpeech, voice, speed, firstAudioMs, clock } = this.#options;
    const piece: Piece = {
      startMs: this.#positionMs(),
      startedAtMs: clock.now(),
      number: this.#pieceCount++,
      hasSounded: false,
      synthesis: null,
    };
    this.#piece = piece;
    this.#stall.start(firstAudioMs);
    try {
      const synthesis = textToSpeech.synthesize(
        { text: plain.text, voice, speed },
        {
          onWords: (words) => this.#words(piece, plain.take(words)),
          onAudio: (pcm, sampleRate) => this.#audio(piece, pcm, sampleRate),
          onEnd: () => this.#end(piece),
          onError: (error) => this.#fail(piece, providerError(textToSpeech.name, error)),
          onSpelledOut: () => {
            if (this.#piece === piece) this.#options.onSpelledOut();
          },
          onTookOver: (tookOver) => this.#options.onTookOver?.(tookOver),
          onUsed: (used) => this.#options.onUsed?.(used),
        },
      );
      if (this.#piece === piece) piece.synthesis = synthesis;
      else synthesis.cancel();
    } catch (error) {
      this.#fail(piece, providerError(textToSpeech.name, error));
    }
  }

  /** Marks without a letter or a digit are part of the text but make no sound. */
  #passOver(text: string): void {
    const atMs = this.#positionMs();
    this.#options.onWords(
      text.split(' ').map((mark) => ({ text: mark, startMs: atMs, endMs: atMs })),
    );
  }

  #words(piece: Piece, words: readonly TimedWord[]): void {
    if (this.#piece !== piece) return;
    this.#stall.touch();
    const { startMs } = piece;
    this.#options.onWords(
      words.map((word) => ({
        text: word.text,
        startMs: startMs + word.startMs,
        endMs: startMs + word.endMs,
      })),
    );
  }

  #audio(piece: Piece, pcm: Int16Array, sampleRate: SampleRate): void {
    if (this.#piece !== piece || pcm.length === 0) return;
    if (piece.hasSounded) this.#stall.touch();
    else this.#stall.start(this.#options.audioGapMs);
    this.#firstAudioAtMs ??= this.#options.clock.now();
    if (sampleRate !== this.#sampleRate) {
      this.#audioMs = this.#positionMs();
      this.#samples = 0;
      this.#sampleRate = sampleRate;
    }
    this.#samples += pcm.length;
    if (!piece.hasSounded) {
      piece.hasSounded = true;
      this.#options.onPiece(piece.number, piece.startedAtMs);
      // Whoever is told may have stopped it.
      if (this.#piece !== piece) return;
    }
    this.#options.onAudio(pcm, sampleRate);
  }

  #end(piece: Piece): void {
    if (this.#piece !== piece) return;
    this.#piece = null;
    this.#stall.stop();
    this.#next();
  }

  #fail(piece: Piece, failure: PipelineError): void {
    if (this.#piece !== piece) return;
    this.close();
    this.#options.onFailure(failure);
  }

  #failStalled(): void {
    const { textToSpeech, firstAudioMs, audioGapMs } = this.#options;
    const piece = this.#piece;
    const limitMs = piece?.hasSounded ? audioGapMs : firstAudioMs;
    const message = `${textToSpeech.name} gave no audio for ${limitMs} ms`;
    if (piece) this.#fail(piece, new PipelineError('provider_timeout', message));
  }

  #positionMs(): number {
    if (this.#sampleRate === null) return 0;
    return this.#audioMs + (this.#samples * 1000) / this.#sampleRate;
  }

  /** Pauses when too much audio lies ahead, until that much has been played. */
  #pauseWhenAhead(): void {
    if (this.#firstAudioAtMs === null) return;
    const { clock } = this.#options;
    const aheadMs = this.#positionMs() - (clock.now() - this.#firstAudioAtMs);
    if (aheadMs <= MAX_AHEAD_MS) return;
    this.#pause = clock.setTimeout(() => {
      this.#pause = null;
      this.#next();
    }, aheadMs - MAX_AHEAD_MS);
  }

  #maxWaiting(): number {
    return this.#isHeld ? MAX_HELD_PIECES : MAX_WAITING_PIECES;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed.push(resolve);
    });
  }

  #notify(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const resolve of changed) resolve();
  }
}
