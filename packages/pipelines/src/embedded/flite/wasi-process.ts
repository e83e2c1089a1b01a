/*
 * The parts of WASI preview 1 (https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md)
 * that a command-line program needs which reads no files: arguments, standard output, and output
 * files that live in memory.
 */

// The functions take what WASI passes them, by position.
/* oxlint-disable max-params */
import { webAssembly, type WasmImports, type WasmMemory } from './web-assembly.ts';

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;
const NO_SUCH_FILE = 44;

const FIRST_FREE_DESCRIPTOR = 4;
/** The one folder that is open at the start. */
const FOLDER_DESCRIPTOR = 3;
const FOLDER_NAME = '.';

const FILE_TYPE_FOLDER = 3;
const FILE_TYPE_REGULAR = 4;
const ALL_RIGHTS = 0xffff_ffffn;
const OPEN_CREATE = 1;
const OPEN_TRUNCATE = 8;

/** Grows by doubling from here: a second of speech at 16 kHz is 32 KB. */
const FIRST_FILE_BYTES = 1 << 17;

/** What a finished program left. */
export interface WasiResult {
  readonly exitCode: number;
  /** Standard output and standard error, as Latin-1. */
  readonly printed: string;
  /** The bytes of a file it wrote; undefined when it wrote none of that name. */
  file(name: string): Uint8Array | undefined;
}

/** Leaves the program from inside a call it made. */
class ProgramExit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

class MemoryFile {
  #bytes = new Uint8Array(FIRST_FILE_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  read(from: number, length: number): Uint8Array {
    return this.#bytes.subarray(from, Math.min(this.#length, from + length));
  }

  write(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, at);
    this.#length = Math.max(this.#length, end);
  }

  truncate(): void {
    this.#length = 0;
  }
}

/** A program that is loaded and can run once. Loading takes longer than a short run. */
export class WasiProcess {
  readonly #start: () => void;
  readonly #memory: WasmMemory;
  readonly #files = new Map<string, MemoryFile>();
  readonly #open = new Map<number, { file: MemoryFile; position: number }>();
  #nextDescriptor = FIRST_FREE_DESCRIPTOR;
  #arguments: readonly Uint8Array[] = [];
  #printed = '';

  constructor(program: WebAssembly.Module) {
    const instance = new webAssembly.Instance(program, {
      wasi_snapshot_preview1: this.#imports(),
    });
    this.#start = instance.exports['_start'] as () => void;
    this.#memory = instance.exports['memory'] as WasmMemory;
  }

  /** Runs the program to its end. Throws what WebAssembly throws when the program is broken. */
  run(args: readonly string[]): WasiResult {
    this.#arguments = args.map((argument) => new TextEncoder().encode(`${argument}\0`));
    let exitCode = 0;
    try {
      this.#start();
    } catch (error) {
      if (!(error instanceof ProgramExit)) throw error;
      exitCode = error.code;
    }
    return {
      exitCode,
      printed: this.#printed,
      file: (name) => {
        const file = this.#files.get(name);
        return file?.read(0, file.length);
      },
    };
  }

