const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const ZERO = 48;
const POINT = 46;

/** Of the first 128 characters, 1 for those that are not written as they are in a text. */
const ESCAPED = Uint8Array.from({ length: 128 }, (_, code) =>
  code < 32 || code === QUOTE || code === BACKSLASH ? 1 : 0,
);

/** What lies deeper is no event. */
const MOST_DEEP = 32;

/** Integers that are fast to take apart. */
const MOST_SMALL = 0x7fff_ffff;

/** Between these, instants of today among them, a double has twelve binary places. */
const FIRST_INSTANT = 2 ** 40;
const LAST_INSTANT = 2 ** 41;
const INSTANT_ERROR = 2 ** -13;

/** Seven digits. */
const LOWER = 10_000_000;

/**
 * Writes plain objects into memory as the bytes that `JSON.stringify` makes of them, at a fraction of
 * its cost for objects as small as events, and without anything that is left to collections.
 */
export class JsonWriter {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #until = 0;

  /**
   * Writes an object from a place on; tells where it ends, or -1 where it does not end before
   * `until`, or is not as plain as that.
   */
  write(
    value: object,
    bytes: Uint8Array,
    room: { readonly at: number; readonly until: number },
  ): number {
    this.#bytes = bytes;
    this.#at = room.at;
    this.#until = room.until;
    return this.#value(value, 0) ? this.#at : -1;
  }

  #value(value: unknown, depth: number): boolean {
    // Each is compared on its own: of a `switch`, V8 makes a call.
    if (typeof value === 'string') return this.#string(value);
    if (typeof value === 'number') return this.#number(value);
    if (typeof value === 'boolean') return this.#ascii(value ? 'true' : 'false');
    if (value === null) return this.#ascii('null');
    if (typeof value !== 'object' || depth === MOST_DEEP) return false;
    return Array.isArray(value)
      ? this.#array(value, depth + 1)
      : this.#object(value as Record<string, unknown>, depth + 1);
  }

  #object(value: Record<string, unknown>, depth: number): boolean {
    if (Object.getPrototypeOf(value) !== Object.prototype) return false;
    if (!this.#byte(OPEN_OBJECT)) return false;
    let isFirst = true;
    for (const key in value) {
      const each = value[key];
      if (each === undefined) continue;
      if (!isFirst && !this.#byte(COMMA)) return false;
      isFirst = false;
      if (!this.#string(key) || !this.#byte(COLON) || !this.#value(each, depth)) return false;
    }
    return this.#byte(CLOSE_OBJECT);
  }

  #array(values: readonly unknown[], depth: number): boolean {
    if (!this.#byte(OPEN_ARRAY)) return false;
    for (let index = 0; index < values.length; index++) {
      if (index > 0 && !this.#byte(COMMA)) return false;
      if (!this.#value(values[index], depth)) return false;
    }
    return this.#byte(CLOSE_ARRAY);
  }

  #string(text: string): boolean {
    const { length } = text;
    const bytes = this.#bytes;
    let at = this.#at;
    if (this.#until - at < length + 2) return false;
    bytes[at++] = QUOTE;
    let unusual = 0;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      unusual |= ESCAPED[code & 127]! | (code >> 7);
      bytes[at++] = code;
    }
    if (unusual !== 0) return this.#anyString(text);
    bytes[at++] = QUOTE;
    this.#at = at;
    return true;
  }

  /** One with something that is written otherwise, or as several bytes. */
  #anyString(text: string): boolean {
    const written = Buffer.from(JSON.stringify(text));
    if (this.#until - this.#at < written.length) return false;
    this.#bytes.set(written, this.#at);
    this.#at += written.length;
    return true;
  }

  #number(value: number): boolean {
    if (value >= 0 && value <= MOST_SMALL && Number.isInteger(value)) return this.#small(value);
    if (value >= FIRST_INSTANT && value < LAST_INSTANT) return this.#instant(value);
    return this.#ascii(Number.isFinite(value) ? String(value) : 'null');
  }

  #small(value: number): boolean {
    let digits = 1;
    for (let bound = 10; bound <= value; bound *= 10) digits += 1;
    return this.#digits(value, digits);
  }

  /** Thirteen digits and a fraction of four at most: as few as tell it from its neighbours. */
  #instant(value: number): boolean {
    const whole = Math.floor(value);
    const fraction = value - whole;
    const upper = Math.floor(whole / LOWER);
    if (!this.#digits(upper, 6) || !this.#digits(whole - upper * LOWER, 7)) return false;
    if (fraction === 0) return true;
    let places = 1;
    let scale = 10;
    let scaled = roundToEven(fraction * scale);
    // All of it is exact.
    while (Math.abs(scaled - fraction * scale) > INSTANT_ERROR * scale) {
      places += 1;
      scale *= 10;
      scaled = roundToEven(fraction * scale);
    }
    return this.#byte(POINT) && this.#digits(scaled, places);
  }

  #digits(value: number, count: number): boolean {
    const bytes = this.#bytes;
    const end = this.#at + count;
    if (end > this.#until) return false;
    let rest = value;
    for (let at = end - 1; at >= this.#at; at--) {
      const upper = Math.trunc(rest / 10);
      bytes[at] = ZERO + rest - upper * 10;
      rest = upper;
    }
    this.#at = end;
    return true;
  }

  #ascii(text: string): boolean {
    const { length } = text;
    const bytes = this.#bytes;
    const at = this.#at;
    if (this.#until - at < length) return false;
    for (let index = 0; index < length; index++) bytes[at + index] = text.charCodeAt(index);
    this.#at = at + length;
    return true;
  }

  #byte(byte: number): boolean {
    if (this.#at >= this.#until) return false;
    this.#bytes[this.#at++] = byte;
    return true;
  }
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
