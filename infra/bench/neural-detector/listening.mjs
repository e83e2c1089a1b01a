import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { NeuralTurnDetectors } from '@antiphon/pipelines';
import { FRAME_MS, RATE } from './lines.mjs';

/** @typedef {import('./lines.mjs').Lines} Lines */
/** @typedef {import('./lines.mjs').LineKind} LineKind */
/** @typedef {import('@antiphon/session').TurnFact} TurnFact */

const TASKS = '/proc/self/task';

/** What is heard before anything is measured. */
const WARM_UP_MS = 1_000;

/** @type {import('@antiphon/session').TurnDetection} */
export const DETECTION = {
  mode: 'vad',
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 500,
  createsResponse: true,
  interruptsResponse: true,
};

/** Starts the detectors as servers run them; what fails ends the benchmark. */
export function startDetectors() {
  return NeuralTurnDetectors.start({
    onFailure: (error) => {
      throw error;
    },
  });
}

/**
 * Calls every member once in 20 ms, spread over them, until the time is over.
 * @param {readonly (() => void)[]} members
 * @param {number} ms
 */
export async function inRealTime(members, ms) {
  const startedAtMs = performance.now();
  let due = 0;
  for (let elapsedMs = 0; elapsedMs < ms; elapsedMs = performance.now() - startedAtMs) {
    for (; due <= elapsedMs; due += 1) {
      for (let index = due % FRAME_MS; index < members.length; index += FRAME_MS) {
        members[index]?.();
      }
    }
    await sleep(1);
  }
}

/**
 * Listens to many lines in real time. `cpuMs` is what the detector's thread used for `windows`
 * windows, `coreShare` what that is of a core. `latenciesMs` run from the frame that decided a pause
 * to the detector's saying so.
 * @param {Lines} lines
 * @param {{ streams: number, kinds: readonly LineKind[], measuredMs: number }} options
 */
export async function listen(lines, { streams, kinds, measuredMs }) {
  const others = new Set(readdirSync(TASKS));
  const detectors = await startDetectors();
  const threads = readdirSync(TASKS).filter((thread) => !others.has(thread));
  /** @type {number[]} */
  const latenciesMs = [];
  let frames = 0;
  const members = Array.from({ length: streams }, (_, index) => {
    const next = lines.frames(kinds[index % kinds.length] ?? 'speaking', index);
    /** @type {number[]} */
    const acceptedAtMs = [];
    const detector = detectors.open(DETECTION, (fact) => {
      if (fact.type !== 'speechPaused') return;
      const acceptedAt = acceptedAtMs[Math.ceil(fact.decidedMs / FRAME_MS) - 1] ?? NaN;
      latenciesMs.push(performance.now() - acceptedAt);
    });
    return () => {
      acceptedAtMs.push(performance.now());
      detector.accept({ pcm: next(), sampleRate: RATE, atMs: acceptedAtMs.length * FRAME_MS });
      frames += 1;
    };
  });
  await inRealTime(members, WARM_UP_MS);
  latenciesMs.length = 0;
  frames = 0;
  const cpuBeforeMs = cpuMsOf(threads);
  const startedAtMs = performance.now();
  await inRealTime(members, measuredMs);
  const cpuMs = cpuMsOf(threads) - cpuBeforeMs;
  const coreShare = cpuMs / (performance.now() - startedAtMs);
  await detectors.close();
  return { cpuMs, windows: (frames * FRAME_MS) / 32, coreShare, latenciesMs };
}

/**
 * The processor time of threads of this process so far.
 * @param {readonly string[]} threads
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
function cpuMsOf(threads) {
  return threads.reduce((totalMs, thread) => {
    const [nanoseconds] = readFileSync(`${TASKS}/${thread}/schedstat`, 'utf8').split(' ');
    return totalMs + Number(nanoseconds) / 1e6;
  }, 0);
}
