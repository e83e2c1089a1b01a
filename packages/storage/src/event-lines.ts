import { JsonWriter } from './json-writer.ts';
import type { SampleBlock, SampleBlocks } from './sample-blocks.ts';

/** The most bytes of events that wait for a disk that does not take them. */
const MAX_BYTES = 524_288;

const LINE_FEED = 10;

/** Nothing of a line stays in it. */
const json = new JsonWriter();

/** A block of the pool that holds lines; places are those in its piece of memory. */
interface Piece {
  readonly block: SampleBlock;
  /** What comes before was taken. */
  from: number;
  /** Where the next line goes. */
  at: number;
  readonly until: number;
}

/**
 * Lines of an event log that wait to be written, as the bytes that they are in the file: nothing of
 * them is left to collections of memory.
 */
export class EventLines {
  readonly #pool: SampleBlocks;
  readonly #pieces: Piece[] = [];
  #last: Piece | null = null;
  #bytes = 0;

  constructor(pool: SampleBlocks) {
    this.#pool = pool;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** Adds an object as a line; tells how many bytes there was no room for, all of them or none. */
  add(event: object): number {
    const piece = this.#last;
    const end = piece ? json.write(event, piece.block.slab.bytes, piece) : -1;
    const added = piece ? end + 1 - piece.at : 0;
    if (!piece || end < 0 || end === piece.until || this.#bytes + added > MAX_BYTES) {
      return this.#addInPieces(Buffer.from(`${JSON.stringify(event)}\n`));
    }
    piece.block.slab.bytes[end] = LINE_FEED;
    piece.at = end + 1;
    this.#bytes += added;
    return 0;
  }

  /** The bytes to be written first, which stay as they are until they are taken. */
  peek(): Uint8Array | null {
    const piece = this.#pieces[0];
    return piece ? piece.block.slab.bytes.subarray(piece.from, piece.at) : null;
  }

  /** Takes so many of the bytes to be written first. */
  take(bytes: number): void {
    const piece = this.#pieces[0]!;
    piece.from += bytes;
    this.#bytes -= bytes;
    if (piece.from < piece.at) return;
    this.#pieces.shift();
    if (piece === this.#last) this.#last = null;
    this.#pool.giveBack(piece.block);
  }

  /** Drops everything; tells how many bytes that were. */
  clear(): number {
    const bytes = this.#bytes;
    for (let piece = this.#pieces[0]; piece; piece = this.#pieces[0]) {
      this.take(piece.at - piece.from);
    }
    return bytes;
  }

  #addInPieces(line: Buffer): number {
    if (this.#bytes + line.length > MAX_BYTES) return line.length;
    for (let added = 0; added < line.length;) {
      let piece = this.#last;
      if (!piece || piece.at === piece.until) piece = this.#addPiece();
      const part = line.subarray(added, added + piece.until - piece.at);
      piece.block.slab.bytes.set(part, piece.at);
      piece.at += part.length;
      added += part.length;
    }
    this.#bytes += line.length;
    return 0;
  }

  #addPiece(): Piece {
    const block = this.#pool.lend();
    const from = 2 * block.from;
    const piece = { block, from, at: from, until: from + 2 * this.#pool.blockSamples };
    this.#pieces.push(piece);
    this.#last = piece;
    return piece;
  }
}
