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

/** The load outlasts the passes. */
const SPARE_SECONDS = 30;

/** What opening a page costs is over by then. */
const SETTLING_MS = 3_000;

/** Is told nothing. */
const NOBODY = { told: { messages: 0, bytes: 0 }, leave: () => {} };

/** @typedef {'table by a socket' | 'table' | 'session by a socket' | 'session'} Watched */

/** Before and after each there is nobody. A socket has no browser that takes the cores. */
const WATCHED = /** @type {const} */ ([
  'table by a socket',
  'table',
  'session by a socket',
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
  const passes = 2 * rounds * WATCHED.length + 1;
  const measuringSeconds = Math.ceil(passes * (SETTLING_MS / 1000 + seconds));
  console.log(
    `${sessions} sessions behind the stub, all recorded; ${passes} passes of ${seconds} s, ${measuringSeconds + ARRIVAL_MS / 1000} s in all\n`,
  );
  const server = await startLoadServer({ key: KEY, records: true });
  const browser = await openBrowser();
  const load = execFile(process.execPath, [
    ...server.loadArguments,
    ...`--sessions ${sessions} --duration ${measuringSeconds + SPARE_SECONDS} --json`.split(' '),
  ]);
  const loadEnded = once(load, 'exit');
  try {
    await sleep(ARRIVAL_MS);
    const { page } = await openPage(browser, `${server.url}/#key=${KEY}`);
    await page.getByRole('table', { name: 'Live sessions' }).waitFor();
    const link = page.getByRole('table').locator('a').first();
    const id = (await link.getAttribute('data-id')) ?? '';
    await noteLongTasks(page);
    const pass = async (/** @type {Watched | null} */ name) => {
      if (load.exitCode !== null) throw new Error('The load ended before the last pass.');
      const figures = await measured(name, { server, browser, page, id, seconds });
      console.log(line(name, [figures], []));
      return figures;
    };
    /** @type {Map<Watched, Figures[]>} */
    const found = new Map(WATCHED.map((name) => [name, []]));
    /** @type {Map<Watched, number[]>} */
    const more = new Map(WATCHED.map((name) => [name, []]));
    const alone = [await pass(null)];
    for (let round = 0; round < rounds; round += 1) {
      for (const name of WATCHED) {
        const figures = await pass(name);
        const [before, after] = [alone.at(-1), await pass(null)];
        alone.push(after);
        found.get(name)?.push(figures);
        more.get(name)?.push(figures.server - ((before?.server ?? 0) + after.server) / 2);
      }
    }
    console.log('\nmedians; what a watched pass has more than those before and after it');
    console.log(line(null, alone, []));
    for (const [name, figures] of found) console.log(line(name, figures, more.get(name) ?? []));
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
 * @param {Watched | null} name
 * @param {Stage} stage
 * @returns {Promise<Figures>}
 */
async function measured(name, { server, browser, page, id, seconds }) {
  const isTable = name?.startsWith('table') ?? false;
  const isPage = name === 'table' || name === 'session';
  const what = { isTable, sessions: isTable ? 0 : [id] };
  const bySocket = isPage || name === null ? NOBODY : watchFeed(server.feedUrl, KEY, what);
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
 * @param {Watched | null} name null for nobody
 * @param {readonly Figures[]} passes
 * @param {readonly number[]} more the server's CPU beyond that with nobody, where that is known
 */
function line(name, passes, more) {
  const median = (/** @type {(figures: Figures) => number} */ of) =>
    percentile(passes.map(of), 0.5);
  const percent = (/** @type {number} */ part) => (100 * part).toFixed(1);
  const parts = [`server ${percent(median((figures) => figures.server))} %`];
  if (more.length > 0) {
    parts.push(`${percent(percentile(more, 0.5))} % more (${more.map(percent).join(', ')})`);
  }
  if (name !== null) {
    const messages = median((figures) => figures.messages).toFixed(1);
    const kib = median((figures) => figures.kib).toFixed(1);
    parts.push(`${messages} messages/s, ${kib} KiB/s`);
  }
  const threads = passes.flatMap(({ page }) => page ?? []);
  if (threads.length > 0) {
    const busy = threads.flatMap(({ busyMs }) => busyMs);
    parts.push(
      `browser ${percent(median((figures) => figures.browser))} %`,
      `main thread busy p50 ${percentile(busy, 0.5).toFixed(0)}, max ${percentile(busy, 1).toFixed(0)} ms/s`,
      `held up ${threads.map(({ heldUpMs }) => heldUpMs.toFixed(1)).join(', ')} ms/s`,
      `once while opening ${median(({ openingMs }) => openingMs).toFixed(0)} ms`,
    );
  }
  return `${(name ?? 'nobody').padEnd(20)} ${parts.join('; ')}`;
}
