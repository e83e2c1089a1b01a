const FIRST_BYTES = 65_536;

/** A buffer that has grown beyond this for one message is not kept. */
const MOST_KEPT_BYTES = 4_194_304;

const TWO_16 = 2 ** 16;
const TWO_32 = 2 ** 32;

const VARINT = 0;
const FIXED_64 = 1;
const WITH_LENGTH = 2;

/**
 * Writes a message of Protocol Buffers from its last byte to its first, so that the length of each
 * part is known when it is its turn: `end` is where a part ends, `finish(end)` puts its length.
 */
export class BackwardWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #at = FIRST_BYTES;
  /** The upper half of the seconds of the last instant, and the halves of its nanoseconds. */
  #half = 0;
  #halfUpper = 0;
  #halfLower = 0;

  /** How many bytes were written. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** What was written; the writer is empty then. */
  take(): Uint8Array {
    const taken = Buffer.from(this.#bytes.subarray(this.#at));
    if (this.#bytes.length > MOST_KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    this.#at = this.#bytes.length;
    return taken;
  }

  /** A field's key: its number and wire type. */
  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  /** An integer from 0 to 2^53, or a negative one as the 64 bits of its complement. */
  varint(value: number): void {
    if (this.#at < 10) this.#grow(10);
    if (value >= 0 && value < 128) {
      this.#bytes[--this.#at] = value;
      return;
    }
    this.#longVarint(value);
  }

  /** The lower 32 bits of an integer. */
  fixed32(value: number): void {
    if (this.#at < 4) this.#grow(4);
    const bytes = this.#bytes;
    const at = (this.#at -= 4);
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
  }

  double(value: number): void {
    if (this.#at < 8) this.#grow(8);
    this.#at -= 8;
    this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** An instant in seconds and nanoseconds, as nanoseconds in 64 bits. */
  nanoseconds([seconds, nanos]: readonly [number, number]): void {
    // Halves of the seconds: what they make in nanoseconds is exact. The upper one is the same for hours.
    const half = Math.floor(seconds / TWO_16);
    if (half !== this.#half) this.#setHalf(half);
    const lower = this.#halfLower + (seconds - half * TWO_16) * 1e9 + nanos;
    const carried = Math.floor(lower / TWO_32);
    this.fixed32(this.#halfUpper + carried);
    this.fixed32(lower - carried * TWO_32);
  }

  /** A text with its length. */
  string(text: string): void {
    const { length } = text;
    if (this.#at < length) this.#grow(length);
    const bytes = this.#bytes;
    const start = this.#at - length;
    let all = 0;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      all |= code;
      bytes[start + index] = code;
    }
    if (all > 127) {
      this.bytes(Buffer.from(text));
      return;
    }
    this.#at = start;
    this.varint(length);
  }

  /** Bytes as they are, which are few. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    if (this.#at < length) this.#grow(length);
    const into = this.#bytes;
    const start = this.#at - length;
    for (let index = 0; index < length; index++) into[start + index] = bytes[index]!;
    this.#at = start;
  }

  /** Bytes with their length. */
  bytes(bytes: Uint8Array): void {
    if (this.#at < bytes.length) this.#grow(bytes.length);
    this.#at -= bytes.length;
    this.#bytes.set(bytes, this.#at);
    this.varint(bytes.length);
  }

  /** A text as a field. */
  text(field: number, text: string): void {
    this.string(text);
    this.tag(field, WITH_LENGTH);
  }

  /** An integer as a field. */
  number(field: number, value: number): void {
    this.varint(value);
    this.tag(field, VARINT);
  }

  /** An instant in seconds and nanoseconds as a field. */
  instant(field: number, instant: readonly [number, number]): void {
    this.nanoseconds(instant);
    this.tag(field, FIXED_64);
  }

  /** Ends a message that ends where this much was written, as a field of the one around it. */
  close(field: number, end: number): void {
    this.finish(end);
    this.tag(field, WITH_LENGTH);
  }

  /** Bytes given as hexadecimal digits as a field. */
  hex(field: number, digits: string): void {
    const count = digits.length / 2;
    if (this.#at < count) this.#grow(count);
    this.#at -= count;
    for (let index = 0; index < count; index++) {
      this.#bytes[this.#at + index] =
        valueOf(digits.charCodeAt(2 * index)) * 16 + valueOf(digits.charCodeAt(2 * index + 1));
    }
    this.varint(count);
    this.tag(field, WITH_LENGTH);
  }

  /** An id of eight bytes, given as its halves, as a field. */
  id(field: number, { upper, lower }: { readonly upper: number; readonly lower: number }): void {
    if (this.#at < 8) this.#grow(8);
    this.#bigEndian(lower);
    this.#bigEndian(upper);
    this.varint(8);
    this.tag(field, WITH_LENGTH);
  }

  /** Puts the length of the part that ends where this much was written. */
  finish(end: number): void {
    this.varint(this.length - end);
  }

  #bigEndian(value: number): void {
    const bytes = this.#bytes;
    const at = (this.#at -= 4);
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  #setHalf(half: number): void {
    const nanos = half * 1e9;
    this.#half = half;
    this.#halfUpper = Math.floor(nanos / TWO_16);
    this.#halfLower = (nanos - this.#halfUpper * TWO_16) * TWO_16;
  }

  #longVarint(value: number): void {
    if (value >= 0 && value < 0x8000_0000) {
      let count = 2;
      for (let left = value >>> 14; left > 0; left >>>= 7) count += 1;
      this.#at -= count;
      let at = this.#at;
      let rest = value;
      for (; rest > 0x7f; rest >>>= 7) this.#bytes[at++] = (rest & 0x7f) | 0x80;
      this.#bytes[at] = rest;
      return;
    }
    let rest = value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value);
    let count = 1;
    for (let left = rest >> 7n; left > 0n; left >>= 7n) count += 1;
    this.#at -= count;
    for (let index = 0; index < count; index++, rest >>= 7n) {
      const more = index < count - 1 ? 0x80 : 0;
      this.#bytes[this.#at + index] = Number(rest & 0x7fn) | more;
    }
  }

  #grow(room: number): void {
    const { length } = this;
    const grown = Buffer.allocUnsafeSlow(2 * this.#bytes.length + room);
    grown.set(this.#bytes.subarray(this.#at), grown.length - length);
    this.#bytes = grown;
    this.#at = grown.length - length;
  }
}

function valueOf(digit: number): number {
  // '0' is 48, 'a' is 97.
  return digit < 58 ? digit - 48 : digit - 87;
}
