import { bytesToPcm16 } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { Clock, TimedWord } from '@antiphon/session';
import type { Synthesis, SynthesisEvents } from '../cascade/ports/text-to-speech.ts';
import { StallTimer } from '../cascade/stall-timer.ts';
import { WordedAudio } from '../cascade/worded-audio.ts';
import type { PipelineError } from '../pipeline-error.ts';
import { providerFault } from './provider-fault.ts';
import { WrittenWords } from './written-words.ts';

/** A sentence lasts seconds; what goes on for so long is no sentence. */
const MAX_PIECE_MS = 5 * 60_000;

/** How far the last word may end beyond the audio, and the audio beyond the last word. */
const SHORT_BY = 1.25;
const LONG_BY = 1.6;
/** In a shorter piece the silence around the words is too large a part to tell. */
const TELLING_MS = 1_000;

/** How long a synthesizer may take, in milliseconds of the Clock. */
export interface SpeechTimeouts {
  /** From the request to its first audio. */
  readonly firstAudioMs: number;
  /** From one audio to the next, and to the end. */
  readonly audioGapMs: number;
  /** How long audio waits for its words at most. */
  readonly holdMs: number;
}

/** Below what a cascade allows a synthesizer, so that the provider is named by what it did. */
export const DEFAULT_SPEECH_TIMEOUTS: SpeechTimeouts = {
  firstAudioMs: 2_500,
  audioGapMs: 2_500,
  holdMs: 150,
};

/** How a piece came to its end. */
export type PieceEnd = 'ended' | 'failed' | 'cancelled';

/** What a {@link SpokenPiece} is made of. */
export interface SpokenPieceOptions {
  /** The provider's name, as messages have it. */
  readonly provider: string;
  readonly text: string;
  readonly events: SynthesisEvents;
  readonly clock: Clock;
  readonly sampleRate: SampleRate;
  readonly timeouts: SpeechTimeouts;
  /** Whether the provider tells words. */
  readonly isTimed: boolean;
  /** Called once, before the listener is told. */
  readonly onOver: (how: PieceEnd) => void;
}

/**
 * One text that a provider speaks: takes its bytes and words as they come, and tells them in the
 * order and form of the port. After its end, an error or `cancel` it takes and tells nothing.
 */
export class SpokenPiece implements Synthesis {
  readonly #options: SpokenPieceOptions;
  readonly #words: WrittenWords | null;
  readonly #stall: StallTimer;
  #audio: WordedAudio;
  #sampleRate: SampleRate;
  /** The first byte of a sample whose second has not come. */
  #half: number | null = null;
  #saidUntilMs = 0;
  #hasAudio = false;
  #isOver = false;

