import { isRecord } from './paths.ts';
import type { Path } from './paths.ts';
import { paramOf } from './paths.ts';
import { deepObject, STRANGER } from './shape-values.ts';
import type { Member, RecordShape, Shape } from './shapes.ts';

/** What a client is to be told of an event that is wrong. */
export interface ExpectedFault {
  readonly code: string;
  readonly param: string | null;
}

/** One way to break a value that fits: put `value` at `path`, or take away what is there. */
export interface Damage {
  readonly path: Path;
  /** Undefined takes the member away. */
  readonly value: unknown;
  /** What is told about that place. */
  readonly code: string;
}

type Kind = 'text' | 'number' | 'flag' | 'list' | 'record';

/** A value of each kind, and null, which is of none. */
const VALUE_OF_KIND: Readonly<Record<Kind, unknown>> = {
  text: 'text',
  number: 7,
  flag: true,
  list: [],
  record: {},
};

/** Deeper than any JSON that is taken as it is. */
const TOO_DEEP = deepObject(80);

/** Members of no event; some are members of every object. */
const UNKNOWN_MEMBERS = ['x', 'constructor', '__proto__', 'toString', 'hasOwnProperty'];

/** What the client is to be told of the damage. */
export const faultOf = ({ code, path }: Damage): ExpectedFault => ({ code, param: paramOf(path) });

/** Every single way in which a value that fits the shape is broken here, and what follows from it. */
export function damagesOf(shape: Shape, value: unknown, path: Path): Damage[] {
  return [...wrongKinds(shape, path), ...insideDamages(shape, value, path)];
}

/** Values that are not of the shape's kind; `null` is dealt with by whoever holds the value. */
function wrongKinds(shape: Shape, path: Path): Damage[] {
  const kinds = kindsOf(shape);
  if (kinds === null) return [];
  const wrong = Object.keys(VALUE_OF_KIND).filter((kind) => !kinds.includes(kind as Kind));
  const values = wrong.map((kind) => VALUE_OF_KIND[kind as Kind]);
  const isWhole = partsOf(shape).some((part) => part.is === 'number' && part.isWhole);
  return [...values, ...(isWhole ? [1.5] : [])].map((value) => invalid('type', path, value));
}

/** The kinds that the shape takes; null when it takes anything. */
function kindsOf(shape: Shape): Kind[] | null {
  switch (shape.is) {
    case 'text':
    case 'word':
      return ['text'];
    case 'number':
    case 'flag':
    case 'list':
    case 'record':
      return [shape.is];
    case 'constant':
      return [shape.value === false ? 'flag' : 'number'];
    case 'pairs':
    case 'json':
      return ['record'];
    case 'anything':
      return null;
    case 'either':
      return shape.shapes.flatMap((part) => kindsOf(part) ?? []);
  }
}

const partsOf = (shape: Shape): readonly Shape[] =>
  shape.is === 'either' ? shape.shapes : [shape];

/** Values of the right kind that are wrong all the same. */
function insideDamages(shape: Shape, value: unknown, path: Path): Damage[] {
  switch (shape.is) {
    case 'text':
      return textDamages(shape, path);
    case 'number':
      return numberDamages(shape, path);
    case 'word':
      return ['no such word', 'constructor', ''].map((word) => invalid('value', path, word));
    case 'constant':
      return [invalid('value', path, shape.value === false ? true : shape.value + 1)];
    case 'list':
      return listDamages(shape, value, path);
    case 'record':
      return isRecord(value) ? recordDamages(shape, value, path) : [];
    case 'pairs':
      return pairDamages(path);
    case 'json':
      return [invalid('value', path, TOO_DEEP)];
    case 'flag':
    case 'anything':
      return [];
    case 'either': {
      const part = shape.shapes.find((candidate) => fits(candidate, value));
      return part ? insideDamages(part, value, path) : [];
    }
  }
}

