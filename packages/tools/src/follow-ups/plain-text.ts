/** Stands where a value is missing. */
const NOT_AVAILABLE = '(not available)';
/** Said when a value is nested deeper than anybody reads. */
const TOO_DEEP = '(more)';
const MOST_DEPTH = 4;
/** Of a list or an object; the rest is counted. */
const MOST_ENTRIES = 50;

/** What is neither text nor a line break or tab: controls, and marks that turn the direction. */
const UNREADABLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** A text as it may stand in a mail: lines end in `\n`, and nothing in it is invisible. */
export function readableText(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/gu, '\n')
    .replaceAll(UNREADABLE, (mark) => (mark === '\n' || mark === '\t' ? mark : ''));
}

/** A JSON value in words: lists as lines that begin with a dash, objects as `name: value` lines. */
export function plainText(value: unknown, depth = 0): string {
  switch (typeof value) {
    case 'string':
      return value.trim() === '' ? NOT_AVAILABLE : readableText(value);
    case 'number':
      return String(value);
    case 'boolean':
      return value ? 'yes' : 'no';
    case 'object':
      return value === null ? NOT_AVAILABLE : collection(value, depth);
    default:
      return NOT_AVAILABLE;
  }
}

function collection(value: object, depth: number): string {
  if (depth >= MOST_DEPTH) return TOO_DEEP;
  const lines = Array.isArray(value)
    ? value.slice(0, MOST_ENTRIES).map((entry) => indented('- ', plainText(entry, depth + 1)))
    : Object.entries(value)
        .slice(0, MOST_ENTRIES)
        .map(([name, entry]) => field(name, entry, depth));
  const count = Array.isArray(value) ? value.length : Object.keys(value).length;
  if (count === 0) return NOT_AVAILABLE;
  if (count > MOST_ENTRIES) lines.push(`and ${count - MOST_ENTRIES} more`);
  return lines.join('\n');
}

function field(name: string, entry: unknown, depth: number): string {
  const text = plainText(entry, depth + 1);
  const label = readableText(name).replaceAll(/[_\n]+/gu, ' ');
  const isCollection = typeof entry === 'object' && text.includes('\n');
  return isCollection ? `${label}:\n${indented('  ', text)}` : indented(`${label}: `, text);
}

/** Puts a mark before the first line, and the others under it. */
function indented(mark: string, text: string): string {
  const margin = ' '.repeat(Math.min(mark.length, 2));
  return mark + text.replaceAll('\n', `\n${margin}`);
}
