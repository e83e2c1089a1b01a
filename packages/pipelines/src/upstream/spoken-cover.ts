import { samplesToMs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { Clock, SessionConfig, TimedWord } from '@antiphon/session';
import { DEFAULT_CASCADE_TIMEOUTS } from '../cascade/cascade-timeouts.ts';
import { SpeechLine } from '../cascade/speech-line.ts';
import type { GenerationTeller } from './generation-teller.ts';
import type { ExactSpeech } from './said-text.ts';

/** What {@link SpokenCover} needs. */
export interface SpokenCoverOptions {
  /** Says it; without it none is said. */
  readonly speech: ExactSpeech | null;
  readonly config: SessionConfig;
  readonly clock: Clock;
  readonly teller: GenerationTeller;
  /** Its text was told, so that there is a message. */
  readonly onTold: () => void;
}

/**
 * A few words before an answer of a model that speaks itself, said by the synthesizer of exact
 * texts. What comes of the answer meanwhile waits until they are made; where it comes before their
 * first sound, they are not said at all.
 */
export class SpokenCover {
  readonly #options: SpokenCoverOptions;
  #line: SpeechLine | null = null;
  /** What is about to be said, until its first sound. */
  #written = '';
  #text = '';
  #audioMs = 0;
  #startedAtMs = 0;
  #late: (() => void)[] = [];
  #isSpent = false;

  constructor(options: SpokenCoverOptions) {
    this.#options = options;
  }

  /** What was told; empty where nothing was. */
  get text(): string {
    return this.#text;
  }

  /** How much of the message's audio it is. */
  get audioMs(): number {
    return this.#audioMs;
  }

  /** When all of it has been played, at the earliest. */
  get endsAtMs(): number {
    return this.#startedAtMs + this.#audioMs;
  }

  /** Says it, the first time. */
  say(text: string): void {
    const { speech, config, clock, teller } = this.#options;
    if (!speech || this.#isSpent || text.trim() === '') return;
    this.#isSpent = true;
    this.#written = text;
    const { textToSpeech, defaultVoice } = speech;
    const line = new SpeechLine({
      textToSpeech,
      voice: textToSpeech.voices.includes(config.voice) ? config.voice : defaultVoice,
      speed: config.speed,
      clock,
      firstAudioMs: DEFAULT_CASCADE_TIMEOUTS.firstAudioMs,
      audioGapMs: DEFAULT_CASCADE_TIMEOUTS.audioGapMs,
      onWords: (words) => this.#words(words),
      onAudio: (pcm, sampleRate) => this.#audio(pcm, sampleRate),
      onPiece: () => {},
      onSpelledOut: () => teller.tell({ type: 'generation.edited', edits: ['spelled'] }),
      // What was said of it is followed by the answer.
      onFailure: () => this.#over(),
    });
    this.#line = line;
    teller.mark('firstSentence');
    line.speak(text);
    void line.drained().then(() => {
      if (this.#line === line) this.#over();
    });
  }

  /** Goes on with the answer, once what is being said is made. */
  after(goOn: () => void): void {
    if (this.#line && this.#text === '') this.#over();
    if (this.#line) this.#late.push(goOn);
    else goOn();
  }

  /** Stops at once; what waits is dropped. */
  close(): void {
    this.#isSpent = true;
    this.#late = [];
    this.#stop();
  }

  #words(words: readonly TimedWord[]): void {
    this.#tellText();
    this.#options.teller.tell({ type: 'generation.words', words });
  }

  #audio(pcm: Int16Array, sampleRate: SampleRate): void {
    this.#tellText();
    const { teller, clock } = this.#options;
    if (this.#audioMs === 0) this.#startedAtMs = clock.now();
    this.#audioMs += samplesToMs(pcm.length, sampleRate);
    teller.mark('firstByte');
    teller.tell({ type: 'generation.audio', pcm, sampleRate });
  }

  #tellText(): void {
    if (this.#text !== '') return;
    this.#text = this.#written;
    const { teller, onTold } = this.#options;
    teller.tell({ type: 'generation.text', delta: this.#text });
    onTold();
  }

  #over(): void {
    this.#stop();
    for (const goOn of this.#late.splice(0)) goOn();
  }

  #stop(): void {
    const line = this.#line;
    this.#line = null;
    line?.close();
  }
}

/** Words of the answer, as they lie in the audio of the message. */
export function wordsAfter(cover: SpokenCover, words: readonly TimedWord[]): TimedWord[] {
  const { audioMs } = cover;
  return words.map(({ text, startMs, endMs }) => ({
    text,
    startMs: startMs + audioMs,
    endMs: endMs + audioMs,
  }));
}
