/** One line of a metric: its name, its labels and its value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a scrape says. */
export interface Scrape {
  /** By metric: `counter`, `gauge` or `histogram`. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
}

const NAME = /^[a-z_:][\w:]*$/iu;
const SAMPLE = /^(?<name>[\w:]+)(?:\{(?<labels>.*)\})? (?<value>\S+)$/u;
const LABEL = /(?<name>[a-z_]\w*)="(?<value>(?:[^"\\]|\\["\\n])*)"(?:,|$)/giuy;

/** Reads the Prometheus text format, version 0.0.4; throws at the first line that is none of it. */
export function readPrometheusText(text: string): Scrape {
  if (!text.endsWith('\n')) throw new Error('The last line has no end.');
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.trimEnd().split('\n')) {
    if (!line.startsWith('#')) samples.push(sampleOf(line));
    // Other keywords are comments.
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/u.exec(line) ?? [];
    if (name === '') continue;
    if (!NAME.test(name) || types.has(name)) throw new Error(`No new metric: ${line}`);
    types.set(name, type);
  }
  return { types, samples };
}

function sampleOf(line: string): Sample {
  const { name = '', labels = '', value = '' } = SAMPLE.exec(line)?.groups ?? {};
  const found = [...labels.matchAll(LABEL)];
  const readLength = found.reduce((length, [all]) => length + all.length, 0);
  const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
  if (name === '' || readLength !== labels.length || Number.isNaN(number)) {
    throw new Error(`No sample: ${line}`);
  }
  return {
    name,
    labels: Object.fromEntries(found.map(({ groups }) => [groups!['name']!, groups!['value']!])),
    value: number,
  };
}
