import type { SampleRate } from '@antiphon/audio';
import type { Clock, ProviderUsage, TimedWord } from '@antiphon/session';
import { spelledCode } from '../spoken/codes-in-words.ts';
import { SaidWords } from '../spoken/said-words.ts';
import { spokenForm } from '../spoken/spoken-form.ts';
import type { SpokenWord } from '../spoken/spoken-form.ts';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from './ports/text-to-speech.ts';
import { WordedAudio } from './worded-audio.ts';

/** A code and the marks around it. */
const EDGES = /^([^\p{L}\p{N}]*)(.*?)([^\p{L}\p{N}]*)$/u;

const HALF_OF_DAY = /\d[ap]\.?m\b/iu;

/**
 * Voices make a long number in less; the first sound of an answer that begins with one stays within
 * what a cascade allows a synthesizer.
 */
const DEFAULT_MAX_HOLD_MS = 300;

/** What a {@link SpelledOutTextToSpeech} works with. */
export interface SpelledOutTextToSpeechOptions {
  readonly clock: Clock;
  /** How long the audio of a number may be held until its end is known; 300 ms unless given. */
  readonly maxHoldMs?: number;
}

/**
 * Gives a synthesizer numbers as people say them: identifiers digit by digit, dates, amounts and
 * telephone numbers in words. Hosted voices read 4471 as a quantity. Other words are left to the
 * voice. American English.
 *
 * Word times are told for what is written. A number is told once all that is said for it has been,
 * and its audio is held until then, `maxHoldMs` at most. Other audio goes on at once.
 */
export class SpelledOutTextToSpeech implements TextToSpeech {
  readonly #voice: TextToSpeech;
  readonly #options: SpelledOutTextToSpeechOptions;

  constructor(voice: TextToSpeech, options: SpelledOutTextToSpeechOptions) {
    this.#voice = voice;
    this.#options = options;
  }

  get name(): string {
    return this.#voice.name;
  }

  get voices(): readonly string[] {
    return this.#voice.voices;
  }

  get maxInstructions(): number {
    return this.#voice.maxInstructions ?? 0;
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    if (!/\d/u.test(request.text)) return this.#voice.synthesize(request, events);
    const words = spokenForm(request.text);
    const said = words.map(sayingOf);
    const text = said.filter((word) => word !== '').join(' ');
    const written = words.map((word) => word.written);
    const times = new SaidWords(written, said);
    if (text !== written.join(' ')) events.onSpelledOut?.();
    const piece = new SpelledOutPiece(times, events, this.#options);
    piece.follow(this.#voice.synthesize({ ...request, text }, piece));
    return piece;
  }

  close(): Promise<void> {
    return this.#voice.close();
  }
}

/** One piece with numbers: tells what is said as what is written, and words before their audio. */
class SpelledOutPiece implements Synthesis, SynthesisEvents {
  readonly #times: SaidWords;
  readonly #events: SynthesisEvents;
  readonly #options: SpelledOutTextToSpeechOptions;
  #audio: WordedAudio | null = null;
  #inner: Synthesis | null = null;
  #isOver = false;

  constructor(times: SaidWords, events: SynthesisEvents, options: SpelledOutTextToSpeechOptions) {
    this.#times = times;
    this.#events = events;
    this.#options = options;
  }

  /** Takes the synthesis it listens to, which may be over already. */
  follow(inner: Synthesis): void {
    this.#inner = inner;
    if (this.#isOver) inner.cancel();
  }

  cancel(): void {
    this.#stop();
    this.#inner?.cancel();
  }

  onWords(words: readonly TimedWord[]): void {
    if (this.#isOver) return;
    const told = this.#times.take(words);
    if (told.length > 0) this.#events.onWords(told);
    if (!this.#isOver) this.#audio?.missAt(this.#unknownFromMs());
  }

  onAudio(pcm: Int16Array, sampleRate: SampleRate): void {
    if (this.#isOver) return;
    this.#audio ??= this.#newAudio(sampleRate);
    this.#audio.add(pcm);
  }

  onEnd(): void {
    if (!this.#isOver) this.#audio?.knowUntil(Infinity);
    if (this.#stop()) this.#events.onEnd();
  }

  onError(error: Error): void {
    if (this.#stop()) this.#events.onError(error);
  }

  /** Also of what was cancelled. */
  onUsed(used: ProviderUsage): void {
    this.#events.onUsed?.(used);
  }

  /** Without an unfinished number all is known that the voice has told. */
  #unknownFromMs(): number {
    return this.#times.unfinishedFromMs ?? Infinity;
  }

  #newAudio(sampleRate: SampleRate): WordedAudio {
    const { clock, maxHoldMs = DEFAULT_MAX_HOLD_MS } = this.#options;
    const audio = new WordedAudio({
      sampleRate,
      clock,
      holdMs: maxHoldMs,
      onAudio: (pcm) => {
        if (!this.#isOver) this.#events.onAudio(pcm, sampleRate);
      },
    });
    audio.missAt(this.#unknownFromMs());
    return audio;
  }

  #stop(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#audio?.stop();
    return true;
  }
}

function sayingOf({ written, spoken, pause, kind }: SpokenWord): string {
  if (kind === 'word') return written;
  if (kind === 'code') {
    const [, head = '', code = '', tail = ''] = EDGES.exec(written) ?? [];
    return `${head}${spelledCode(code)}${tail}`;
  }
  // Voices know times of day with their half, and no name for it is read better than "pm".
  if (HALF_OF_DAY.test(written)) return written.replace(/(?<=\w)[-–](?=\d)/u, ' to ');
  return spoken.length === 0 ? '' : `${spoken.join(' ').replaceAll(' ,', ',')}${pause}`;
}
