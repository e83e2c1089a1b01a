// What each engine costs beside the stub, in the same minutes: npm run bench:engines [sessions]
// [seconds]. Each engine is called by as many callers, against a server of its own; models and
// providers are local servers that answer at once, or with the delays of hosted ones.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CLI = fileURLToPath(new URL('../../apps/cli/bin/antiphon.js', import.meta.url));

const [sessions = '50', seconds = '15'] = process.argv.slice(2);

/**
 * @typedef {object} Load what `antiphon load --json` tells, as far as it is used here
 * @property {Readonly<Record<string, { p50: number, p95: number } | undefined>>} milliseconds
 * @property {{ cpuPercentPerSession: number, residentBytesPerSession: number | null } | null} server
 * @property {{ frames: number, lateFrames: number }} driver
 * @property {Readonly<Record<string, number>>} errors
 */

/** @typedef {[figure: string, measured: number | null | undefined, most: number, unit: string]} Row */

/** @type {Load} */
const stub = await load('stub');
const stubCpu = stub.server?.cpuPercentPerSession ?? NaN;
let isMissed = false;
console.log(
  `${sessions} sessions, ${seconds} s each; each figure, its target, and whether it is met`,
);
print('stub', stub, [['turn overhead, p95', stub.milliseconds['turnOverhead']?.p95, 20, 'ms']]);
for (const engine of ['openai-realtime', 'gemini-live']) {
  const relay = await load(engine);
  print(engine, relay, [
    ['added to the stub’s turn overhead each way, p95', perWay(relay), 5, 'ms'],
    ['CPU, to the stub’s', (relay.server?.cpuPercentPerSession ?? NaN) / stubCpu, 1.5, '×'],
    memory(relay),
  ]);
}
const cascade = await load('cascade');
print('cascade', cascade, [
  ['added to the providers’ delays, p95', cascade.milliseconds['overProviders']?.p95, 15, 'ms'],
  memory(cascade),
]);
const hosted = await load('cascade', '--provider-delays', 'hosted');
const { postEndpoint, madeReady, notMadeReady, overProviders } = hosted.milliseconds;
print('cascade, delays of hosted providers (100, 150, 80 ms)', hosted, [
  ['post-endpoint, p50', postEndpoint?.p50, 350, 'ms'],
  ['post-endpoint of answers not made ready, p50', notMadeReady?.p50, 350, 'ms'],
  ['post-endpoint of answers made ready, p50', madeReady?.p50, 150, 'ms'],
  ['added to the providers’ delays, p95', overProviders?.p95, 15, 'ms'],
  memory(hosted),
]);
console.log(isMissed ? 'not all targets are met' : 'all targets are met');

/**
 * @param {string} engine
 * @param {string[]} options
 * @returns {Promise<Load>}
 */
async function load(engine, ...options) {
  const given = ['--engine', engine, '--sessions', sessions, '--duration', seconds, ...options];
  // Errors of calls are in what it tells.
  const { stdout } = await promisify(execFile)(process.execPath, [
    CLI,
    'load',
    '--json',
    ...given,
  ]).catch((error) => {
    if (error.stdout) return error;
    throw error;
  });
  return JSON.parse(stdout);
}

/**
 * A turn goes to the model and comes back.
 * @param {Load} relay
 */
function perWay(relay) {
  const overhead = relay.milliseconds['turnOverhead']?.p95 ?? NaN;
  return (overhead - (stub.milliseconds['turnOverhead']?.p95 ?? NaN)) / 2;
}

/**
 * @param {Load} result
 * @returns {Row}
 */
function memory({ server }) {
  const bytes = server?.residentBytesPerSession;
  // What cannot be told from what varies is less than that.
  return ['memory a session', (bytes ?? 0) / 1024 / 1024, 1.5, 'MiB'];
}

/**
 * @param {string} title
 * @param {Load} result
 * @param {Row[]} rows
 */
function print(title, { milliseconds, server, driver, errors }, rows) {
  const { turnOverhead: overhead, postEndpoint: after } = milliseconds;
  const pair = (/** @type {{ p50: number, p95: number } | undefined} */ of) =>
    of ? `${of.p50.toFixed(1)} / ${of.p95.toFixed(1)}` : 'none';
  console.log(`\n${title}`);
  console.log(`  turn overhead p50 / p95 ${pair(overhead)} ms, post-endpoint ${pair(after)} ms`);
  const latePercent = ((100 * driver.lateFrames) / driver.frames).toFixed(2);
  console.log(
    `  server CPU ${server?.cpuPercentPerSession.toFixed(2)} % of a core a session; ` +
      `${latePercent} % of the callers’ frames late`,
  );
  for (const [figure, measured, most, unit] of rows) {
    const isMet = typeof measured === 'number' && measured <= most;
    isMissed ||= !isMet;
    const told = `${measured?.toFixed(2)} ${unit}`.padStart(12);
    console.log(`  ${figure.padEnd(50)}${told}   ≤ ${most} ${unit}   ${isMet ? 'met' : 'MISSED'}`);
  }
  for (const [error, count] of Object.entries(errors)) {
    isMissed = true;
    console.log(`  ${count} × ${error}`);
  }
}
