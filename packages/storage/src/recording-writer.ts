import type { Clock, TimerHandle } from '@antiphon/session';

/** Each recording is looked at once in so many ticks, six seconds; they are spread over them. */
const SLOTS = 12;

/** Rare: what is done for many recordings after each other finds its code in the processor's caches. */
const TICK_MS = 500;

/** Writes at once: few, because a disk that hangs must leave threads to everything else. */
const LANES = 2;

/** Room in which a recording lays out what it writes. */
export interface WriteBuffer {
  readonly bytes: Buffer;
  /** The same memory. */
  readonly samples: Int16Array;
}

/** A recording, as its writer sees it. */
export interface Written {
  /** Called within half a second and then every six; whether it wants to write. */
  isDue(): boolean;
  /** Writes what is due. Never rejects. */
  write(buffer: WriteBuffer): Promise<void>;
}

interface Entry {
  readonly slot: Set<Entry>;
  readonly written: Written;
  isQueued: boolean;
  isBusy: boolean;
}

/**
 * Writes all recordings of a process, a few at a time, with buffers that they use in turns. Six
 * seconds are spread over them, so that they do not all come at once.
 */
export class RecordingWriter {
  readonly #clock: Clock;
  readonly #onTick: () => void;
  readonly #slots = Array.from({ length: SLOTS }, () => new Set<Entry>());
  readonly #entries = new Map<Written, Entry>();
  readonly #free: WriteBuffer[];
  /** Those that were not looked at yet. */
  #added: Entry[] = [];
  #queue: Entry[] = [];
  #opened = 0;
  #ticks = 0;
  #timer: TimerHandle | null = null;

  /** `onTick` is called before recordings are looked at, twice a second while there are any. */
  constructor(clock: Clock, bufferBytes: number, onTick: () => void) {
    this.#clock = clock;
    this.#onTick = onTick;
    this.#free = Array.from({ length: LANES }, () => {
      const memory = new ArrayBuffer(bufferBytes);
      return { bytes: Buffer.from(memory), samples: new Int16Array(memory) };
    });
  }

  add(written: Written): void {
    const slot = this.#slots[this.#opened++ % SLOTS]!;
    const entry: Entry = { slot, written, isQueued: false, isBusy: false };
    this.#entries.set(written, entry);
    slot.add(entry);
    this.#added.push(entry);
    this.#timer ??= this.#clock.setTimeout(this.#tick, TICK_MS);
  }

  remove(written: Written): void {
    const entry = this.#entries.get(written);
    if (!entry) return;
    this.#entries.delete(written);
    entry.slot.delete(entry);
    if (this.#entries.size > 0 || this.#timer === null) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Lets a recording write as soon as it is its turn. */
  writeSoon(written: Written): void {
    const entry = this.#entries.get(written);
    if (!entry) return;
    this.#enqueue(entry);
    this.#writeNext();
  }

  readonly #tick = (): void => {
    this.#timer = this.#clock.setTimeout(this.#tick, TICK_MS);
    this.#onTick();
    const added = this.#added;
    this.#added = [];
    for (const entry of added) if (this.#entries.has(entry.written)) this.#look(entry);
    for (const entry of this.#slots[this.#ticks++ % SLOTS]!) this.#look(entry);
    this.#writeNext();
  };

  #look(entry: Entry): void {
    if (entry.written.isDue()) this.#enqueue(entry);
  }

  #enqueue(entry: Entry): void {
    if (entry.isQueued) return;
    entry.isQueued = true;
    // One that is busy comes again when it is done.
    if (!entry.isBusy) this.#queue.push(entry);
  }

  #writeNext(): void {
    while (this.#queue.length > 0) {
      const buffer = this.#free.pop();
      if (!buffer) return;
      void this.#write(this.#queue.shift()!, buffer);
    }
  }

  async #write(entry: Entry, buffer: WriteBuffer): Promise<void> {
    entry.isQueued = false;
    entry.isBusy = true;
    await entry.written.write(buffer);
    entry.isBusy = false;
    // One that is complete has left while it was busy.
    if (entry.isQueued && this.#entries.has(entry.written)) this.#queue.push(entry);
    this.#free.push(buffer);
    this.#writeNext();
  }
}
