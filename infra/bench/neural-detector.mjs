// What the neural turn detector costs and how soon it hears, after `npm run build`:
// node infra/bench/neural-detector.mjs
import { onsetLatencies } from './neural-detector/onset-latencies.mjs';
import { batchCosts, judgedShare } from './neural-detector/model-costs.mjs';
import { Lines } from './neural-detector/lines.mjs';
import { listen } from './neural-detector/listening.mjs';

const MEASURED_MS = 4_000;

const lines = new Lines();

console.log('microseconds of CPU for a stream’s window of 32 ms, by the windows of a batch');
for (const { batch, microseconds } of await batchCosts(lines.frames('speaking', 0))) {
  printRow([6, batch], [8, microseconds.toFixed(0)]);
}

console.log('\nwindows that the model sees, of a line on which the caller is');
for (const kind of lines.kinds) {
  const share = await judgedShare(lines.frames(kind, 0));
  printRow([-30, kind], [8, `${(100 * share).toFixed(1)} %`]);
}

console.log(
  '\nlines in real time, 20 ms frames of G.711; CPU of the detector’s thread; from the frame that ' +
    'decides a pause to its verdict, ms, p50 / p95 / max',
);
printRow(
  [7, 'streams'],
  [-32, '  callers'],
  [12, 'µs a window'],
  [12, '% of a core'],
  [15, 'streams a core'],
  [24, 'verdict'],
);
for (const [streams, kinds] of /** @type {const} */ ([
  [32, ['speaking']],
  [200, ['speaking']],
  [500, ['speaking']],
  [200, ['speaking', 'silent, digital silence']],
  [200, ['speaking', 'silent, noise at -66 dBFS']],
  [200, ['speaking', 'silent, noise at -50 dBFS']],
  [1000, ['speaking', 'silent, digital silence']],
])) {
  const heard = await listen(lines, { streams, kinds, measuredMs: MEASURED_MS });
  printRow(
    [7, streams],
    [-32, `  ${kinds.length === 1 ? 'all speaking' : `half ${kinds[1]}`}`],
    [12, ((1000 * heard.cpuMs) / heard.windows).toFixed(0)],
    [12, (100 * heard.coreShare).toFixed(1)],
    [15, (streams / heard.coreShare).toFixed(0)],
    [24, quantiles(heard.latenciesMs)],
  );
}

const onsets = await onsetLatencies();
console.log(
  `\nfrom the first sound above -45 dBFS to speech started, ms, p50 / p95 / max, ` +
    `${onsets.length} onsets of G.711 speech in real time`,
);
console.log(`  ${quantiles(onsets)}`);
process.exit(0);

/**
 * Prints cells to the right of their width, or to the left where it is negative.
 * @param {...readonly [width: number, cell: string | number]} cells
 */
function printRow(...cells) {
  const padded = cells.map(([width, cell]) =>
    width < 0 ? `${cell}`.padEnd(-width) : `${cell}`.padStart(width),
  );
  console.log(padded.join(''));
}

/** @param {readonly number[]} values */
function quantiles(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (/** @type {number} */ share) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(1);
  return `${at(0.5)} / ${at(0.95)} / ${at(1)}`;
}
