// What each engine costs beside the stub, in the same minutes: npm run bench:engines [sessions]
// [seconds] [passes]. Each engine is called by as many callers, against a server of its own; models and
// providers are local servers that answer at once, or with the delays of hosted ones.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CLI = fileURLToPath(new URL('../../apps/cli/bin/antiphon.js', import.meta.url));

const [sessions = '50', seconds = '15', passes = '3'] = process.argv.slice(2);

/**
 * @typedef {object} Load what `antiphon load --json` tells, as far as it is used here
 * @property {Readonly<Record<string, { p50: number, p95: number } | undefined>>} milliseconds
 * @property {{ cpuPercentPerSession: number, residentBytesPerSession: number | null } | null} server
 * @property {{ frames: number, lateFrames: number }} driver
 * @property {Readonly<Record<string, number>>} errors
 */

/** @typedef {(load: Load, stub: Load) => number | null | undefined} Figure of an engine, beside the stub in the same pass */
/** @typedef {[name: string, of: Figure, most: number, unit: string]} Row */

/** @type {Row} */
const MEMORY = [
  'memory a session',
  // What cannot be told from what varies is less than that.
  ({ server }) => (server?.residentBytesPerSession ?? 0) / 1024 / 1024,
  1.5,
  'MiB',
];
/** @type {Row[]} */
const RELAY = [
  // A turn goes to the model and comes back.
  [
    'added to the stub’s turn overhead each way, p95',
    (relay, stub) => (p95(relay, 'turnOverhead') - p95(stub, 'turnOverhead')) / 2,
    5,
    'ms',
  ],
  ['CPU, to the stub’s', (relay, stub) => cpu(relay) / cpu(stub), 1.5, '×'],
  MEMORY,
];
/** @type {Row} */
const OVER_PROVIDERS = [
  'added to the providers’ delays, p95',
  (cascade) => p95(cascade, 'overProviders'),
  15,
  'ms',
];

/** @type {{ title: string, given: string[], rows: Row[] }[]} */
const ENGINES = [
  {
    title: 'stub',
    given: ['stub'],
    rows: [['turn overhead, p95', (stub) => p95(stub, 'turnOverhead'), 20, 'ms']],
  },
  { title: 'openai-realtime', given: ['openai-realtime'], rows: RELAY },
  { title: 'gemini-live', given: ['gemini-live'], rows: RELAY },
  { title: 'cascade', given: ['cascade'], rows: [OVER_PROVIDERS, MEMORY] },
  {
    title: 'cascade, delays of hosted providers (100, 150, 80 ms)',
    given: ['cascade', '--provider-delays', 'hosted'],
    rows: [
      ['post-endpoint, p50', (hosted) => p50(hosted, 'postEndpoint'), 350, 'ms'],
      [
        'post-endpoint of answers not made ready, p50',
        (hosted) => p50(hosted, 'notMadeReady'),
        350,
        'ms',
      ],
      ['post-endpoint of answers made ready, p50', (hosted) => p50(hosted, 'madeReady'), 150, 'ms'],
      OVER_PROVIDERS,
      MEMORY,
    ],
  },
  {
    title: 'the same, asked for final words in pauses',
    given: ['cascade', '--provider-delays', 'hosted', '--finalizes-pauses'],
    rows: [['post-endpoint, p50', (hosted) => p50(hosted, 'postEndpoint'), 150, 'ms'], MEMORY],
  },
];

/** @type {Load[][]} by pass, and in it by engine */
const told = [];
for (let pass = 0; pass < Number(passes); pass++) {
  /** @type {Load[]} */
  const loads = [];
  for (const { title, given } of ENGINES) {
    process.stderr.write(`pass ${pass + 1} of ${passes}: ${title}\n`);
    loads.push(await load(given));
  }
  told.push(loads);
}

let isMissed = false;
console.log(
  `${sessions} sessions, ${seconds} s each, ${passes} passes; each figure, the median of the passes ` +
    'and their range, its target, and whether the median meets it',
);
for (const [index, { title, rows }] of ENGINES.entries()) print(title, index, rows);
console.log(isMissed ? 'not all targets are met' : 'all targets are met');

/**
 * @param {string[]} given
 * @returns {Promise<Load>}
 */
async function load([engine = '', ...options]) {
  const asked = ['--engine', engine, '--sessions', sessions, '--duration', seconds, ...options];
  // Errors of calls are in what it tells.
  const { stdout } = await promisify(execFile)(process.execPath, [
    CLI,
    'load',
    '--json',
    ...asked,
  ]).catch((error) => {
    if (error.stdout) return error;
    throw error;
  });
  return JSON.parse(stdout);
}

/**
 * @param {string} title
 * @param {number} index
 * @param {Row[]} rows
 */
function print(title, index, rows) {
  const loads = told.map((pass) => /** @type {Load} */ (pass[index]));
  const pair = (/** @type {string} */ name) =>
    [p50, p95].map((of) => median(loads.map((one) => of(one, name))).toFixed(1)).join(' / ');
  console.log(`\n${title}`);
  console.log(
    `  turn overhead p50 / p95 ${pair('turnOverhead')} ms, post-endpoint ${pair('postEndpoint')} ms`,
  );
  const late = median(loads.map(({ driver }) => (100 * driver.lateFrames) / driver.frames));
  console.log(
    `  server CPU ${median(loads.map(cpu)).toFixed(2)} % of a core a session; ` +
      `${late.toFixed(2)} % of the callers’ frames late`,
  );
  for (const [name, of, most, unit] of rows) {
    const all = told.map(
      (pass, at) => of(/** @type {Load} */ (loads[at]), /** @type {Load} */ (pass[0])) ?? NaN,
    );
    const isMet = median(all) <= most;
    isMissed ||= !isMet;
    const range = `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`;
    const figure = `${median(all).toFixed(2).padStart(8)} (${range}) ${unit}`.padEnd(30);
    console.log(`  ${name.padEnd(50)}${figure} ≤ ${most} ${unit}   ${isMet ? 'met' : 'MISSED'}`);
  }
  for (const { errors } of loads) {
    for (const [error, count] of Object.entries(errors)) {
      isMissed = true;
      console.log(`  ${count} × ${error}`);
    }
  }
}

/**
 * @param {Load} load
 * @param {string} name
 */
function p50({ milliseconds }, name) {
  return milliseconds[name]?.p50 ?? NaN;
}

/**
 * @param {Load} load
 * @param {string} name
 */
function p95({ milliseconds }, name) {
  return milliseconds[name]?.p95 ?? NaN;
}

/** @param {Load} load */
function cpu({ server }) {
  return server?.cpuPercentPerSession ?? NaN;
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
