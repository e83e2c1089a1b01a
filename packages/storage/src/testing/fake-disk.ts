import type { DiskFile, RecordingDisk } from '../recording-disk.ts';

/** A disk in memory that can be full, or hang. What it has no room for is written in part. */
export class FakeDisk implements RecordingDisk {
  /** Bytes that it takes in all. */
  capacity: number;
  /** Files that were made and not closed. */
  openFiles = 0;
  /** Calls that were not answered yet. */
  waiting = 0;
  #used = 0;
  #hanging: { readonly over: Promise<void>; readonly end: () => void } | null = null;
  readonly #files = new Map<string, Uint8Array>();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** From now on nothing is answered until `goOn`. */
  hang(): void {
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#hanging = { over, end };
  }

  goOn(): void {
    this.#hanging?.end();
    this.#hanging = null;
  }

  /** Resolves when nothing was asked for a while that is not answered. */
  async quiet(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.waiting > 0) turn = 0;
    }
  }

  read(file: string): Uint8Array {
    const bytes = this.#files.get(file);
    if (!bytes) throw new Error(`there is no ${file}`);
    return bytes;
  }

  files(): string[] {
    return [...this.#files.keys()];
  }

  makeFolder(): Promise<void> {
    return this.#answer(() => {});
  }

  create(file: string): Promise<DiskFile> {
    return this.#answer(() => {
      if (this.#files.has(file)) throw errorOf('EEXIST', 'file already exists');
      this.#files.set(file, new Uint8Array());
      this.openFiles += 1;
      return {
        write: (bytes, position, done) => {
          const copy = bytes.slice();
          void this.#answer(() => this.#write(file, copy, position)).then(
            (count) => done(null, count),
            (error: Error) => done(error, 0),
          );
        },
        truncate: (length) =>
          this.#answer(() => {
            const whole = new Uint8Array(length);
            whole.set(this.read(file).subarray(0, length));
            this.#files.set(file, whole);
          }),
        close: () =>
          this.#answer(() => {
            this.openFiles -= 1;
          }),
      };
    });
  }

  remove(file: string): Promise<void> {
    return this.#answer(() => {
      this.#files.delete(file);
    });
  }

  #write(file: string, bytes: Uint8Array, position: number): number {
    const before = this.read(file);
    const room = Math.max(0, this.capacity - this.#used);
    const grows = Math.max(0, position + bytes.length - before.length);
    const count = Math.min(bytes.length, bytes.length - grows + room);
    if (count <= 0) throw errorOf('ENOSPC', 'no space left on device, write');
    const end = Math.max(before.length, position + count);
    const after = new Uint8Array(end);
    after.set(before);
    after.set(bytes.subarray(0, count), position);
    this.#files.set(file, after);
    this.#used += end - before.length;
    return count;
  }

  async #answer<T>(what: () => T): Promise<T> {
    this.waiting += 1;
    try {
      await this.#hanging?.over;
      await new Promise((resolve) => setImmediate(resolve));
      return what();
    } finally {
      this.waiting -= 1;
    }
  }
}

function errorOf(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
