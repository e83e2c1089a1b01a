/** What a JSON value of a client event may be, as the protocol's documents put it. */
export type Shape =
  | TextShape
  | NumberShape
  | { readonly is: 'flag' }
  | { readonly is: 'word'; readonly words: readonly string[]; readonly samples: readonly string[] }
  | { readonly is: 'constant'; readonly value: number | false }
  | { readonly is: 'list'; readonly of: Shape; readonly min: number }
  | RecordShape
  /** Up to 16 pairs of texts, of up to 64 and 512 characters. */
  | { readonly is: 'pairs' }
  /** Any JSON object of up to 64 levels. */
  | { readonly is: 'json' }
  | { readonly is: 'anything' }
  | { readonly is: 'either'; readonly shapes: readonly Shape[] };

interface TextShape {
  readonly is: 'text';
  /** In characters. */
  readonly min: number;
  readonly max: number;
  /** `name` is 1 to 64 letters, digits, underscores or hyphens. */
  readonly form: 'any' | 'name' | 'base64';
  /** Values to choose among, more often those that stand here more often; any when there are none. */
  readonly samples: readonly string[];
}

interface NumberShape {
  readonly is: 'number';
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
  /** Values to choose among; any when there are none. */
  readonly samples: readonly number[];
}

export interface RecordShape {
  readonly is: 'record';
  readonly members: Readonly<Record<string, Member>>;
  /** Whether a member that is not named here is a fault; it is passed over otherwise. */
  readonly isStrict: boolean;
  /** Members of the other dialect that a confused client may put here. */
  readonly foreign: readonly string[];
}

/** A member of a record. */
export interface Member {
  readonly shape: Shape;
  /** `other` is a fault too, but what is told is what another alternative lacks. */
  readonly absence: 'fault' | 'fine' | 'other';
  /** Null stands for an absent member or for "off", or is a fault, or means something else. */
  readonly nulls: 'taken' | 'refused' | 'unused';
  /** How often it is there: one in so many. */
  readonly oneIn: number;
}

/** A text of any length unless said. */
export const text = ({
  min = 0,
  max = Infinity,
  form = 'any',
  samples = [],
}: Partial<TextShape> = {}): Shape => ({ is: 'text', min, max, form, samples });

export const whole = (min: number, max = Infinity, samples: readonly number[] = []): Shape => ({
  is: 'number',
  min,
  max,
  isWhole: true,
  samples,
});

export const decimal = (min: number, max: number, samples: readonly number[] = []): Shape => ({
  is: 'number',
  min,
  max,
  isWhole: false,
  samples,
});

export const flag: Shape = { is: 'flag' };
export const pairs: Shape = { is: 'pairs' };
export const json: Shape = { is: 'json' };
export const anything: Shape = { is: 'anything' };

export const word = (...words: readonly string[]): Shape => ({ is: 'word', words, samples: words });

/** A word of which clients mostly say the first. */
export const mostly = (first: string, ...others: readonly string[]): Shape => ({
  is: 'word',
  words: [first, ...others],
  samples: [...Array.from({ length: 60 }, () => first), ...others],
});

export const constant = (value: number | false): Shape => ({ is: 'constant', value });

export const list = (of: Shape, min = 0): Shape => ({ is: 'list', of, min });

/** The alternatives that fit a value are told apart by its kind, its `type` and its `role`. */
export const either = (...shapes: readonly Shape[]): Shape => ({ is: 'either', shapes });

/** A record whose unknown members are passed over. */
export const loose = (members: Readonly<Record<string, Member>>): RecordShape => ({
  is: 'record',
  members,
  isStrict: false,
  foreign: [],
});

/** A record whose unknown members are faults. */
export const strict = (
  members: Readonly<Record<string, Member>>,
  foreign: readonly string[] = [],
): RecordShape => ({ is: 'record', members, isStrict: true, foreign });

export const required = (shape: Shape): Member => ({
  shape,
  absence: 'fault',
  nulls: 'refused',
  oneIn: 1,
});

/** What makes a record one of an older form; without it, it is one of the current form. */
export const older = (shape: Shape): Member => ({ ...required(shape), absence: 'other' });

/** Always there, though it need not be. */
export const given = (shape: Shape): Member => ({
  shape,
  absence: 'fine',
  nulls: 'taken',
  oneIn: 1,
});

export const optional = (shape: Shape, oneIn = 5): Member => ({
  shape,
  absence: 'fine',
  nulls: 'taken',
  oneIn,
});

/** May be absent but not null. */
export const optionalNotNull = (shape: Shape, oneIn = 5): Member => ({
  shape,
  absence: 'fine',
  nulls: 'refused',
  oneIn,
});
