import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import createModule, { type Decoder } from 'soundswallower';
import { englishModelFolder } from '../pronouncing-dictionary.ts';

/** The rate the model was trained at, in hertz. */
export const RECOGNITION_RATE = 8000;

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

/** Copies a text with its final zero into the module; frees the copy after `use`. */
export function withText<Result>(
  module: SoundSwallower,
  text: string,
  use: (address: number) => Result,
): Result {
  const bytes = Buffer.from(`${text}\0`);
  const address = module._malloc(bytes.length);
  module.HEAP8.set(bytes, address);
  const result = use(address);
  module._free(address);
  return result;
}

function fileInMemory(module: SoundSwallower, bytes: Buffer): number {
  const address = module._malloc(bytes.length + 1);
  module.HEAP8.set(bytes, address);
  module.HEAP8[address + bytes.length] = 0;
  return module._s3file_init(address, bytes.length);
}
