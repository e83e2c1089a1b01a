// What a page's main thread does, second by second.

/**
 * A kind of entry that browsers have; the types here are those of Node, which has others.
 * @type {import('node:perf_hooks').EntryType}
 */
const LONG_TASK = JSON.parse('"longtask"');

/**
 * Milliseconds of each second.
 * @typedef {object} MainThread
 * @property {readonly number[]} busyMs all that it did in each
 * @property {number} heldUpMs what held up a person: what tasks took beyond 50 ms each, on average
 */

/**
 * Adds up from now on, whatever the page leads to, what its tasks take beyond 50 ms each.
 * @param {import('playwright-core').Page} page
 */
export async function noteLongTasks(page) {
  await page.addInitScript(note, LONG_TASK);
  await page.evaluate(note, LONG_TASK);
}

/** @param {import('node:perf_hooks').EntryType} longTask */
function note(longTask) {
  Object.assign(globalThis, { heldUpMs: 0 });
  new PerformanceObserver((list) => {
    const held = list.getEntries().reduce((sum, { duration }) => sum + duration - 50, 0);
    Object.assign(globalThis, { heldUpMs: Reflect.get(globalThis, 'heldUpMs') + held });
  }).observe({ type: longTask, buffered: true });
}

/**
 * What tasks have taken beyond 50 ms each since this was asked last.
 * @param {import('playwright-core').Page} page
 */
export async function takeHeldUpMs(page) {
  return Number(
    await page.evaluate(() => {
      const held = Reflect.get(globalThis, 'heldUpMs');
      Object.assign(globalThis, { heldUpMs: 0 });
      return held;
    }),
  );
}

/**
 * @param {import('playwright-core').Page} page
 * @param {number} seconds
 * @returns {Promise<MainThread>}
 */
export async function sampled(page, seconds) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  await takeHeldUpMs(page);
  const busyMs = [];
  let before = await taskMs(devtools);
  for (let second = 0; second < seconds; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const now = await taskMs(devtools);
    busyMs.push(((now.taskMs - before.taskMs) / (now.atMs - before.atMs)) * 1000);
    before = now;
  }
  const heldUpMs = (await takeHeldUpMs(page)) / seconds;
  await devtools.detach();
  return { busyMs, heldUpMs };
}

/** @param {import('playwright-core').CDPSession} devtools */
async function taskMs(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  const valueOf = (/** @type {string} */ name) =>
    metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { atMs: valueOf('Timestamp') * 1000, taskMs: valueOf('TaskDuration') * 1000 };
}

/**
 * @param {readonly number[]} values
 * @param {number} of from 0 to 1
 */
export function percentile(values, of) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(of * sorted.length))] ?? NaN;
}
