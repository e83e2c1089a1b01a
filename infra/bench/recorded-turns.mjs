// What a session tells while its caller takes two turns, once and the next time cutting in, from a
// real call of a load; said again as often as wanted.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startLoadServer } from './load-server.mjs';

/** Two turns, and what follows them. */
const CALL_SECONDS = 14;

/**
 * @typedef {{ readonly type: string, readonly atMs: number, readonly [field: string]: unknown }} Told
 * @typedef {object} RecordedText what processes can tell each other
 * @property {string} text its events, one a line
 * @property {number} beganAtMs
 * @property {number} cycleMs how long the two turns take
 * @property {readonly number[]} answersAtMs when the agent's first audio comes in a cycle
 */

/** @returns {Promise<RecordedText>} */
export async function recordTurns() {
  const lines = await recordCall();
  const begins = lines.flatMap((line, at) =>
    line.includes('"caller.speechStarted","itemId') ? at : [],
  );
  const starts = begins.filter((at) => lines[at]?.startsWith('{"type":"caller.speechStarted"'));
  const [first, , third] = starts;
  if (first === undefined || third === undefined) throw new Error('The call had too few turns.');
  const text = lines.slice(first, third).join('\n');
  const told = parse(text);
  const beganAtMs = told[0]?.atMs ?? 0;
  const cycleMs = (parse(lines[third] ?? '')[0]?.atMs ?? 0) - beganAtMs;
  const answers = told.filter(({ type }) => type === 'turn.measured');
  return { text, beganAtMs, cycleMs, answersAtMs: answers.map(({ atMs }) => atMs - beganAtMs) };
}

/**
 * The events of the n-th cycle of a session, in order.
 * @param {RecordedText} turns
 * @param {{ cycle: number, startAtMs: number, session: string }} which
 * @returns {Told[]}
 */
export function turnsAgain({ text, beganAtMs, cycleMs }, { cycle, startAtMs, session }) {
  const shiftMs = startAtMs + cycle * cycleMs - beganAtMs;
  const named = text
    .replaceAll(/"item_[\da-f]+(\d)"/gu, (_, digit) => `"item_${session}_${cycle}_${digit}"`)
    .replaceAll(/"gen_(\d+)"/gu, (_, digits) => `"gen_${2 * cycle + Number(digits)}"`)
    .replaceAll(/"turn":(\d+)/gu, (_, digits) => `"turn":${2 * cycle + Number(digits)}`)
    .replaceAll(/AtMs":([\d.]+)/giu, (_, ms) => `AtMs":${Number(ms) + shiftMs}`);
  return parse(named.replaceAll('"AtMs":', '"atMs":'));
}

/** @returns {Promise<string[]>} */
async function recordCall() {
  const server = await startLoadServer({ key: 'sk-bench-turns', records: true });
  try {
    const load = [...server.loadArguments, ...`--sessions 1 --duration ${CALL_SECONDS}`.split(' ')];
    await promisify(execFile)(process.execPath, load);
    await sleep(1_000);
    const folder = (await readdir(server.recordings)).find((name) => !name.startsWith('.'));
    const file = path.join(server.recordings, folder ?? '', 'events.jsonl');
    return (await readFile(file, 'utf8')).trimEnd().split('\n');
  } finally {
    await server.stop();
  }
}

/**
 * @param {string} lines
 * @returns {Told[]}
 */
function parse(lines) {
  return lines.split('\n').map((line) => JSON.parse(line));
}