  #imports(): WasmImports {
    return {
      args_sizes_get: (countAt: number, bytesAt: number) => {
        this.#view().setUint32(countAt, this.#arguments.length, true);
        const total = this.#arguments.reduce((sum, argument) => sum + argument.length, 0);
        this.#view().setUint32(bytesAt, total, true);
        return SUCCESS;
      },
      args_get: (pointersAt: number, bytesAt: number) => {
        let at = bytesAt;
        for (const [index, argument] of this.#arguments.entries()) {
          this.#view().setUint32(pointersAt + 4 * index, at, true);
          this.#bytes().set(argument, at);
          at += argument.length;
        }
        return SUCCESS;
      },
      // The time is asked for and not used; the same text gives the same audio.
      clock_time_get: (_clock: number, _precision: bigint, timeAt: number) => {
        this.#view().setBigUint64(timeAt, 0n, true);
        return SUCCESS;
      },
      fd_close: (descriptor: number) => {
        this.#open.delete(descriptor);
        return SUCCESS;
      },
      fd_fdstat_get: (descriptor: number, statusAt: number) => {
        const view = this.#view();
        const isFolder = descriptor === FOLDER_DESCRIPTOR;
        view.setUint8(statusAt, isFolder ? FILE_TYPE_FOLDER : FILE_TYPE_REGULAR);
        view.setUint16(statusAt + 2, 0, true);
        view.setBigUint64(statusAt + 8, ALL_RIGHTS, true);
        view.setBigUint64(statusAt + 16, ALL_RIGHTS, true);
        return SUCCESS;
      },
      fd_fdstat_set_flags: () => SUCCESS,
      fd_prestat_get: (descriptor: number, statusAt: number) => {
        if (descriptor !== FOLDER_DESCRIPTOR) return BAD_DESCRIPTOR;
        this.#view().setUint8(statusAt, 0);
        this.#view().setUint32(statusAt + 4, FOLDER_NAME.length, true);
        return SUCCESS;
      },
      fd_prestat_dir_name: (_descriptor: number, nameAt: number) => {
        this.#bytes()[nameAt] = FOLDER_NAME.charCodeAt(0);
        return SUCCESS;
      },
      fd_read: (descriptor: number, vectorsAt: number, vectors: number, readAt: number) => {
        const open = this.#open.get(descriptor);
        if (!open) return BAD_DESCRIPTOR;
        let total = 0;
        for (const target of this.#vectors(vectorsAt, vectors)) {
          const bytes = open.file.read(open.position, target.length);
          target.set(bytes);
          open.position += bytes.length;
          total += bytes.length;
        }
        this.#view().setUint32(readAt, total, true);
        return SUCCESS;
      },
      fd_seek: (descriptor: number, offset: bigint, whence: number, positionAt: number) => {
        const open = this.#open.get(descriptor);
        if (!open) return BAD_DESCRIPTOR;
        const origin = [0, open.position, open.file.length][whence] ?? 0;
        open.position = origin + Number(offset);
        this.#view().setBigUint64(positionAt, BigInt(open.position), true);
        return SUCCESS;
      },
      fd_write: (descriptor: number, vectorsAt: number, vectors: number, writtenAt: number) => {
        const open = this.#open.get(descriptor);
        if (!open && descriptor >= FOLDER_DESCRIPTOR) return BAD_DESCRIPTOR;
        let total = 0;
        for (const source of this.#vectors(vectorsAt, vectors)) {
          total += source.length;
          if (open) {
            open.file.write(open.position, source);
            open.position += source.length;
          } else {
            this.#printed += Buffer.from(source).toString('latin1');
          }
        }
        this.#view().setUint32(writtenAt, total, true);
        return SUCCESS;
      },
      path_open: (
        _folder: number,
        _lookup: number,
        nameAt: number,
        nameBytes: number,
        how: number,
        _rights: bigint,
        _inherited: bigint,
        _flags: number,
        descriptorAt: number,
      ) => {
        const name = new TextDecoder().decode(this.#bytes().slice(nameAt, nameAt + nameBytes));
        const file = this.#files.get(name) ?? (how & OPEN_CREATE ? new MemoryFile() : undefined);
        if (!file) return NO_SUCH_FILE;
        if (how & OPEN_TRUNCATE) file.truncate();
        this.#files.set(name, file);
        const descriptor = this.#nextDescriptor++;
        this.#open.set(descriptor, { file, position: 0 });
        this.#view().setUint32(descriptorAt, descriptor, true);
        return SUCCESS;
      },
      proc_exit: (code: number) => {
        throw new ProgramExit(code);
      },
    };
  }

  // The program's memory may grow, and then its buffer is another one.
  #view(): DataView {
    return new DataView(this.#memory.buffer);
  }

  #bytes(): Uint8Array {
    return new Uint8Array(this.#memory.buffer);
  }

  *#vectors(at: number, count: number): Generator<Uint8Array> {
    for (let index = 0; index < count; index++) {
      const view = this.#view();
      const from = view.getUint32(at + 8 * index, true);
      const length = view.getUint32(at + 8 * index + 4, true);
      yield this.#bytes().subarray(from, from + length);
    }
  }
}
