import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser, openPage } from '../../../apps/console/src/testing/open-browser.ts';
import { watchFeed } from '../feed-watcher.mjs';
import { startLoadServer } from '../load-server.mjs';
import { noteLongTasks, percentile, sampled, takeHeldUpMs } from './main-thread.mjs';

const KEY = 'sk-bench-console';

/** The time in which all callers come, and the server's code is compiled. */
const ARRIVAL_MS = 10_000;

/** What opening a page costs is over by then. */
const SETTLING_MS = 3_000;

/** Is told nothing. */
const NOBODY = { told: { messages: 0, bytes: 0 }, leave: () => {} };

/** @typedef {'nobody' | 'table by a socket' | 'table' | 'session by a socket' | 'session'} Watched */

/** Between any two that watch there is nobody. A socket has no browser that takes the cores. */
const PASSES = /** @type {const} */ ([
  'nobody',
  'table by a socket',
  'nobody',
  'table',
  'nobody',
  'session by a socket',
  'nobody',
  'session',
]);

/**
 * @typedef {object} Figures
 * @property {number} server its CPU, in parts of a core
 * @property {number} browser likewise, of all its processes
 * @property {number} messages a second
 * @property {number} kib a second
 * @property {number} openingMs what held up a person while the page opened
 * @property {import('./main-thread.mjs').MainThread | null} page
 */

/**
 * Watches a server whose sessions a load keeps talking, by turns with nobody who does; prints what
 * that costs the browser and the server.
 * @param {{ sessions: number, seconds: number, rounds: number }} options
 */
export async function watchServer({ sessions, seconds, rounds }) {
  const totalMs = rounds * PASSES.length * (SETTLING_MS + seconds * 1000);
  console.log(
    `${sessions} sessions behind the stub, all recorded; ${rounds} rounds of passes of ${seconds} s, ${Math.ceil((totalMs + ARRIVAL_MS) / 1000)} s in all\n`,
  );
  const server = await startLoadServer({ key: KEY, records: true });
  const browser = await openBrowser();
  const loadSeconds = Math.ceil(totalMs / 1000) + 30;
  const load = execFile(process.execPath, [
    ...server.loadArguments,
    ...`--sessions ${sessions} --duration ${loadSeconds} --json`.split(' '),
  ]);
  const loadEnded = once(load, 'exit');
  try {
    await sleep(ARRIVAL_MS);
    const { page } = await openPage(browser, `${server.url}/#key=${KEY}`);
    await page.getByRole('table', { name: 'Live sessions' }).waitFor();
    const link = page.getByRole('table').locator('a').first();
    const id = (await link.getAttribute('data-id')) ?? '';
    await noteLongTasks(page);
    /** @type {Map<Watched, Figures[]>} */
    const found = new Map(PASSES.map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const name of PASSES) {
        if (load.exitCode !== null) throw new Error('The load ended before the last pass.');
        const figures = await measured(name, { server, browser, page, id, seconds });
        console.log(line(name, [figures], 0));
        found.get(name)?.push(figures);
      }
    }
    const alone = percentile(found.get('nobody')?.map((figures) => figures.server) ?? [], 0.5);
    console.log('\nmedians');
    for (const [name, figures] of found) console.log(line(name, figures, alone));
  } finally {
    await browser.close();
    load.kill('SIGTERM');
    await loadEnded;
    await server.stop();
  }
}

/**
 * @typedef {object} Stage
 * @property {import('../load-server.mjs').LoadServer} server
 * @property {import('playwright-core').Browser} browser
 * @property {import('playwright-core').Page} page
 * @property {string} id of the session that is watched
 * @property {number} seconds
 */

/**
 * @param {Watched} name
 * @param {Stage} stage
 * @returns {Promise<Figures>}
 */
async function measured(name, { server, browser, page, id, seconds }) {
  const isTable = name.startsWith('table');
  const isPage = name === 'table' || name === 'session';
  const what = { isTable, sessions: isTable ? 0 : [id] };
  const bySocket = isPage || name === 'nobody' ? NOBODY : watchFeed(server.feedUrl, KEY, what);
  const seen = isPage ? countFeed(page) : bySocket;
  await page.goto(isPage ? `${server.url}${isTable ? '/' : `/s/${id}`}` : 'about:blank');
  await sleep(SETTLING_MS);
  const openingMs = await takeHeldUpMs(page);
  const before = { ...seen.told, serverMs: server.cpuMs(), browserMs: await cpuMsOf(browser) };
  const startAtMs = performance.now();
  const thread = isPage ? await sampled(page, seconds) : await sleep(seconds * 1000, null);
  const passedMs = performance.now() - startAtMs;
  const figures = {
    server: (server.cpuMs() - before.serverMs) / passedMs,
    browser: ((await cpuMsOf(browser)) - before.browserMs) / passedMs,
    messages: ((seen.told.messages - before.messages) / passedMs) * 1000,
    kib: ((seen.told.bytes - before.bytes) / 1024 / passedMs) * 1000,
    openingMs,
    page: thread,
  };
  seen.leave();
  return figures;
}

/** @param {import('playwright-core').Page} page */
function countFeed(page) {
  const told = { messages: 0, bytes: 0 };
  const listen = (/** @type {import('playwright-core').WebSocket} */ socket) => {
    socket.on('framereceived', ({ payload }) => {
      told.messages += 1;
      told.bytes += Buffer.byteLength(payload);
    });
  };
  page.on('websocket', listen);
  return { told, leave: () => void page.off('websocket', listen) };
}

/** @param {import('playwright-core').Browser} browser */
async function cpuMsOf(browser) {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

/**
 * Medians over passes.
 * @param {Watched} name
 * @param {readonly Figures[]} passes
 * @param {number} alone the server's CPU with nobody who watches; 0 where that is not to be said
 */
function line(name, passes, alone) {
  const median = (/** @type {(figures: Figures) => number} */ of) =>
    percentile(passes.map(of), 0.5);
  const percent = (/** @type {number} */ part) => `${(100 * part).toFixed(1)} %`;
  const server = median((figures) => figures.server);
  const range = passes.map((figures) => percent(figures.server));
  const parts = [
    `server ${percent(server)}`,
    alone > 0 && name !== 'nobody' ? `(${percent(server - alone)} more)` : '',
    passes.length > 1 ? `[${range.join(', ')}]` : '',
  ];
  if (name !== 'nobody') {
    const told = `${median(({ messages }) => messages).toFixed(1)} messages, ${median(({ kib }) => kib).toFixed(1)} KiB/s`;
    parts.push(told);
  }
  const threads = passes.flatMap(({ page }) => page ?? []);
  if (threads.length > 0) {
    const busy = threads.flatMap(({ busyMs }) => busyMs);
    const heldUp = threads.map(({ heldUpMs }) => heldUpMs.toFixed(1));
    parts.push(
      `browser ${percent(median((figures) => figures.browser))}`,
      `main thread busy p50 ${percentile(busy, 0.5).toFixed(0)}, max ${percentile(busy, 1).toFixed(0)} ms/s`,
      `held up ${heldUp.join(', ')} ms/s`,
      `once while opening ${median(({ openingMs }) => openingMs).toFixed(0)} ms`,
    );
  }
  return `${name.padEnd(20)} ${parts.filter((part) => part !== '').join('  ')}`;
}
