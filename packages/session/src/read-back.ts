import { withoutPlaceholders } from './secure-entries.ts';

/** What is said before a call that needs consent. */
export interface ReadBack {
  /** Words joined by single spaces. */
  readonly text: string;
  /** How many words of the text, from its start, the caller must have heard. */
  readonly keyWordCount: number;
}

/** Why nothing can be read back; `reason` says it to the model and holds no value. */
export interface ReadBackFault {
  readonly reason: string;
}

/** A longer value cannot be kept in mind, so a yes to it means nothing. */
const MOST_VALUE_CHARACTERS = 120;
/** More list items than a caller can follow. */
const MOST_LIST_ITEMS = 3;

/** Stands for the end of the part in brackets while the text is put together. */
const KEY_END = '\u0000';

/**
 * Fills `{argument}` and `{argument.field}` of a template such as
 * `[Cancel order {order_id}]. Shall I?` from a call's arguments, JSON text. The brackets go; up to
 * the end of what they held (of the last pair; of the whole text, where there is none) the words
 * must be played. Values are said as they are written, without markdown, braces and line breaks;
 * lists of up to three are joined. It is a fault when a value is missing, is no text, number,
 * boolean or list of them, is longer than 120 characters, or has nothing to say.
 */
export function readBackOf(template: string, argsJson: string): ReadBack | ReadBackFault {
  const args = objectOf(argsJson);
  if (!args) return { reason: 'The arguments are no JSON object.' };
  const marked = template.replaceAll('[', '').replaceAll(']', KEY_END);
  let reason: string | null = null;
  const filled = marked.replaceAll(/\{([^{}]*)\}/gu, (_gap, path: string) => {
    const value = spokenValue(valueAt(args, path.trim().split('.')));
    if ('reason' in value) reason ??= `The argument ${path.trim()} ${value.reason}.`;
    return 'text' in value ? value.text : '';
  });
  if (reason !== null) return { reason };
  const keyEnd = filled.lastIndexOf(KEY_END);
  const text = spaced(filled.replaceAll(KEY_END, ''));
  if (text === '') return { reason: 'The read-back has no words.' };
  const key = keyEnd < 0 ? text : spaced(filled.slice(0, keyEnd).replaceAll(KEY_END, ''));
  return { text, keyWordCount: Math.max(1, key.split(' ').length) };
}

function objectOf(json: string): object | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function valueAt(args: object, path: readonly string[]): unknown {
  let value: unknown = args;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

type SpokenValue = { readonly text: string } | { readonly reason: string };

function spokenValue(value: unknown): SpokenValue {
  if (value === undefined || value === null) return { reason: 'is missing' };
  if (Array.isArray(value)) return spokenList(value);
  const scalar = scalarText(value);
  if (scalar === null) return { reason: 'cannot be read aloud' };
  const written = withoutPlaceholders(scalar);
  if (written.length > MOST_VALUE_CHARACTERS) return { reason: 'is too long to be read back' };
  const text = speakable(written);
  return /[\p{L}\p{N}]/u.test(text) ? { text } : { reason: 'has nothing to read aloud' };
}

function spokenList(values: readonly unknown[]): SpokenValue {
  if (values.length > MOST_LIST_ITEMS) return { reason: 'has too many items to be read back' };
  const texts: string[] = [];
  for (const value of values) {
    const item: SpokenValue = Array.isArray(value)
      ? { reason: 'cannot be read aloud' }
      : spokenValue(value);
    if ('reason' in item) return item;
    texts.push(item.text);
  }
  if (texts.length === 0) return { reason: 'is empty' };
  const last = texts.pop()!;
  return { text: texts.length === 0 ? last : `${texts.join(', ')} and ${last}` };
}

function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return null;
  const digits = String(value);
  return digits.includes('e') ? null : digits;
}

/** A value in one line of plain words; an underscore stays inside a name. */
function speakable(written: string): string {
  return spaced(
    written
      .normalize('NFC')
      .replaceAll(/\s+/gu, ' ')
      .replaceAll(/[\p{C}\p{Extended_Pictographic}\uFE0F]/gu, '')
      .replaceAll(/[*`~#|<>{}[\]\\]|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
      .replaceAll(/^[\s>+-]+(?=[^\d\s])/gu, ''),
  );
}

function spaced(text: string): string {
  return text.split(/\s+/u).filter(Boolean).join(' ');
}
