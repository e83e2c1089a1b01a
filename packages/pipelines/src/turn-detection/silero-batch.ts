import { InferenceSession, Tensor } from 'onnxruntime-node';
import { VAD_RATE, WINDOW_SAMPLES } from './window-slots.ts';

/** Windows judged in one run: at 32 a window costs a sixth of what it costs alone, 64 gain nothing. */
export const MAX_BATCH = 32;

/** Samples before the window that the model sees again. */
const CONTEXT_SAMPLES = 32;
const INPUT_SAMPLES = CONTEXT_SAMPLES + WINDOW_SAMPLES;
/** The recurrent state is two layers of 128 numbers. */
const LAYER_FIELDS = 128;
const FULL_SCALE = 32768;

/**
 * Silero VAD v6 at 8 kHz with the state of many streams, judging windows of up to 32 streams at
 * once. A stream's probabilities do not depend on its company in a batch.
 */
export class SileroBatch {
  readonly #model: InferenceSession;
  readonly #rate = new Tensor('int64', BigInt64Array.of(BigInt(VAD_RATE)), []);
  readonly #states: Float32Array;
  readonly #contexts: Float32Array;
  readonly #streams = new Int32Array(MAX_BATCH);
  readonly #input = new Float32Array(MAX_BATCH * INPUT_SAMPLES);
  readonly #state = new Float32Array(2 * MAX_BATCH * LAYER_FIELDS);
  #filled = 0;

  private constructor(model: InferenceSession, streams: number) {
    this.#model = model;
    this.#states = new Float32Array(streams * 2 * LAYER_FIELDS);
    this.#contexts = new Float32Array(streams * CONTEXT_SAMPLES);
  }

  /** Reads the model file; rejects when it cannot be read. */
  static async load(modelPath: string, streams: number): Promise<SileroBatch> {
    const model = await InferenceSession.create(modelPath, {
      interOpNumThreads: 1,
      intraOpNumThreads: 1,
      executionMode: 'sequential',
      // Errors only: the model's unused initializers are warned about at every start.
      logSeverityLevel: 3,
    });
    return new SileroBatch(model, streams);
  }

  /** Whether `run` must come before the next `add`. */
  get isFull(): boolean {
    return this.#filled === MAX_BATCH;
  }

  /** Makes a stream as if it had heard nothing. */
  resetStream(stream: number): void {
    this.resetState(stream);
    this.#contexts.fill(0, stream * CONTEXT_SAMPLES, (stream + 1) * CONTEXT_SAMPLES);
  }

  /** Forgets what a stream has heard but for the samples just before its next window. */
  resetState(stream: number): void {
    this.#states.fill(0, stream * 2 * LAYER_FIELDS, (stream + 1) * 2 * LAYER_FIELDS);
  }

  /** Passes over a window of a stream without judging it. */
  skip(stream: number, samples: Int16Array): void {
    this.#keepContext(stream, samples);
  }

  /** Puts a stream's next window into the batch; at most one of a stream, and none when full. */
  add(stream: number, samples: Int16Array): void {
    const input = this.#input;
    const contextAt = stream * CONTEXT_SAMPLES;
    let at = this.#filled * INPUT_SAMPLES;
    for (let i = 0; i < CONTEXT_SAMPLES; i++) input[at++] = this.#contexts[contextAt + i]!;
    for (let i = 0; i < WINDOW_SAMPLES; i++) input[at++] = samples[i]! / FULL_SCALE;
    this.#keepContext(stream, samples);
    this.#streams[this.#filled++] = stream;
  }

  /** Judges the batch and empties it: the speech probabilities in the order of `add`. */
  async run(): Promise<Float32Array> {
    const count = this.#filled;
    const layer = count * LAYER_FIELDS;
    for (let i = 0; i < count; i++) {
      const stateAt = this.#streams[i]! * 2 * LAYER_FIELDS;
      const inputAt = i * LAYER_FIELDS;
      for (let field = 0; field < LAYER_FIELDS; field++) {
        this.#state[inputAt + field] = this.#states[stateAt + field]!;
        this.#state[layer + inputAt + field] = this.#states[stateAt + LAYER_FIELDS + field]!;
      }
    }
    const results = await this.#model.run({
      input: new Tensor('float32', this.#input.subarray(0, count * INPUT_SAMPLES), [
        count,
        INPUT_SAMPLES,
      ]),
      state: new Tensor('float32', this.#state.subarray(0, 2 * layer), [2, count, LAYER_FIELDS]),
      sr: this.#rate,
    });
    const next = results['stateN']!.data as Float32Array;
    for (let i = 0; i < count; i++) {
      const stateAt = this.#streams[i]! * 2 * LAYER_FIELDS;
      const outputAt = i * LAYER_FIELDS;
      for (let field = 0; field < LAYER_FIELDS; field++) {
        this.#states[stateAt + field] = next[outputAt + field]!;
        this.#states[stateAt + LAYER_FIELDS + field] = next[layer + outputAt + field]!;
      }
    }
    this.#filled = 0;
    return results['output']!.data as Float32Array;
  }

  #keepContext(stream: number, samples: Int16Array): void {
    const from = WINDOW_SAMPLES - CONTEXT_SAMPLES;
    const at = stream * CONTEXT_SAMPLES;
    for (let i = 0; i < CONTEXT_SAMPLES; i++) {
      this.#contexts[at + i] = samples[from + i]! / FULL_SCALE;
    }
  }
}
