// What it costs to watch, to record and to trace sessions: npm run bench:watching -- [--sessions 200]
// [--seconds 20] [--warm 8]: the CPU is read after so many seconds of warming up. Each pass has a
// server of its own; the plain one comes first and last. With --compare ROUNDS only the plain one,
// recording, recording with tracing, and both with metrics sent, all at once, so many times, and what
// they differ by.
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
    warm: { type: 'string', default: '8' },
    compare: { type: 'string' },
  },
});
const sessions = Number(options.sessions);
const seconds = Number(options.seconds);
/** Seconds until all callers are there, and, if it is longer, V8 has compiled what runs often. */
const warm = Number(options.warm);
const KEY = 'sk-bench-watching';

/** @typedef {{ name: string, records?: boolean, traces?: boolean, counts?: boolean, watched?: number }} Pass */

/** @type {readonly Pass[]} */
const COMPARED = [
  { name: 'nothing of it' },
  { name: 'all is recorded', records: true },
  { name: 'all is recorded and traced', records: true, traces: true },
  { name: 'and metrics are sent', records: true, traces: true, counts: true },
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

/** @type {{ name: string, cpuMs: number, moreMs: number, p95: number }[]} */
const found = [];

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
  for (let round = 0; round < Number(options.compare); round += 1) {
    // In the same seconds: the machine is not as fast in others.
    for (const { line } of await compared(round)) console.log(line);
  }
  console.log(
    '\nmedians                         CPU ms a turn   more than nothing   overhead p95 ms',
  );
  for (const { name } of COMPARED) {
    const figures = found.filter((figure) => figure.name === name);
    const cells = [
      median(figures.map(({ cpuMs }) => cpuMs))
        .toFixed(2)
        .padStart(14),
      median(figures.map(({ moreMs }) => moreMs))
        .toFixed(2)
        .padStart(19),
      median(figures.map(({ p95 }) => p95))
        .toFixed(1)
        .padStart(17),
    ];
    console.log([name.padEnd(30), ...cells].join(' '));
  }
}
collector.close();

/**
 * All passes that are compared, each time begun in another order.
 * @param {number} round
 */
async function compared(round) {
  const first = round % COMPARED.length;
  const passes = [...COMPARED.slice(first), ...COMPARED.slice(0, first)];
  const figures = await Promise.all(passes.map(run));
  const plain = figures.find(({ name }) => name === COMPARED[0]?.name);
  for (const each of figures) found.push({ ...each, moreMs: each.cpuMs - (plain?.cpuMs ?? NaN) });
  return figures;
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** @param {Pass} pass */
async function run({ name, records = false, traces = false, counts = false, watched }) {
  const base = `http://127.0.0.1:${address.port}`;
  const server = await startLoadServer({
    key: KEY,
    records,
    settings: {
      ...(traces && { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${base}/v1/traces` }),
      ...(counts && { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${base}/v1/metrics` }),
    },
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
    await sleep(warm * 1000);
    const before = {
      cpuMs: server.cpuMs(),
      atMs: performance.now(),
      bytes: watcher?.told.bytes ?? 0,
    };
    await sleep((seconds - warm) * 1000);
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
    return { name, line, cpuMs, p95 };
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
