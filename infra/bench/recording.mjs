// What recording and tracing cost, in CPU of the whole process: npm run bench:recording [sessions]
// [seconds]. Sessions of this process tell, in real time, what those of a load tell (a call of one is
// made first), to nobody, to a recorder, to a tracer whose collector is another process, and to both;
// differences to the first are what is looked for.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@antiphon/session';
import { FileRecorder } from '@antiphon/storage';
import { openTracing } from '../../apps/server/dist/tracing/open-tracing.js';
import { recordTurns } from './recorded-turns.mjs';

const FRAME_MS = 20;
const ANSWER_MS = 2_000;
const CHUNK_MS = 100;
/**
 * What happens once is over by then: files are made, and so are the blocks that are used in turns.
 * While there are more of them every second, collections of all memory cost more than the recording.
 */
const SETTLING_MS = 16_000;
const PASSES = 3;

if (process.send) await collect();
else await main();

/** Takes whatever traces it is sent, in a process of its own. */
async function collect() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.(server.address());
}

/** @typedef {{ name: string, rate: 8000 | 24000, records: boolean, traces: boolean }} Pass */

async function main() {
  const sessions = Number(process.argv[2] ?? 200);
  const seconds = Number(process.argv[3] ?? 12);
  const turns = await recordTurns();
  const collector = fork(fileURLToPath(import.meta.url));
  const [{ port }] = await once(collector, 'message');
  const context = { sessions, seconds, turns, port };
  const turnMs = turns.cycleMs / 2;
  console.log(
    `${sessions} sessions, a turn every ${(turnMs / 1000).toFixed(1)} s, ${PASSES} passes of ${seconds} s each\n`,
  );
  /** @type {readonly Pass[]} */
  const passes = [
    { name: 'recorded, 8 kHz', rate: 8000, records: true, traces: false },
    { name: 'traced', rate: 8000, records: false, traces: true },
    { name: 'both, 8 kHz', rate: 8000, records: true, traces: true },
    { name: 'recorded, 24 kHz', rate: 24000, records: true, traces: false },
  ];
  // Compiled, and its memory made.
  await cpuMsOf({ name: '', rate: 8000, records: true, traces: true }, { ...context, seconds: 3 });
  console.log('                   CPU ms per session and second   a turn');
  /** @type {Map<string, number[]>} */
  const costs = new Map(passes.map(({ name }) => [name, []]));
  for (let round = 0; round < PASSES; round += 1) {
    /** @type {Map<number, number>} */
    const idle = new Map();
    for (const pass of passes) {
      const { name, rate } = pass;
      const nothing =
        idle.get(rate) ??
        (await cpuMsOf({ name: '', rate, records: false, traces: false }, context));
      idle.set(rate, nothing);
      costs.get(name)?.push((await cpuMsOf(pass, context)) - nothing);
    }
  }
  for (const [name, found] of costs) {
    const each = found.toSorted((a, b) => a - b).map((ms) => ms / sessions / seconds);
    const middle = each[Math.floor(each.length / 2)] ?? NaN;
    console.log(
      name.padEnd(18),
      `${middle.toFixed(4)} (${each[0]?.toFixed(4)} to ${each.at(-1)?.toFixed(4)})`.padEnd(30),
      ((middle * turnMs) / 1000).toFixed(2),
    );
  }
  collector.kill();
}

/**
 * @param {Pass} pass
 * @param {{ sessions: number, seconds: number, port: number, turns: import('./recorded-turns.mjs').RecordedTurns }} context
 */
