// What the console's table costs the browser while many sessions live, after `npm run build`:
// npm run bench:console [sessions] [seconds]. The feed is a fake server's, at the rate of real
// calls: each session changes its row twice a second, and rows come at most every 250 ms.
import { fileURLToPath } from 'node:url';
import { FAKE_KEY, FakeConsole } from '../../apps/console/src/testing/fake-console.ts';
import { openBrowser, openPage } from '../../apps/console/src/testing/open-browser.ts';
import { sampleRow } from '../../apps/console/src/testing/sample-sessions.ts';

/** @typedef {import('@antiphon/observability').SessionRow} SessionRow */

const sessions = Number(process.argv[2] ?? 200);
const seconds = Number(process.argv[3] ?? 20);
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
 * A kind of entry that browsers have; the types here are those of Node, which has others.
 * @type {import('node:perf_hooks').EntryType}
 */
const LONG_TASK = JSON.parse('"longtask"');

const distDir = fileURLToPath(new URL('../../apps/console/dist', import.meta.url));
const fake = await FakeConsole.start(distDir);
const browser = await openBrowser();
const rows = Array.from({ length: sessions }, (_, at) => sampleRow(`sess_${at}`));
fake.tellRows(rows);
try {
  const { page } = await openPage(browser, `${fake.url}/#key=${FAKE_KEY}`);
  await page.getByRole('table').waitFor();
  await page.evaluate((longTask) => {
    Object.assign(globalThis, { heldUpMs: 0 });
    new PerformanceObserver((list) => {
      const held = list.getEntries().reduce((sum, { duration }) => sum + duration - 50, 0);
      Object.assign(globalThis, { heldUpMs: Reflect.get(globalThis, 'heldUpMs') + held });
    }).observe({ type: longTask });
  }, LONG_TASK);
  console.log(`${sessions} live sessions, ${seconds} s, milliseconds of each second:`);
  for (const { name, isEvery } of [
    { name: 'each row changes twice a second', isEvery: false },
    { name: 'every row changes with every message', isEvery: true },
  ]) {
    const stop = goOn(isEvery);
    await sampled(page, WARM_UP_SECONDS);
    const measured = await sampled(page, seconds);
    stop();
    report(name, measured);
  }
} finally {
  await browser.close();
  await fake.close();
}

/**
 * Lets the calls go on until the answer is called.
 * @param {boolean} isEvery whether every row changes with every message
 */
function goOn(isEvery) {
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

/**
 * The main thread, second by second: all it does, and what of that held up a person. A task holds
 * people up for as long as it takes beyond 50 ms.
 * @param {import('playwright-core').Page} page
 * @param {number} forSeconds
 */
async function sampled(page, forSeconds) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  await page.evaluate(() => Object.assign(globalThis, { heldUpMs: 0 }));
  const samples = [];
  let before = await busyMs(devtools);
  for (let second = 0; second < forSeconds; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const now = await busyMs(devtools);
    const passedMs = now.atMs - before.atMs;
    samples.push(((now.taskMs - before.taskMs) / passedMs) * 1000);
    before = now;
  }
  const heldUpMs = Number(await page.evaluate(() => Reflect.get(globalThis, 'heldUpMs')));
  await devtools.detach();
  return { samples, heldUpMs: heldUpMs / forSeconds };
}

/** @param {import('playwright-core').CDPSession} devtools */
async function busyMs(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  const valueOf = (/** @type {string} */ name) =>
    metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { atMs: valueOf('Timestamp') * 1000, taskMs: valueOf('TaskDuration') * 1000 };
}

/**
 * @param {string} name
 * @param {{ samples: number[], heldUpMs: number }} measured
 */
function report(name, { samples, heldUpMs }) {
  const sorted = samples.toSorted((a, b) => a - b);
  const part = (/** @type {number} */ of) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(of * sorted.length))] ?? 0).toFixed(0);
  console.log(
    `${name}: main thread busy p50 ${part(0.5)}, max ${part(1)}; held up ${heldUpMs.toFixed(1)}`,
  );
}
