import { StreamingResampler } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';

/** Whose audio it is. */
export interface Speech {
  readonly generationId: string;
  readonly itemId: string;
}

/** Audio at the rate of the leg. */
export interface Chunk extends Speech {
  readonly pcm: Int16Array;
  /** Where it begins in its item. */
  readonly offsetMs: number;
}

/** As it was generated; no more of the item comes after one without a rate. */
interface Piece extends Speech {
  readonly pcm: Int16Array;
  readonly rate: SampleRate | null;
}

const NOTHING = new Int16Array(0);

/** Rather a message a quarter longer than another one. */
const LITTLE_MORE = 1.25;

/**
 * Agent audio on its way to the leg. It is brought to the leg's rate piece by piece, when it is
 * about to be sent: most of what is generated ahead of a barge-in never is.
 */
export class UnsentAudio {
  readonly #rate: () => SampleRate;
  /** At the leg's rate, to be sent next. */
  #ready: Chunk[] = [];
  #given: Piece[] = [];
  readonly #offsets = new Map<string, number>();
  #resampler: { generationId: string; resample: StreamingResampler } | null = null;

  constructor(rate: () => SampleRate) {
    this.#rate = rate;
  }

  get lengthMs(): number {
    const readyMs = this.#ready.reduce((sum, { pcm }) => sum + pcm.length, 0) / this.#rate();
    return this.#given.reduce(
      (sum, { pcm, rate }) => sum + (rate === null ? 0 : (pcm.length * 1000) / rate),
      readyMs * 1000,
    );
  }

  has(itemId: string): boolean {
    return (
      this.#ready.some((chunk) => chunk.itemId === itemId) ||
      this.#given.some((piece) => piece.itemId === itemId)
    );
  }

  give({ generationId, itemId }: Speech, pcm: Int16Array, rate: SampleRate): void {
    this.#given.push({ generationId, itemId, pcm, rate });
  }

  /** No more audio of the item is given. */
  end({ generationId, itemId }: Speech): void {
    this.#given.push({ generationId, itemId, pcm: NOTHING, rate: null });
  }

  /** What is sent next, of about this length at most; null when there is nothing to be sent yet. */
  peek(mostMs: number): Chunk | null {
    while (this.#ready.length === 0 && this.#given.length > 0) this.#prepare(mostMs);
    const first = this.#ready[0];
    if (!first) return null;
    const most = Math.round((mostMs * this.#rate()) / 1000);
    if (first.pcm.length > LITTLE_MORE * most)
      this.#ready.splice(0, 1, ...this.#split(first, most));
    return this.#ready[0]!;
  }

  /** Takes what {@link peek} has shown. */
  take(): Chunk {
    return this.#ready.shift()!;
  }

  /** Is to be sent again, before everything else. */
  putBack(chunks: readonly Chunk[]): void {
    this.#ready = [...chunks, ...this.#ready];
  }

  drop(itemIds: ReadonlySet<string>): void {
    this.#ready = this.#ready.filter(({ itemId }) => !itemIds.has(itemId));
    this.#given = this.#given.filter(({ itemId }) => !itemIds.has(itemId));
    for (const itemId of itemIds) this.#offsets.delete(itemId);
  }

  clear(): void {
    this.#ready = [];
    this.#given = [];
    this.#offsets.clear();
    this.#resampler = null;
  }

  /** The next piece, and the end of its item where that follows: one message for both. */
  #prepare(mostMs: number): void {
    const piece = this.#given[0]!;
    const { generationId, itemId, pcm, rate } = piece;
    let ready: Int16Array = NOTHING;
    if (rate !== null) {
      const most = Math.ceil((mostMs * rate) / 1000);
      const isLong = pcm.length > LITTLE_MORE * most;
      ready = this.#resampled(isLong ? pcm.subarray(0, most) : pcm, { generationId, rate });
      if (isLong) this.#given[0] = { ...piece, pcm: pcm.subarray(most) };
      else this.#given.shift();
    }
    const next = this.#given[0];
    const isEnd = next?.rate === null && next.itemId === itemId;
    if (isEnd) {
      this.#given.shift();
      if (this.#resampler?.generationId === generationId) {
        ready = joined(ready, this.#resampler.resample.flush());
        this.#resampler = null;
      }
    }
    this.#add(piece, ready);
    if (isEnd) this.#offsets.delete(itemId);
  }

  #resampled(
    pcm: Int16Array,
    { generationId, rate }: { readonly generationId: string; readonly rate: SampleRate },
  ): Int16Array {
    const current =
      this.#resampler?.generationId === generationId ? this.#resampler.resample : null;
    if (current?.fromRate === rate) return current.process(pcm);
    const resample = new StreamingResampler(rate, this.#rate());
    this.#resampler = { generationId, resample };
    // A voice of another rate follows in the same message: all of the one before is heard.
    return joined(current?.flush() ?? NOTHING, resample.process(pcm));
  }

  #add({ generationId, itemId }: Speech, pcm: Int16Array): void {
    if (pcm.length === 0) return;
    const offsetMs = this.#offsets.get(itemId) ?? 0;
    this.#offsets.set(itemId, offsetMs + (pcm.length * 1000) / this.#rate());
    this.#ready.push({ generationId, itemId, pcm, offsetMs });
  }

  #split(chunk: Chunk, samples: number): Chunk[] {
    const { pcm, offsetMs } = chunk;
    return [
      { ...chunk, pcm: pcm.subarray(0, samples) },
      {
        ...chunk,
        pcm: pcm.subarray(samples),
        offsetMs: offsetMs + (samples * 1000) / this.#rate(),
      },
    ];
  }
}

function joined(first: Int16Array, second: Int16Array): Int16Array {
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  const both = new Int16Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
