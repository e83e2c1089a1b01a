/** `orderStatus` and `orderID()`; not iPhone, eBay, macOS, McDonald or PayPal. */
const CAMEL =
  /(?<![\w.@/$-])([a-z]{2,}(?:[A-Z][a-z]+)*(?:[A-Z][a-z]+|IDs?|URL))(?:\(\))?(?![\w@/-]|\.\w)/g;

/** `$.data.items[0].name`, `items[0].name`. */
const PATH =
  /(?<![\w.@/])(?:\$(?=[.[])|[A-Za-z_]\w*(?=\[))(?:\.[A-Za-z_]\w*|\[(?:\d+|\*|'\w+')\])+/g;

/** `customer.order.id`. */
const DOTTED = /(?<![\w.@/-])[a-z][A-Za-z_]+(?:\.[a-z][A-Za-z_]+)+(?:\(\))?(?![\w@/-]|\.\w)/g;

/** Last parts of names in the web and of files. */
const DOMAINS = new Set(
  [
    'com org net io co ai app dev gov edu mil int us uk de fr es it nl be at ch eu ca au nz jp cn',
    'in br mx ie se no fi dk pl pt ru za kr sg hk tv me ly fm gg biz shop store online site tech',
    'pdf csv txt doc docx xls xlsx js ts py html json xml png jpg jpeg gif zip md exe mp mov wav',
  ].flatMap((line) => line.split(' ')),
);

/** Last parts of a name of two: `order.status`. */
const FIELDS = new Set(
  'id ids status name type data items value total date count state code amount price number'.split(
    ' ',
  ),
);

/** Without the marks that only programs have in names: what is left are their words. */
export function withoutFieldMarks(word: string): string {
  if (word.includes('@')) return word;
  return word
    .replaceAll(PATH, (path) => words(path.replace('$', '').replaceAll(/\[[^\]]*\]/g, '')))
    .replaceAll(DOTTED, (name) => (isField(name) ? words(name) : name))
    .replaceAll(CAMEL, (_, name: string) => words(name));
}

function isField(name: string): boolean {
  const parts = name.replace('()', '').split('.');
  const last = parts.at(-1)!;
  if (DOMAINS.has(last) || parts.some((part) => part.length < 2)) return false;
  // A country's "id" follows its "co".
  if (last === 'id' && /^(?:co|ac|go|or|web)$/.test(parts.at(-2)!)) return false;
  return parts.length > 2 || FIELDS.has(last) || /[a-z](?:_|[A-Z])/.test(name);
}

function words(name: string): string {
  return name
    .replace('()', '')
    .replaceAll(/[._]+/g, ' ')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .trim()
    .split(' ')
    .map((part) => (/^[A-Z][a-z]+$/.test(part) ? part.toLowerCase() : part))
    .join(' ');
}
