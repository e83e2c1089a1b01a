import { fileURLToPath } from 'node:url';
import { FAKE_KEY, FakeConsole } from '../../../apps/console/src/testing/fake-console.ts';
import { openBrowser, openPage } from '../../../apps/console/src/testing/open-browser.ts';
import { sampleRow } from '../../../apps/console/src/testing/sample-sessions.ts';
import { noteLongTasks, percentile, sampled } from './main-thread.mjs';

/** @typedef {import('@antiphon/observability').SessionRow} SessionRow */

const DIST = fileURLToPath(new URL('../../../apps/console/dist', import.meta.url));
const FEED_MS = 250;
const WARM_UP_SECONDS = 3;

/** What a session's row goes through in a turn of four seconds. */
const TURN = [
  { caller: 'speaking', turn: 'listening', agentAudio: 'idle' },
  { caller: 'silent', turn: 'listening', agentAudio: 'idle' },
  { caller: 'silent', turn: 'responding.thinking', agentAudio: 'idle' },
  { caller: 'silent', turn: 'toolPending.covering', agentAudio: 'playing' },
  { caller: 'silent', turn: 'responding.speaking', agentAudio: 'playing' },
  { caller: 'speaking', turn: 'truncated.deciding', agentAudio: 'held' },
  { caller: 'silent', turn: 'responding.speaking', agentAudio: 'playing' },
  { caller: 'silent', turn: 'listening', agentAudio: 'idle' },
];
const STEPS_PER_FEED = (TURN.length / 4) * (FEED_MS / 1000);

/**
 * Shows the table of a fake server, whose sessions change their rows twice a second, or all with
 * every message; prints what that costs the page.
 * @param {{ sessions: number, seconds: number }} options
 */
export async function watchFakeServer({ sessions, seconds }) {
  const fake = await FakeConsole.start(DIST);
  const browser = await openBrowser();
  const rows = Array.from({ length: sessions }, (_, at) => sampleRow(`sess_${at}`));
  fake.tellRows(rows);
  try {
    const { page } = await openPage(browser, `${fake.url}/#key=${FAKE_KEY}`);
    await page.getByRole('table').waitFor();
    await noteLongTasks(page);
    console.log(`${sessions} live sessions, ${seconds} s, milliseconds of each second:`);
    for (const { name, isEvery } of [
      { name: 'each row changes twice a second', isEvery: false },
      { name: 'every row changes with every message', isEvery: true },
    ]) {
      const stop = goOn(fake, rows, isEvery);
      await sampled(page, WARM_UP_SECONDS);
      const { busyMs, heldUpMs } = await sampled(page, seconds);
      stop();
      const [usual, most] = [0.5, 1].map((of) => percentile(busyMs, of).toFixed(0));
      console.log(
        `${name}: main thread busy p50 ${usual}, max ${most}; held up ${heldUpMs.toFixed(1)}`,
      );
    }
  } finally {
    await browser.close();
    await fake.close();
  }
}

/**
 * Lets the calls go on until the answer is called.
 * @param {FakeConsole} fake
 * @param {SessionRow[]} rows
 * @param {boolean} isEvery whether every row changes with every message
 */
function goOn(fake, rows, isEvery) {
  const at = rows.map((_, index) => index % TURN.length);
  const timer = setInterval(() => {
    const changed = [];
    for (const [index, row] of rows.entries()) {
      if (!isEvery && Math.random() > STEPS_PER_FEED) continue;
      const step = ((at[index] ?? 0) + 1) % TURN.length;
      at[index] = step;
      const next = rowAfter(row, step);
      rows[index] = next;
      changed.push(next);
    }
    fake.tellRows(changed);
  }, FEED_MS);
  return () => clearInterval(timer);
}

/**
 * @param {SessionRow} row
 * @param {number} step
 * @returns {SessionRow}
 */
function rowAfter(row, step) {
  const state = TURN[step] ?? row.state;
  const turns = row.turns + (step === 0 ? 1 : 0);
  return {
    ...row,
    state,
    turns,
    openTools: state.turn.startsWith('toolPending') ? ['look_up_order'] : [],
    bargeIns: row.bargeIns + (step === 5 ? 1 : 0),
    lastTurn:
      turns === 0
        ? null
        : {
            turn: turns,
            voiceToVoiceMs: 200 + ((turns * 137) % 700),
            postEndpointMs: 40,
            budgetMs: 900,
          },
  };
}
