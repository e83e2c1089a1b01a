import { FliteTextToSpeech } from '@antiphon/pipelines';

/** Speaks for an agent whose own voice is another's: the first of the embedded ones. */
export const USUAL_VOICE = 'slt';

/** The synthesizer in the process: one for all pipelines and agents, loaded when it is first wanted. */
export class EmbeddedVoice {
  readonly #threads: number;
  readonly #onProgress: (doing: string) => void;
  #loaded: Promise<FliteTextToSpeech> | null = null;

  constructor(threads: number, onProgress: (doing: string) => void) {
    this.#threads = threads;
    this.#onProgress = onProgress;
  }

  /** Rejects with the error of what does not load. */
  load(): Promise<FliteTextToSpeech> {
    if (this.#loaded === null) {
      this.#onProgress('Loading the voice');
      this.#loaded = FliteTextToSpeech.start({ workers: this.#threads });
    }
    return this.#loaded;
  }

  /** Ends its threads, if there are any. */
  async close(): Promise<void> {
    const loaded = await this.#loaded?.catch(() => null);
    this.#loaded = null;
    await loaded?.close();
  }
}
