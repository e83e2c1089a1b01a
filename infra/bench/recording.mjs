// What recording and tracing cost by themselves, in CPU of a whole process: npm run bench:recording
// [sessions] [seconds]. Sessions of a process tell, in real time, what those of a load tell (a call of
// one is made first), to nobody, to a recorder, to a tracer whose collector is another process, and to
// both. Each has a process of its own, and all run at once: the machine is not as fast at other times.
// Differences to nobody are what is looked for.
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
import { recordTurns, turnsAgain } from './recorded-turns.mjs';

const FRAME_MS = 20;
const ANSWER_MS = 2_000;
const CHUNK_MS = 100;
/** Frames in step are told together. */
const PART_MS = 800;
/**
 * What happens once is over by then: files are made, and so are the blocks that are used in turns.
 * While there are more of them every second, collections of all memory cost more than the recording.
 */
const SETTLING_MS = 16_000;
const ROUNDS = 3;

/** @typedef {{ name: string, rate: 8000 | 24000, records: boolean, traces: boolean }} Pass */
/** @typedef {{ sessions: number, seconds: number, port: number, turns: import('./recorded-turns.mjs').RecordedText }} Context */

if (process.argv[2] === 'collect') await collect();
else if (process.argv[2] === 'pass') await answer();
else await main();

/** Takes whatever traces it is sent, in a process of its own. */
async function collect() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.(server.address());
}

/** Measures one pass that it is told of. */
async function answer() {
  const [[pass, context]] = await once(process, 'message');
  process.send?.(await cpuMsOf(pass, context));
  process.disconnect();
}

/**
 * In a process of its own.
 * @param {Pass} pass
 * @param {Context} context
 * @returns {Promise<number>}
 */
async function measure(pass, context) {
  const child = fork(fileURLToPath(import.meta.url), ['pass']);
  child.send([pass, context]);
  const early = once(child, 'exit').then(() => {
    throw new Error(`The process of "${pass.name}" ended early.`);
  });
  const [cpuMs] = await Promise.race([once(child, 'message'), early]);
  return cpuMs;
}

async function main() {
  const sessions = Number(process.argv[2] ?? 200);
  const seconds = Number(process.argv[3] ?? 12);
  const turns = await recordTurns();
  const collector = fork(fileURLToPath(import.meta.url), ['collect']);
  const [{ port }] = await once(collector, 'message');
  const context = { sessions, seconds, turns, port };
  const turnMs = turns.cycleMs / 2;
  console.log(
    `${sessions} sessions, a turn every ${(turnMs / 1000).toFixed(1)} s, ${ROUNDS} rounds of ${seconds} s\n`,
  );
  /** @type {readonly Pass[]} */
  const passes = [
    { name: 'nobody, 8 kHz', rate: 8000, records: false, traces: false },
    { name: 'recorded, 8 kHz', rate: 8000, records: true, traces: false },
    { name: 'traced', rate: 8000, records: false, traces: true },
    { name: 'both, 8 kHz', rate: 8000, records: true, traces: true },
    { name: 'nobody, 24 kHz', rate: 24000, records: false, traces: false },
    { name: 'recorded, 24 kHz', rate: 24000, records: true, traces: false },
  ];
  const rounds = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push(await Promise.all(passes.map((pass) => measure(pass, context))));
    }
  } finally {
    collector.kill();
  }
  console.log('                   CPU ms per session and second   a turn');
  for (const [index, { name, rate, records, traces }] of passes.entries()) {
    if (!records && !traces) continue;
    const nobody = passes.findIndex((pass) => pass.rate === rate && !pass.records && !pass.traces);
    const each = rounds
      .map((cpuMs) => ((cpuMs[index] ?? NaN) - (cpuMs[nobody] ?? NaN)) / sessions / seconds)
      .toSorted((x, y) => x - y);
    const middle = each[Math.floor(each.length / 2)] ?? NaN;
    console.log(
      name.padEnd(18),
      `${middle.toFixed(4)} (${each[0]?.toFixed(4)} to ${each.at(-1)?.toFixed(4)})`.padEnd(30),
      ((middle * turnMs) / 1000).toFixed(2),
    );
  }
}

/**
 * @param {Pass} pass
 * @param {Context} context
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
      turnsAgain(turns, { cycle, startAtMs: startAtMs - aheadMs, session: `${index}` }),
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
  const silence = new Int16Array((rate * PART_MS) / 1000);
  const chunk = new Int16Array((rate * CHUNK_MS) / 1000).fill(3_000);
  let frames = 0;
  const step = () => {
    const atMs = startAtMs + (frames += 1) * FRAME_MS;
    for (const [index, call] of calls.entries()) {
      const isPart = (frames + index) % (PART_MS / FRAME_MS) === 0;
      if (isPart) call.recording?.caller({ pcm: silence, sampleRate: rate, atMs });
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