function textDamages({ min, max, form }: Shape & { is: 'text' }, path: Path): Damage[] {
  if (form === 'name') {
    return ['', 'two words', 'A'.repeat(65)].map((name) => invalid('value', path, name));
  }
  if (form === 'base64') {
    return ['%%%%', 'AAA', 'AA=A', 'AA_-', 'AAAA\n', 'AAAÄ'].map((text) =>
      invalid('value', path, text),
    );
  }
  return [
    ...(min > 0 ? [invalid('value', path, '')] : []),
    ...(max < Infinity ? [invalid('value', path, 'x'.repeat(max + 1))] : []),
  ];
}

function numberDamages({ min, max, isWhole }: Shape & { is: 'number' }, path: Path): Damage[] {
  const most = isWhole ? Math.min(max, Number.MAX_SAFE_INTEGER) : max;
  return [min - 1, most + 1].filter(Number.isFinite).map((value) => invalid('value', path, value));
}

function listDamages(shape: Shape & { is: 'list' }, value: unknown, path: Path): Damage[] {
  const entries = Array.isArray(value) ? value : [];
  return [
    ...(shape.min > 0 ? [invalid('value', path, [])] : []),
    ...entries.flatMap((entry, index) => {
      const at = [...path, index];
      return [invalid('type', at, null), ...damagesOf(shape.of, entry, at)];
    }),
  ];
}

function recordDamages(
  { members, isStrict, foreign }: RecordShape,
  record: Readonly<Record<string, unknown>>,
  path: Path,
): Damage[] {
  const strangers = isStrict ? [...UNKNOWN_MEMBERS, ...foreign] : [];
  return [
    ...strangers.map((name) => {
      const at = [...path, name];
      return { path: at, value: 1, code: 'unknown_parameter' };
    }),
    ...Object.entries(members).flatMap(([name, member]) =>
      memberDamages(member, record[name], [...path, name]),
    ),
  ];
}

function memberDamages({ shape, absence, nulls }: Member, value: unknown, at: Path): Damage[] {
  const code = 'missing_required_parameter';
  return [
    ...(absence === 'fault' ? [{ path: at, value: undefined, code }] : []),
    ...(nulls === 'refused' ? [invalid('type', at, null)] : []),
    ...(value === undefined || value === null
      ? wrongKinds(shape, at)
      : damagesOf(shape, value, at)),
  ];
}

function pairDamages(path: Path): Damage[] {
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v']));
  const at = [...path, 'k'];
  return [
    invalid('value', path, many),
    invalid('value', path, { ['k'.repeat(65)]: 'v' }),
    invalid('type', at, 1),
    invalid('type', at, null),
    invalid('type', at, {}),
    invalid('value', at, 'w'.repeat(513)),
  ];
}

/** Whether the value is of this alternative, if it is of any. */
function fits(shape: Shape, value: unknown): boolean {
  switch (shape.is) {
    case 'text':
      return typeof value === 'string';
    case 'word':
      return typeof value === 'string' && shape.words.includes(value);
    case 'number':
      return typeof value === 'number';
    case 'constant':
      return value === shape.value;
    case 'list':
      return Array.isArray(value) && value.every((entry) => fits(shape.of, entry));
    case 'either':
      return shape.shapes.some((part) => fits(part, value));
    case 'record': {
      if (!isRecord(value)) return false;
      const names = Object.keys(value).filter((name) => name !== STRANGER);
      return (
        names.every((name) => Object.hasOwn(shape.members, name)) &&
        Object.entries(shape.members).every(([name, member]) => hasFitting(member, value, name))
      );
    }
    default:
      return true;
  }
}

function hasFitting(
  { shape, absence }: Member,
  record: Readonly<Record<string, unknown>>,
  name: string,
): boolean {
  if (!Object.hasOwn(record, name)) return absence === 'fine';
  return record[name] === null || fits(shape, record[name]);
}

function invalid(what: 'type' | 'value', path: Path, value: unknown): Damage {
  return { path, value, code: `invalid_${what}` };
}