async function cpuMsOf({ rate, records, traces }, { sessions, seconds, turns, port }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-recording-'));
  const recorder = new FileRecorder({ folder, clock: systemClock });
  const tracing = openTracing({
    config: {
      tracing: traces
        ? {
            url: `http://127.0.0.1:${port}/v1/traces`,
            serviceName: 'bench',
            ratio: 1,
            keepsPrivate: false,
          }
        : null,
      redisUrl: null,
    },
    onTurn: () => {},
    log: /** @type {any} */ ({ warn: console.error, info: () => {} }),
  });
  const startAtMs = systemClock.now() + 100;
  const untilMs = SETTLING_MS + seconds * 1000;
  const calls = Array.from({ length: sessions }, (_, index) => {
    // Sessions are in different places of their turns.
    const aheadMs = (index * turns.cycleMs) / sessions;
    const cycles = Math.ceil((untilMs + aheadMs) / turns.cycleMs);
    const told = Array.from({ length: cycles }, (__, cycle) =>
      turns.again(cycle, startAtMs - aheadMs, `${index}`),
    ).flat();
    const answers = Array.from({ length: cycles }, (__, cycle) =>
      turns.answersAtMs.map((atMs) => startAtMs - aheadMs + cycle * turns.cycleMs + atMs),
    ).flat();
    const sessionId = `sess_${index}`;
    const listeners = tracing.listenersOf({
      sessionId,
      agent: /** @type {any} */ ({ name: 'bench', pipeline: 'stub', config: { tools: [] } }),
      traceparent: () => null,
      playedPosition: 'estimate',
    });
    return {
      recording: records ? recorder.open(sessionId, startAtMs) : null,
      listeners,
      told: told.filter(({ atMs }) => atMs >= startAtMs),
      answers: answers.filter((atMs) => atMs >= startAtMs),
      event: 0,
      answer: 0,
    };
  });
  for (const { listeners } of calls) {
    const event = { type: 'session.started', sessionId: '', agent: 'bench', atMs: startAtMs };
    for (const listener of listeners) listener.notify(/** @type {any} */ (event));
  }
  const silence = new Int16Array((rate * FRAME_MS) / 1000);
  const chunk = new Int16Array((rate * CHUNK_MS) / 1000).fill(3_000);
  let frames = 0;
  const step = () => {
    const atMs = startAtMs + (frames += 1) * FRAME_MS;
    for (const call of calls) {
      call.recording?.caller({ pcm: silence, sampleRate: rate, atMs });
      for (; (call.answers[call.answer] ?? Infinity) <= atMs; call.answer += 1) {
        for (let aheadMs = 0; call.recording && aheadMs < ANSWER_MS; aheadMs += CHUNK_MS) {
          const playsAtMs = atMs + aheadMs;
          call.recording.agent({ itemId: 'item', pcm: chunk, sampleRate: rate, playsAtMs });
        }
      }
      for (; (call.told[call.event]?.atMs ?? Infinity) <= atMs; call.event += 1) {
        const event = /** @type {any} */ (call.told[call.event]);
        if (event.type === 'item.truncated') call.recording?.cut(atMs);
        call.recording?.event(event);
        // The machine's records are the recording's alone.
        if (event.type.startsWith('machine.')) continue;
        for (const listener of call.listeners) listener.notify(event);
      }
    }
  };
  await inRealTime(SETTLING_MS / FRAME_MS, startAtMs, step);
  const before = process.cpuUsage();
  await inRealTime((seconds * 1000) / FRAME_MS, startAtMs + SETTLING_MS, step);
  const { user, system } = process.cpuUsage(before);
  for (const { recording } of calls) await recording?.close();
  await tracing.close();
  await rm(folder, { recursive: true });
  return (user + system) / 1000;
}

/**
 * Steps once every frame's time; late steps follow each other at once.
 * @param {number} steps
 * @param {number} fromMs when the first frame begins, on the system clock
 * @param {() => void} step
 */
async function inRealTime(steps, fromMs, step) {
  for (let done = 0; done < steps; done += 1) {
    const lateMs = systemClock.now() - fromMs - done * FRAME_MS;
    if (lateMs < FRAME_MS) await sleep(FRAME_MS - lateMs);
    step();
  }
}
