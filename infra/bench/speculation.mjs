// What answers made ready at every pause cost and save, over the embedded pipeline in real time:
// npm run bench:speculation [rounds]. Passes with and without take turns; every turn hesitates once.
import { loadAgents } from '@antiphon/agents';
import {
  CascadeEngine,
  FliteTextToSpeech,
  NeuralTurnDetectors,
  ScriptedLanguageModel,
  SoundSwallowerSpeechToText,
} from '@antiphon/pipelines';
import { systemClock } from '@antiphon/session';
import { BenchCaller, hesitatingClip } from './bench-caller.mjs';

const rounds = Number(process.argv[2] ?? 2);
const SCENARIO = '../../apps/cli/scenarios/acme-support/audio';
const FIXTURES = '../../packages/pipelines/fixtures';

/** Each is one caller's conversation; all are held at the same time. */
const CONVERSATIONS = [
  ...['hts', 'rms'].map((voice) =>
    ['check-on-an-order', 'four-four-seven-one', 'cancel-and-reorder', 'yes-please'].map(
      (line) => `${SCENARIO}/${voice}/${line}.wav`,
    ),
  ),
  ['where-is-my-package', 'order-4471', 'yes', 'cancel-and-reorder'].map(
    (line) => `${FIXTURES}/festival-${line}.wav`,
  ),
].map((lines) => lines.map((line) => hesitatingClip(new URL(line, import.meta.url))));

const agents = await loadAgents(new URL('../../apps/server/agents', import.meta.url).pathname);
const agent = agents.get('acme-support')?.definition;
if (!agent?.dialogue || !agent.config.turnDetection) throw new Error('acme-support has changed');
const { config, dialogue } = agent;
const detection = agent.config.turnDetection;
const onFailure = (/** @type {Error} */ error) => {
  throw error;
};
const detectors = await NeuralTurnDetectors.start({ onFailure });
const speechToText = await SoundSwallowerSpeechToText.start({ dialogue, workers: 2 });
let passes = 0;

console.log(
  'CPU of all threads per turn, median of the passes, and the time from the decision that a',
);
console.log('turn is over to the first audio of its answer\n');
for (const [name, cacheBytes] of /** @type {const} */ ([
  ['nothing known beforehand', 0],
  ['all texts known', undefined],
])) {
  const textToSpeech = await FliteTextToSpeech.start(
    cacheBytes === undefined ? {} : { cacheBytes },
  );
  if (cacheBytes === undefined) await pass(textToSpeech, false);
  const off = [];
  const on = [];
  for (let round = 0; round < rounds; round += 1) {
    const isOnFirst = round % 2 === 1;
    if (isOnFirst) on.push(await pass(textToSpeech, true));
    off.push(await pass(textToSpeech, false));
    if (!isOnFirst) on.push(await pass(textToSpeech, true));
  }
  report(name, off, on);
  await textToSpeech.close();
}
process.exit(0);

/** @typedef {Awaited<ReturnType<typeof pass>>} Pass */

/**
 * Holds all conversations once.
 * @param {FliteTextToSpeech} textToSpeech
 * @param {boolean} speculates
 */
async function pass(textToSpeech, speculates) {
  const counts = { prepared: 0, adopted: 0, discarded: 0, wastedMs: 0 };
  const engine = new CascadeEngine({
    name: 'embedded',
    speechToText,
    languageModel: new ScriptedLanguageModel(dialogue),
    textToSpeech,
    clock: systemClock,
    speculates,
    onSpeculation: (_sessionId, outcome) => {
      counts[outcome.kind] += 1;
      if (outcome.kind === 'discarded') counts.wastedMs += outcome.wastedAudioMs;
    },
  });
  passes += 1;
  const before = process.cpuUsage();
  const callers = await Promise.all(
    CONVERSATIONS.map(async (clips, index) => {
      const sessionId = `pass ${passes}, caller ${index}`;
      const caller = new BenchCaller({ sessionId, config, detection, engine, detectors });
      for (const clip of clips) await caller.turn(clip);
      caller.close();
      return caller;
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return {
    ...counts,
    cpuMs: (user + system) / 1000,
    turns: CONVERSATIONS.flat().length,
    resumedPauses: sum(callers.map((caller) => caller.resumedPauses)),
    answeredAfterMs: callers.flatMap((caller) => caller.answeredAfterMs),
  };
}

/**
 * @param {string} name
 * @param {readonly Pass[]} off
 * @param {readonly Pass[]} on
 */
function report(name, off, on) {
  const turns = sum(on.map((one) => one.turns));
  const [offMs, onMs] = [off, on].map((all) => median(all.map((one) => one.cpuMs / one.turns)));
  const [offAfter, onAfter] = [off, on].map((all) => all.flatMap((one) => one.answeredAfterMs));
  const count = (/** @type {'prepared' | 'adopted' | 'discarded' | 'resumedPauses'} */ key) =>
    sum(on.map((one) => one[key]));
  console.log(`${name}, ${turns} turns each`);
  console.log(`  without  ${offMs?.toFixed(0)} ms CPU; answered after ${quantiles(offAfter)}`);
  console.log(`  with     ${onMs?.toFixed(0)} ms CPU; answered after ${quantiles(onAfter)}`);
  console.log(`  ratio    ${((onMs ?? NaN) / (offMs ?? NaN)).toFixed(2)}`);
  console.log(
    `  prepared ${count('prepared')}, adopted ${count('adopted')}, discarded ` +
      `${count('discarded')}, after ${count('resumedPauses')} pauses that were none; ` +
      `${(sum(on.map((one) => one.wastedMs)) / turns).toFixed(0)} ms of audio wasted a turn\n`,
  );
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return ((sorted[middle] ?? NaN) + (sorted[(sorted.length - 1) >> 1] ?? NaN)) / 2;
}

/** @param {readonly number[] | undefined} values */
function quantiles(values = []) {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (/** @type {number} */ share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(0);
  return `${at(0.5)} / ${at(0.95)} ms (p50 / p95)`;
}
