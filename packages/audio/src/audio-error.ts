/**
 * What went wrong, one code per kind of failure.
 *
 * - `buffer_too_small`: an `out` array is shorter than the result.
 * - `invalid_argument`: a rate, size or count that no call can work with; a programming mistake.
 * - `malformed_wav`: RIFF/WAVE whose chunks contradict each other or come in an unusable order.
 * - `not_wav`: the bytes do not start with a RIFF/WAVE header.
 * - `odd_length`: a length that is not a whole number of samples or of sample frames.
 * - `truncated_wav`: the bytes end inside a header or chunk.
 * - `unsupported_wav`: well-formed WAV in a coding other than 16-bit PCM, mu-law and A-law.
 */
export type AudioErrorCode =
  | 'buffer_too_small'
  | 'invalid_argument'
  | 'malformed_wav'
  | 'not_wav'
  | 'odd_length'
  | 'truncated_wav'
  | 'unsupported_wav';

/** The only error this package throws; `byteOffset` is set when one byte of the input is to blame. */
export class AudioError extends Error {
  override readonly name = 'AudioError';
  readonly code: AudioErrorCode;
  readonly byteOffset: number | undefined;

  constructor(code: AudioErrorCode, message: string, byteOffset?: number) {
    super(message);
    this.code = code;
    this.byteOffset = byteOffset;
  }
}

/** Throws `buffer_too_small` unless an `out` array of `given` elements can take `needed`. */
export function requireRoom(given: number, needed: number): void {
  if (given >= needed) return;
  throw new AudioError(
    'buffer_too_small',
    `out holds ${given} elements but the result has ${needed}; pass a longer array or none`,
  );
}

/** Throws `invalid_argument` unless `value` is an integer of at least `minimum`. */
export function requireInteger(name: string, value: number, minimum: number): void {
  if (Number.isSafeInteger(value) && value >= minimum) return;
  throw new AudioError(
    'invalid_argument',
    `${name} is ${value}; it must be an integer of at least ${minimum}`,
  );
}
