/** The sound of a call: both sides in one channel, a whole WAV file. */
export interface CallSound {
  /** Of the whole file. */
  readonly bytes: number;
  /** The file from its start, in pieces of any size; anew each time. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** The whole file in memory. */
export async function wholeOf(sound: CallSound): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of sound.pieces()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/**
 * The file in parts of `size` bytes, and what is left. One is held at a time: its memory is that of
 * the next one.
 */
export async function* partsOf(sound: CallSound, size: number): AsyncGenerator<Uint8Array> {
  const part = new Uint8Array(Math.min(size, sound.bytes));
  let filled = 0;
  for await (const piece of sound.pieces()) {
    for (let at = 0; at < piece.length;) {
      const taken = piece.subarray(at, at + part.length - filled);
      part.set(taken, filled);
      at += taken.length;
      filled += taken.length;
      if (filled < part.length) continue;
      yield part;
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
