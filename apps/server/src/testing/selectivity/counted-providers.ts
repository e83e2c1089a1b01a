import type {
  CascadeEngine,
  FliteTextToSpeech,
  SoundSwallowerSpeechToText,
} from '@antiphon/pipelines';

type CascadeParts = ConstructorParameters<typeof CascadeEngine>[0];
type SpeechToText = CascadeParts['speechToText'];
type Recognition = ReturnType<SpeechToText['recognise']>;
type TextToSpeech = CascadeParts['textToSpeech'];
type Synthesis = ReturnType<TextToSpeech['synthesize']>;

/** A recogniser of which it can be known when it has taken all it was given. */
export class CountedSpeechToText implements SpeechToText {
  readonly name: string;
  readonly #recogniser: SoundSwallowerSpeechToText;
  #openTurns = 0;

  constructor(recogniser: SoundSwallowerSpeechToText) {
    this.#recogniser = recogniser;
    this.name = recogniser.name;
  }

  recognise(...[sessionId, events]: Parameters<SpeechToText['recognise']>): Recognition {
    this.#openTurns += 1;
    let isOpen = true;
    const end = (): void => {
      if (isOpen) this.#openTurns -= 1;
      isOpen = false;
    };
    const recognition = this.#recogniser.recognise(sessionId, {
      onPartial: (partial) => events.onPartial(partial),
      onFinal: (transcript) => {
        end();
        events.onFinal(transcript);
      },
      onError: (error) => {
        end();
        events.onError(error);
      },
    });
    return {
      accept: (frame) => recognition.accept(frame),
      finish: () => recognition.finish(),
      cancel: () => {
        end();
        recognition.cancel();
      },
    };
  }

  /** Resolves when the thread has taken all audio so far: it does one thing after the other. */
  async caughtUp(): Promise<void> {
    if (this.#openTurns > 0) await this.#emptyTurn('pacemaker');
  }

  /** Makes as many turns possible at once without one that waits until its decoder is made. */
  async makeDecoders(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, i) => this.#emptyTurn(`decoder ${i}`)));
  }

  close(): Promise<void> {
    return this.#recogniser.close();
  }

  #emptyTurn(sessionId: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = this.#recogniser.recognise(sessionId, {
        onPartial: () => {},
        onFinal: () => resolve(),
        onError: reject,
      });
      turn.finish();
    });
  }
}

/** A synthesizer of which it can be known when it has said all it was asked to. */
export class CountedTextToSpeech implements TextToSpeech {
  readonly name: string;
  readonly voices: readonly string[];
  readonly #flite: FliteTextToSpeech;
  #running = 0;
  #waiters: (() => void)[] = [];

  constructor(flite: FliteTextToSpeech) {
    this.#flite = flite;
    this.name = flite.name;
    this.voices = flite.voices;
  }

  get isBusy(): boolean {
    return this.#running > 0;
  }

  synthesize(...[request, events]: Parameters<TextToSpeech['synthesize']>): Synthesis {
    this.#running += 1;
    let isRunning = true;
    const end = (): void => {
      if (isRunning) this.#running -= 1;
      isRunning = false;
      if (!this.isBusy) for (const waiter of this.#waiters.splice(0)) waiter();
    };
    const synthesis = this.#flite.synthesize(request, {
      onWords: (words) => events.onWords(words),
      onAudio: (pcm, sampleRate) => events.onAudio(pcm, sampleRate),
      onEnd: () => {
        end();
        events.onEnd();
      },
      onError: (error) => {
        end();
        events.onError(error);
      },
    });
    return {
      cancel: () => {
        end();
        synthesis.cancel();
      },
    };
  }

  /** Resolves when nothing is being said. */
  async idle(): Promise<void> {
    if (!this.isBusy) return;
    await new Promise<void>((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  close(): Promise<void> {
    return this.#flite.close();
  }
}
