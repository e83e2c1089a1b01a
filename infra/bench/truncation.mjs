// Interrupts Antiphon and @livekit/agents at the same words and compares what each keeps, after
// `npm run build`: node infra/bench/truncation.mjs [--json] [--without-peer] [--seed N]
import { parseArgs } from 'node:util';
import { alignedInterruptions } from './truncation/aligned-interruptions.mjs';
import { interruptAntiphon, LEGS } from './truncation/antiphon-trials.mjs';
import { interruptions } from './truncation/interruptions.mjs';
import { installPeer, interruptPeer } from './truncation/livekit-trials.mjs';
import { scoreOf } from './truncation/scores.mjs';

/** @typedef {{ system: string, config: string, wordTimes: string, answers: Score, said: Score }} Row */
/** @typedef {import('./truncation/interruptions.mjs').Interruption} Interruption */
/** @typedef {import('./truncation/scores.mjs').Score} Score */
/** @typedef {import('./truncation/antiphon-trials.mjs').Outcome} Outcome */

const TRIALS = 48;

/** The peer sleeps between words, so it is not given more at once than a core has time for. */
const PEER_AT_ONCE = 12;

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    'without-peer': { type: 'boolean', default: false },
    seed: { type: 'string', default: '4471' },
  },
});
const seed = Number(options.seed);
const trials = interruptions(TRIALS, seed);
/** @type {Row[]} */
const rows = [];

try {
  if (!options['without-peer']) await installPeer();
  const legs = /** @type {(keyof typeof LEGS)[]} */ (Object.keys(LEGS));
  for (const wordTimes of /** @type {const} */ (['given', 'not given'])) {
    const isTimed = wordTimes === 'given';
    for (const leg of legs) {
      const run = trials.map((trial) =>
        interruptAntiphon(trial, { leg, words: isTimed ? trial.words : null }),
      );
      addRow({ system: 'Antiphon', config: leg, wordTimes }, trials, await Promise.all(run));
    }
    if (options['without-peer']) continue;
    const outcomes = await interruptPeer(trials, { isTimed, atOnce: PEER_AT_ONCE });
    const system = '@livekit/agents 1.9.0';
    addRow({ system, config: 'its synchronizer', wordTimes }, trials, outcomes);
  }
  const aligned = await alignedInterruptions(TRIALS, seed);
  const leg = 'hold, own clock';
  const run = aligned.map((trial) => interruptAntiphon(trial, { leg, words: trial.aligned }));
  const what = { system: 'Antiphon', config: `${leg}, Flite`, wordTimes: 'aligned' };
  addRow(what, aligned, await Promise.all(run));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

if (options.json) console.log(JSON.stringify({ seed, rows }, undefined, 2));
else printTable();
process.exit(0);

/**
 * @param {Pick<Row, 'system' | 'config' | 'wordTimes'>} what
 * @param {readonly Interruption[]} tried
 * @param {readonly Outcome[]} outcomes
 */
function addRow(what, tried, outcomes) {
  const scores = ['answer', 'say'].map((kind) => {
    const picked = tried.flatMap((trial, index) => (trial.kind === kind ? [index] : []));
    return scoreOf(
      picked.flatMap((index) => tried[index] ?? []),
      picked.flatMap((index) => outcomes[index] ?? []),
    );
  });
  const [answers, said] = scores;
  if (answers && said) rows.push({ ...what, answers, said });
}

function printTable() {
  console.log(
    `${TRIALS} seeded interruptions (seed ${seed}), in real time; a voice with known word times.\n` +
      'Of answers | of texts said (greetings, fillers): histories that are word-exact, that claim\n' +
      'words not played, and that lack words played (how many words in all).\n',
  );
  const lines = [
    ['system', 'configuration', 'word times', 'exact', 'over', 'under', 'exact', 'over', 'under'],
    ...rows.map(({ system, config, wordTimes, answers, said }) => [
      system,
      config,
      wordTimes,
      ...cellsOf(answers),
      ...cellsOf(said),
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of lines) {
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** @param {Score} score */
function cellsOf({ trials: count, exact, over, overWords, under, underWords }) {
  return [`${exact}/${count}`, `${over} (${overWords})`, `${under} (${underWords})`];
}
