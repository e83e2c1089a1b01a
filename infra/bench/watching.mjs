// What it costs to watch, to record and to trace sessions: npm run bench:watching -- [--sessions 200]
// [--seconds 20]. Each pass has a server of its own; the plain one comes first and last. With
// --compare ROUNDS only the plain one, recording, and recording with tracing, so many times in turns,
// and the medians of each.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { watchFeed } from './feed-watcher.mjs';
import { startLoadServer } from './load-server.mjs';

const { values: options } = parseArgs({
  options: {
    sessions: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    compare: { type: 'string' },
  },
});
const sessions = Number(options.sessions);
const seconds = Number(options.seconds);
const KEY = 'sk-bench-watching';

/** @typedef {{ name: string, records?: boolean, traces?: boolean, watched?: number }} Pass */

/** @type {readonly Pass[]} */
const COMPARED = [
  { name: 'nothing of it' },
  { name: 'all is recorded', records: true },
  { name: 'all is recorded and traced', records: true, traces: true },
];

/** @type {readonly Pass[]} */
const PASSES = [
  { name: 'nothing of it' },
  { name: 'the table is watched', watched: 0 },
  { name: 'the table and 8 sessions are', watched: 8 },
  { name: 'all is recorded', records: true },
  { name: 'all is traced', traces: true },
  { name: 'all is recorded and traced', records: true, traces: true },
  { name: 'nothing of it, again' },
];

console.log(`${sessions} sessions behind the stub, ${seconds} s each\n`);
/** Takes whatever traces and metrics it is sent. */
const collector = createServer((request, response) => {
  request.resume().on('end', () => response.end('{}'));
}).listen(0, '127.0.0.1');
await once(collector, 'listening');
const address = /** @type {import('node:net').AddressInfo} */ (collector.address());

console.log(
  'pass                            server CPU   ms a turn   overhead p50 / p95 ms   KiB/s told   lost',
);
if (options.compare === undefined) {
  for (const pass of PASSES) console.log((await run(pass)).line);
} else {
  /** @type {Map<string, { cpuMs: number, p95: number }[]>} */
  const found = new Map(COMPARED.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(options.compare); round += 1) {
    for (const pass of COMPARED) {
      const { line, ...figures } = await run(pass);
      console.log(line);
      found.get(pass.name)?.push(figures);
    }
  }
  console.log('\nmedians                         CPU ms a turn   overhead p95 ms');
  for (const [name, figures] of found) {
    const cpuMs = median(figures.map((figure) => figure.cpuMs)).toFixed(2);
    const p95 = median(figures.map((figure) => figure.p95)).toFixed(1);
    console.log(`${name.padEnd(30)} ${cpuMs.padStart(14)} ${p95.padStart(17)}`);
  }
}
collector.close();

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** @param {Pass} pass */
async function run({ name, records = false, traces = false, watched }) {
  const server = await startLoadServer({
    key: KEY,
    records,
    settings: traces ? { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}` } : {},
  });
  try {
    const watcher =
      watched === undefined
        ? null
        : watchFeed(server.feedUrl, KEY, { isTable: true, sessions: watched });
    const load = promisify(execFile)(process.execPath, [
      ...server.loadArguments,
      ...`--sessions ${sessions} --duration ${seconds} --json`.split(' '),
    ]);
    // In the middle of the load, when all callers are there.
    await sleep(8_000);
    const before = {
      cpuMs: server.cpuMs(),
      atMs: performance.now(),
      bytes: watcher?.told.bytes ?? 0,
    };
    await sleep((seconds - 8) * 1000);
    const elapsedMs = performance.now() - before.atMs;
    const cpu = (server.cpuMs() - before.cpuMs) / elapsedMs;
    const kib = ((watcher?.told.bytes ?? 0) - before.bytes) / 1024 / (elapsedMs / 1000);
    const { stdout } = await load;
    watcher?.leave();
    await sleep(3_000);
    const lost = records ? await lostBytes(server.recordings) : '';
    const { turns, measuredMs, milliseconds } = JSON.parse(stdout);
    const { p50, p95 } = milliseconds.turnOverhead;
    const cpuMs = (cpu * measuredMs) / turns;
    const figures = [
      `${(100 * cpu).toFixed(1)} %`.padStart(10),
      cpuMs.toFixed(2).padStart(11),
      `${p50} / ${p95}`.padStart(23),
    ];
    const line = [name.padEnd(30), ...figures, kib.toFixed(0).padStart(12), `   ${lost}`].join(' ');
    return { line, cpuMs, p95 };
  } finally {
    await server.stop();
  }
}

/** @param {string} folder */
async function lostBytes(folder) {
  let lost = 0;
  let count = 0;
  for (const id of (await readdir(folder)).filter((name) => !name.startsWith('.'))) {
    const text = await readFile(path.join(folder, id, 'events.jsonl'), 'utf8');
    count += 1;
    for (const line of text.split('\n')) {
      if (line.includes('"recording.incomplete"')) lost += JSON.parse(line).lostBytes;
    }
  }
  return `${lost} bytes of ${count} recordings`;
}