  constructor(options: SpokenPieceOptions) {
    this.#options = options;
    this.#sampleRate = options.sampleRate;
    this.#words = options.isTimed ? new WrittenWords(options.text) : null;
    this.#audio = this.#newAudio();
    this.#stall = new StallTimer(options.clock, () => this.#failStalled());
    this.#stall.start(options.timeouts.firstAudioMs);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether something of it has come, so that asking again would say it twice. */
  get hasAudio(): boolean {
    return this.#hasAudio;
  }

  /** All its audio so far. */
  get lengthMs(): number {
    return this.#audio.lengthMs;
  }

  /** Before the first audio: it has another rate than was to be expected. */
  useRate(sampleRate: SampleRate): void {
    if (this.#hasAudio) return;
    this.#sampleRate = sampleRate;
    this.#audio = this.#newAudio();
  }

  /** More PCM16 in little-endian bytes, cut anywhere. */
  hear(bytes: Uint8Array): void {
    if (this.#isOver || bytes.length === 0) return;
    if (!this.#hasAudio && isContainer(bytes)) {
      this.fail(this.#fault('provider_garbled', 'audio in a container, not bare PCM'));
      return;
    }
    if (this.#hasAudio) this.#stall.touch();
    else this.#stall.start(this.#options.timeouts.audioGapMs);
    this.#hasAudio = true;
    const pcm = this.#samples(bytes);
    if (pcm.length > 0) this.#audio.add(pcm);
    if (this.lengthMs > MAX_PIECE_MS) {
      this.fail(this.#fault('provider_garbled', `audio for more than ${MAX_PIECE_MS} ms`));
    }
  }

  /** The same in base64. */
  hearBase64(text: string): void {
    const bytes = Buffer.from(text, 'base64');
    // What is none is left out of the bytes, or ends them.
    if (bytes.length === Buffer.byteLength(text, 'base64')) this.hear(bytes);
    else this.fail(this.#fault('provider_garbled', 'audio that is no base64'));
  }

  /** More of what is said, in order, with times in this piece's audio. */
  tell(tokens: readonly TimedWord[]): void {
    if (this.#isOver || !this.#words || tokens.length === 0) return;
    if (this.#hasAudio) this.#stall.touch();
    const told = this.#words.take(tokens);
    this.#saidUntilMs = Math.max(this.#saidUntilMs, ...tokens.map((token) => token.endMs));
    if (told.length > 0) this.#options.events.onWords(told);
    if (this.#isOver) return;
    const isKnown = this.#words.isOver;
    this.#audio.knowUntil(isKnown ? Infinity : (this.#words.unfinishedFromMs ?? this.#saidUntilMs));
  }

  /** All of it has come. */
  end(): void {
    if (this.#isOver) return;
    const fault = this.#faultAtEnd();
    if (fault) {
      this.fail(fault);
      return;
    }
    const rest = this.#words?.rest(this.lengthMs) ?? [];
    if (rest.length > 0) this.#options.events.onWords(rest);
    if (!this.#isOver) this.#audio.knowUntil(Infinity);
    if (this.#over('ended')) this.#options.events.onEnd();
  }

  fail(fault: PipelineError): void {
    if (this.#over('failed')) this.#options.events.onError(fault);
  }

  /** For a request that is refused before it is made. */
  failSoon(fault: PipelineError): void {
    queueMicrotask(() => this.fail(fault));
  }

  cancel(): void {
    this.#over('cancelled');
  }

  #newAudio(): WordedAudio {
    const { clock, timeouts, events } = this.#options;
    const sampleRate = this.#sampleRate;
    return new WordedAudio({
      sampleRate,
      clock,
      holdMs: this.#words ? timeouts.holdMs : 0,
      onAudio: (pcm) => {
        if (!this.#isOver) events.onAudio(pcm, sampleRate);
      },
    });
  }

  /** Whole samples, with half a one that was left over before. */
  #samples(bytes: Uint8Array): Int16Array {
    let whole = bytes;
    if (this.#half !== null) {
      whole = new Uint8Array(bytes.length + 1);
      whole[0] = this.#half;
      whole.set(bytes, 1);
      this.#half = null;
    }
    if (whole.length % 2 === 1) {
      this.#half = whole.at(-1)!;
      whole = whole.subarray(0, -1);
    }
    return bytesToPcm16(whole);
  }

  #faultAtEnd(): PipelineError | null {
    if (!this.#hasAudio) return this.#fault('provider_silent', 'an end without audio');
    if (this.#half !== null) return this.#fault('provider_garbled', 'audio ends in half a sample');
    const lengthMs = this.lengthMs;
    const saidMs = this.#saidUntilMs;
    if (saidMs < TELLING_MS || !this.#words?.isComplete) return null;
    if (saidMs <= lengthMs * SHORT_BY && lengthMs <= saidMs * LONG_BY) return null;
    const note = `words until ${Math.round(saidMs)} ms in audio of ${Math.round(lengthMs)} ms at ${this.#sampleRate} Hz`;
    return this.#fault('provider_garbled', note);
  }

  #failStalled(): void {
    const { provider, timeouts } = this.#options;
    const limitMs = this.#hasAudio ? timeouts.audioGapMs : timeouts.firstAudioMs;
    this.fail(providerFault(provider, 'provider_timeout', `no audio for ${limitMs} ms`));
  }

  #over(how: PieceEnd): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#stall.stop();
    this.#audio.stop();
    this.#options.onOver(how);
    return true;
  }

  #fault(code: 'provider_garbled' | 'provider_silent', note: string): PipelineError {
    return providerFault(this.#options.provider, code, note);
  }
}

/** Whether audio begins as a WAV, an MP3 with tags or an Ogg does. */
function isContainer(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  return start === 'RIFF' || start === 'OggS' || start.startsWith('ID3');
}
