type Event = Readonly<Record<string, unknown>>;

/** A person lets go of the key while the last sound is still on its way through the microphone. */
const TAIL_FRAMES = 8;

/** Of 20 ms; the server takes no turn of less than 100 ms, and nobody says a word in less. */
const LEAST_FRAMES = 10;

/**
 * What is said while a key is held: one turn, committed and to be answered a little after the key
 * is let go. Without a voice detector nothing else says where a turn ends.
 */
export class HeldSpeech {
  readonly #send: (event: Event) => void;
  /** Frames of this turn; null between turns. */
  #frames: number | null = null;
  /** Frames to come after the key was let go; null while it is held. */
  #tail: number | null = null;

  constructor(send: (event: Event) => void) {
    this.#send = send;
  }

  /** The key is held: a turn begins, or one whose tail was still to come goes on. */
  begin(): void {
    this.#frames ??= 0;
    this.#tail = null;
  }

  /** The next 20 ms of the microphone, as an event to append them. */
  hear(append: Event): void {
    if (this.#frames === null) return;
    this.#send(append);
    this.#frames += 1;
    if (this.#tail === null) return;
    this.#tail -= 1;
    if (this.#tail <= 0) this.settle();
  }

  /** The key is let go; what was held too briefly for a word is forgotten. */
  end(): 'toBeAnswered' | 'tooShort' {
    if (this.#frames === null || this.#frames < LEAST_FRAMES) {
      this.#frames = null;
      this.#send({ type: 'input_audio_buffer.clear' });
      return 'tooShort';
    }
    this.#tail = TAIL_FRAMES;
    return 'toBeAnswered';
  }

  /** No more frames will come for a turn whose key was let go: it ends here. */
  settle(): void {
    if (this.#frames === null) return;
    this.#frames = null;
    this.#tail = null;
    this.#send({ type: 'input_audio_buffer.commit' });
    this.#send({ type: 'response.create' });
  }
}
