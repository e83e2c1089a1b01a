// What recording alone costs, in CPU of the whole process: npm run bench:recording [sessions]
// [seconds]. Sessions of this process tell a recorder in real time what the callers of a load make a
// server tell it, and then one that does nothing, in turns; the difference is the recording's.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@antiphon/session';
import { FileRecorder } from '@antiphon/storage';

const sessions = Number(process.argv[2] ?? 200);
const seconds = Number(process.argv[3] ?? 12);
const PASSES = 3;
const FRAME_MS = 20;
/** What happens once is over by then: files are made, and so is the memory that is used in turns. */
const SETTLING_MS = 10_000;
const RATES = /** @type {const} */ ([8000, 24000]);
/** A turn of a load's callers: they speak for 1.5 s, and the answer is 2 s long. */
const TURN_MS = 3_300;
const ANSWER_AT_MS = 1_300;
const ANSWER_MS = 2_000;
const CHUNK_MS = 100;

/**
 * What a session of a load told its recording in one turn, by type and in characters.
 * @type {[string, number][]}
 */
const EVENTS = [
  ...times(8, 'machine.heard', 65),
  ...times(7, 'state.changed', 95),
  ...times(2, 'item.added', 180),
  ...times(2, 'item.done', 180),
  ['generation.words', 800],
  ['turn.measured', 400],
  ...times(3, 'generation.ended', 150),
  ...times(4, 'caller.committed', 80),
];

/** @type {import('@antiphon/session').Recorder} */
const NOTHING = {
  open: () => ({
    caller: () => {},
    agent: () => {},
    cut: () => {},
    event: () => {},
    close: () => Promise.resolve(),
  }),
};

console.log(`${sessions} sessions, ${seconds} s a pass, ${PASSES} passes of each\n`);
for (const rate of RATES) {
  // Compiled, and its memory made.
  const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-recording-'));
  await cpuMsOf(new FileRecorder({ folder, clock: systemClock }), rate);
  await rm(folder, { recursive: true });
}
console.log('sound            CPU ms per session and second   a turn of 3.3 s');
for (const rate of RATES) {
  /** @type {number[]} */
  const costs = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const idle = await cpuMsOf(NOTHING, rate);
    const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-recording-'));
    const recorder = new FileRecorder({ folder, clock: systemClock });
    costs.push((await cpuMsOf(recorder, rate)) - idle);
    await rm(folder, { recursive: true });
  }
  const [low, middle, high] = costs.toSorted((a, b) => a - b).map((ms) => ms / sessions / seconds);
  const turn = (/** @type {number} */ ms) => ((ms * TURN_MS) / 1000).toFixed(2);
  console.log(
    `both at ${rate / 1000} kHz`.padEnd(18),
    `${middle?.toFixed(4)} (${low?.toFixed(4)} to ${high?.toFixed(4)})`.padEnd(30),
    turn(middle ?? 0),
  );
}

/**
 * @param {import('@antiphon/session').Recorder} recorder
 * @param {8000 | 24000} sampleRate
 */
async function cpuMsOf(recorder, sampleRate) {
  const startAtMs = systemClock.now();
  const recordings = Array.from({ length: sessions }, (_, index) =>
    recorder.open(`sess_${index}`, startAtMs),
  );
  const silence = new Int16Array((sampleRate * FRAME_MS) / 1000);
  const answer = new Int16Array((sampleRate * CHUNK_MS) / 1000).fill(3_000);
  const told = { frames: 0 };
  const step = () => {
    const atMs = startAtMs + (told.frames += 1) * FRAME_MS;
    recordings.forEach((recording, index) => {
      recording.caller({ pcm: silence, sampleRate, atMs });
      // Sessions are in different places of their turn.
      const turnMs = (told.frames * FRAME_MS + index * 170) % TURN_MS;
      if (turnMs < FRAME_MS) tell(recording, atMs);
      if (turnMs >= ANSWER_AT_MS && turnMs < ANSWER_AT_MS + FRAME_MS) {
        for (let aheadMs = 0; aheadMs < ANSWER_MS; aheadMs += CHUNK_MS) {
          recording.agent({ itemId: 'item', pcm: answer, sampleRate, playsAtMs: atMs + aheadMs });
        }
      }
    });
  };
  while (told.frames * FRAME_MS < SETTLING_MS) await inTime(step, startAtMs, told);
  const before = process.cpuUsage();
  const untilMs = SETTLING_MS + seconds * 1000;
  while (told.frames * FRAME_MS < untilMs) await inTime(step, startAtMs, told);
  const { user, system } = process.cpuUsage(before);
  await Promise.all(recordings.map((recording) => recording.close()));
  return (user + system) / 1000;
}

/**
 * @param {number} length
 * @param {string} type
 * @param {number} size
 */
function times(length, type, size) {
  return Array.from({ length }, () => /** @type {[string, number]} */ ([type, size]));
}

/**
 * Takes the steps that are due.
 * @param {() => void} step
 * @param {number} startAtMs
 * @param {{ frames: number }} told
 */
async function inTime(step, startAtMs, told) {
  const lateMs = systemClock.now() - startAtMs - told.frames * FRAME_MS;
  if (lateMs < FRAME_MS) await sleep(FRAME_MS - lateMs);
  step();
}

/**
 * @param {import('@antiphon/session').Recording} recording
 * @param {number} atMs
 */
function tell(recording, atMs) {
  for (const [type, size] of EVENTS) {
    // Its length is what costs; fields are as many as usual.
    const event = { type, itemId: 'item_df7f324684c20001', text: 'x'.repeat(size - 40), atMs };
    recording.event(/** @type {any} */ (event));
  }
}
