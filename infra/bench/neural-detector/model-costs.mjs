import { FRAME_SAMPLES } from './lines.mjs';

/** @typedef {import('../../../packages/pipelines/src/turn-detection/silero-batch.ts').SileroBatch} SileroBatch */

const PIPELINES = new URL('../../../packages/pipelines/', import.meta.url);
const MODEL = new URL('models/silero-vad/silero_vad.onnx', PIPELINES).pathname;

const BATCHES = [1, 2, 4, 8, 16, 32];

const ROUNDS = 200;

/** Half a minute of a line. */
const SHARE_WINDOWS = 940;

// The parts inside the detector's thread, which the package does not export.
/** @type {typeof import('../../../packages/pipelines/src/turn-detection/silero-batch.ts')} */
const { SileroBatch } = await import(builtModule('silero-batch'));
/** @type {typeof import('../../../packages/pipelines/src/turn-detection/window-reader.ts')} */
const { WindowReader } = await import(builtModule('window-reader'));
/** @type {typeof import('../../../packages/pipelines/src/turn-detection/window-slots.ts')} */
const slotsModule = await import(builtModule('window-slots'));
const { createWindowSlots, RING_WINDOWS, USED_SLOTS, WINDOW_SAMPLES } = slotsModule;

/** @param {string} name */
function builtModule(name) {
  return new URL(`dist/turn-detection/${name}.js`, PIPELINES).href;
}

/**
 * What the model costs a window, by how many windows of different streams it is given at once.
 * @param {() => Int16Array} nextFrame
 */
export async function batchCosts(nextFrame) {
  const nextWindow = windowsOf(nextFrame);
  const silero = await SileroBatch.load(MODEL, Math.max(...BATCHES));
  /** @param {number} batch */
  const round = async (batch) => {
    for (let stream = 0; stream < batch; stream += 1) silero.add(stream, nextWindow());
    await silero.run();
  };
  const costs = [];
  for (const batch of BATCHES) {
    for (let warm = 0; warm < 20; warm += 1) await round(batch);
    const before = process.cpuUsage();
    for (let count = 0; count < ROUNDS; count += 1) await round(batch);
    const { user, system } = process.cpuUsage(before);
    costs.push({ batch, microseconds: (user + system) / ROUNDS / batch });
  }
  return costs;
}

/**
 * The share of a line's windows that the energy gate lets through to the model.
 * @param {() => Int16Array} nextFrame
 */
export async function judgedShare(nextFrame) {
  const nextWindow = windowsOf(nextFrame);
  const slots = createWindowSlots(1);
  slots.control[USED_SLOTS] = 1;
  slots.generations[0] = 1;
  let judged = 0;
  const batch = {
    isFull: false,
    resetStream: () => {},
    resetState: () => {},
    skip: () => {},
    add: () => {
      judged += 1;
    },
    run: async () => new Float32Array(1),
  };
  const reader = new WindowReader(
    slots,
    /** @type {SileroBatch} */ (/** @type {unknown} */ (batch)),
    1,
  );
  for (let window = 0; window < SHARE_WINDOWS; window += 1) {
    slots.samples.set(nextWindow(), (window % RING_WINDOWS) * WINDOW_SAMPLES);
    slots.writtenWindows[0] = window + 1;
    await reader.judge();
  }
  return judged / SHARE_WINDOWS;
}

/**
 * @param {() => Int16Array} nextFrame
 * @returns {() => Int16Array}
 */
function windowsOf(nextFrame) {
  let kept = new Int16Array(0);
  return () => {
    while (kept.length < WINDOW_SAMPLES) {
      const joined = new Int16Array(kept.length + FRAME_SAMPLES);
      joined.set(kept);
      joined.set(nextFrame(), kept.length);
      kept = joined;
    }
    const window = kept.slice(0, WINDOW_SAMPLES);
    kept = kept.slice(WINDOW_SAMPLES);
    return window;
  };
}
