import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import createModule, { type Decoder } from 'soundswallower';
import { englishModelFolder } from '../pronouncing-dictionary.ts';

// The module's own names begin with an underscore.
/* oxlint-disable no-underscore-dangle */

/** The rate the model was trained at, in hertz. */
export const RECOGNITION_RATE = 8000;

/** How much the probabilities of words count against those of sounds; the decoder's own default. */
const LANGUAGE_WEIGHT = 6.5;

/** The functions of the module that its own types leave out; numbers are addresses or handles. */
interface NativeFunctions {
  readonly HEAP8: Int8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _s3file_init(address: number, bytes: number): number;
  _decoder_init_fe(decoder: number): number;
  _decoder_init_feat_s3file(decoder: number, transform: number): number;
  _acmod_reinit_feat(acousticModel: number, frontEnd: number, features: number): number;
  _decoder_init_dict_s3file(decoder: number, dictionary: number, fillers: number): number;
  _decoder_logmath(decoder: number): number;
  _logmath_log(logmath: number, value: number): number;
  _fsg_model_init(name: number, logmath: number, weight: number, states: number): number;
  _fsg_model_word_add(graph: number, word: number): number;
  _fsg_model_trans_add(graph: number, from: number, to: number, log: number, word: number): void;
  _fsg_model_null_trans_add(graph: number, from: number, to: number, log: number): void;
  _fsg_set_states(graph: number, start: number, final: number): void;
  _decoder_set_fsg(decoder: number, graph: number): number;
}

/** The SoundSwallower module with all that is used of it. */
export type SoundSwallower = Awaited<ReturnType<typeof createModule>> & NativeFunctions;

/** A decoder with its handles in the module. */
export type NativeDecoder = Decoder & { readonly cdecoder: number; readonly cacmod: number };

/** Loads the WebAssembly module with the 8 kHz English model. */
export async function loadSoundSwallower(): Promise<SoundSwallower> {
  const before = new Set(process.listeners('uncaughtException'));
  const module = await createModule({ modelBase: join(englishModelFolder(), '..', '/') } as object);
  // The module's own listener would turn every uncaught error of the process into its own.
  for (const listener of process.listeners('uncaughtException')) {
    if (!before.has(listener)) process.removeListener('uncaughtException', listener);
  }
  return module as SoundSwallower;
}

/**
 * Makes a decoder that knows only the words of a dictionary text, lines of a word and its phones:
 * 20 MB and 0.1 s instead of 40 and 0.3 with all words.
 */
export async function createDecoder(
  module: SoundSwallower,
  dictionary: string,
): Promise<NativeDecoder> {
  const fillers = await readFile(join(englishModelFolder(), 'noisedict.txt'));
  const decoder = new module.Decoder({
    loglevel: 'FATAL',
    samprate: RECOGNITION_RATE,
  }) as NativeDecoder & {
    init_dict: () => Promise<void>;
  };
  // Takes the place of reading the dictionary's file, so that none has to be written.
  decoder.init_dict = () => {
    const result = module._decoder_init_dict_s3file(
      decoder.cdecoder,
      fileInMemory(module, Buffer.from(dictionary)),
      fileInMemory(module, fillers),
    );
    if (result === 0) throw new Error('the dictionary cannot be loaded');
    return Promise.resolve();
  };
  await decoder.initialize();
  return decoder;
}

/**
 * Makes a decoder forget the line it last listened to and expect one with the given mean of cepstra.
 * Called between utterances.
 */
export function setChannel(
  module: SoundSwallower,
  decoder: NativeDecoder,
  mean: readonly number[],
): void {
  decoder.set_config('cmninit', mean.map((value) => value.toFixed(2)).join(','));
  const frontEnd = module._decoder_init_fe(decoder.cdecoder);
  const features = module._decoder_init_feat_s3file(decoder.cdecoder, 0);
  if (module._acmod_reinit_feat(decoder.cacmod, frontEnd, features) < 0) {
    throw new Error('the recogniser could not be set to another line');
  }
}

/** A step of a graph from one state to another, and its probability. */
export interface GraphStep {
  readonly from: number;
  readonly to: number;
  readonly probability: number;
}

/** The graph of all that a decoder may hear: states numbered from 0, joined by words and leaps. */
export class NativeGraph {
  readonly #module: SoundSwallower;
  readonly #decoder: NativeDecoder;
  readonly #graph: number;
  readonly #words = new Map<string, number>();

  constructor(module: SoundSwallower, decoder: NativeDecoder, states: number) {
    this.#module = module;
    this.#decoder = decoder;
    const logmath = module._decoder_logmath(decoder.cdecoder);
    this.#graph = this.#withText('graph', (name) =>
      module._fsg_model_init(name, logmath, LANGUAGE_WEIGHT, states),
    );
  }

  /** Adds a step in which a word of the dictionary is said. */
  addWord(word: string, { from, to, probability }: GraphStep): void {
    const id =
      this.#words.get(word) ??
      this.#withText(word, (text) => this.#module._fsg_model_word_add(this.#graph, text));
    this.#words.set(word, id);
    this.#module._fsg_model_trans_add(this.#graph, from, to, this.#log(probability), id);
  }

  /** Adds a step in which nothing is said. The decoder takes one leap at a time, not two. */
  addLeap({ from, to, probability }: GraphStep): void {
    this.#module._fsg_model_null_trans_add(this.#graph, from, to, this.#log(probability));
  }

  /** Gives the graph to its decoder. Nothing is added afterwards. */
  use(start: number, final: number): void {
    this.#module._fsg_set_states(this.#graph, start, final);
    if (this.#module._decoder_set_fsg(this.#decoder.cdecoder, this.#graph) >= 0) return;
    throw new Error('the recogniser refused the graph of the vocabulary');
  }

  #log(probability: number): number {
    const logmath = this.#module._decoder_logmath(this.#decoder.cdecoder);
    const log = this.#module._logmath_log(logmath, Math.min(1, probability));
    return Math.round(log * LANGUAGE_WEIGHT);
  }

  #withText<Result>(text: string, use: (address: number) => Result): Result {
    const bytes = Buffer.from(`${text}\0`);
    const address = this.#module._malloc(bytes.length);
    this.#module.HEAP8.set(bytes, address);
    const result = use(address);
    this.#module._free(address);
    return result;
  }
}

function fileInMemory(module: SoundSwallower, bytes: Buffer): number {
  const address = module._malloc(bytes.length + 1);
  module.HEAP8.set(bytes, address);
  module.HEAP8[address + bytes.length] = 0;
  return module._s3file_init(address, bytes.length);
}
