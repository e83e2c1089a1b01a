import fc from 'fast-check';
import type { Member, RecordShape, Shape } from './shapes.ts';

/** A member that no shape names; loose records pass over it. */
export const STRANGER = 'x_not_of_the_protocol';

/** Texts that break what is careless: quotes, halves of characters, names that every object has. */
const HARD_TEXTS = [
  'x',
  'Where is my order 4471?',
  '__proto__',
  'constructor',
  '"}],{[',
  '\\u0000\\',
  '\u0000\u001b[31m\u2028\u2029\ufeff',
  '\ud83d',
  '😀 ÄÖÜ 你好 مرحبا',
  '</script><!--',
  'y'.repeat(255),
];

const NAMES = ['f', 'get_order', 'lookup_order', 'constructor', '__proto__', 'A'.repeat(64), '-'];

/** `→audio:N` is resolved to the base64 of N bytes. */
const AUDIO = [0, 2, 2, 320, 960, 960, 960, 4_800, 4_800, 9_600, 24_000, 48_000, 1, 959, 160];
const SOUNDS = AUDIO.map((bytes) => `→audio:${bytes}`);

/** JSON of so many levels of arrays inside an object. */
export function deepObject(levels: number): Record<string, unknown> {
  let value: unknown = [];
  for (let level = 2; level < levels; level++) value = [value];
  return { a: value };
}

const OBJECTS = [
  {},
  { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
  JSON.parse('{"__proto__":{"x":1},"constructor":null,"toString":[1,2.5,"x",true]}') as object,
  deepObject(60),
];

const THINGS = [null, 0, -1.5e300, true, '', 'text', [], {}, [[{}]], deepObject(40)];

const PAIR_KEYS = ['a', 'b', 'client_event_id', 'constructor', 'k'.repeat(64), ''];

/** Texts of so many UTF-16 units, halves of characters among them. */
export const textsUpTo = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0, max: 0xffff })), {
      minLength: 1,
      maxLength,
    })
    .map((units) => String.fromCharCode(...units));

const someTexts = textsUpTo(8);

/** Values that fit the shape. Texts that begin with an arrow are to be resolved. */
export function valuesOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.is) {
    case 'text':
      return textsOf(shape);
    case 'number':
      return numbersOf(shape);
    case 'flag':
      return fc.boolean();
    case 'word':
      return fc.constantFrom(...shape.samples);
    case 'constant':
      return fc.constant(shape.value);
    case 'list': {
      const bounds = { minLength: shape.min, maxLength: shape.min + 2 };
      return fc.array(valuesOf(shape.of), bounds);
    }
    case 'record':
      return recordsOf(shape);
    case 'pairs': {
      const value = fc.constantFrom('', 'v', '"\\', 'w'.repeat(512));
      const entries = fc.array(fc.tuple(fc.constantFrom(...PAIR_KEYS), value), { maxLength: 3 });
      return entries.map((list) => Object.fromEntries(list));
    }
    case 'json':
      return fc.constantFrom(...OBJECTS);
    case 'anything':
      return fc.constantFrom(...THINGS);
    case 'either':
      return fc.oneof(...shape.shapes.map(valuesOf));
  }
}

function textsOf({ min, max, form, samples }: Shape & { is: 'text' }): fc.Arbitrary<string> {
  if (samples.length > 0) return fc.constantFrom(...samples);
  if (form === 'name') return fc.constantFrom(...NAMES);
  if (form === 'base64') return fc.constantFrom(...SOUNDS);
  const hard = HARD_TEXTS.filter((sample) => sample.length >= min && sample.length <= max);
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...hard) }, someTexts);
}

function numbersOf({ min, max, isWhole, samples }: Shape & { is: 'number' }) {
  if (samples.length > 0) return fc.constantFrom(...samples);
  const most = Math.min(max, Number.MAX_SAFE_INTEGER);
  const middle = Math.min(most, Math.max(min, 500));
  if (isWhole) return fc.constantFrom(min, min + 1, middle, most);
  return fc.constantFrom(min, (min + max) / 2, min + (max - min) / 3, max);
}

function recordsOf({ members, isStrict }: RecordShape): fc.Arbitrary<Record<string, unknown>> {
  const models: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, member] of Object.entries(members)) models[name] = memberOf(member);
  if (!isStrict) {
    const stranger = fc.constantFrom(...THINGS);
    models[STRANGER] = fc.oneof({ weight: 19, arbitrary: fc.constant(undefined) }, stranger);
  }
  return fc.record(models, { noNullPrototype: true }).map(withoutUndefined);
}

function memberOf({ shape, nulls, oneIn }: Member): fc.Arbitrary<unknown> {
  const values =
    nulls === 'taken'
      ? fc.oneof({ weight: 9, arbitrary: valuesOf(shape) }, fc.constant(null))
      : valuesOf(shape);
  if (oneIn === 1) return values;
  return fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, values);
}

function withoutUndefined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
