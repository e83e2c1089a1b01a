import { startSession, systemClock } from '@antiphon/session';
import {
  CallerEar,
  FakeDetectors,
  FakeEngine,
  knownAudio,
  ListeningChannel,
  MemoryLeg,
  TEST_CONFIG,
} from '@antiphon/session/testing';

/** @typedef {import('./interruptions.mjs').Interruption} Interruption */
/** @typedef {import('@antiphon/session').TimedWord} TimedWord */
/** @typedef {{ readonly playedMs: number, readonly kept: string }} Outcome */

const SAMPLE_RATE = 24_000;

/** A frame of the caller's, at 8 kHz. */
const FRAME_MS = 20;
const FRAME_SAMPLES = 160;

/** A client's network: how long before its device plays, and before its report is here. */
const CLIENT_DELAY_MS = 60;

/** A session that has not settled by then never will. */
const GIVEN_UP_MS = 5_000;

/**
 * The legs of the three kinds of client.
 * @satisfies {Record<string, import('@antiphon/session').LegCapabilities>}
 */
export const LEGS = /** @type {const} */ ({
  'hold, own clock': { bargeIn: 'hold', playedPosition: 'estimate', maxLeadMs: 400 },
  'hold, marks every 20 ms': { bargeIn: 'hold', playedPosition: 'marks', maxLeadMs: 400 },
  'cancel, client truncates': { bargeIn: 'cancel', playedPosition: 'client', maxLeadMs: 10_000 },
});

/**
 * Interrupts a whole session in real time. The engine tells it the words given, if any are.
 * @param {Interruption} interruption
 * @param {{ readonly leg: keyof typeof LEGS, readonly words: readonly TimedWord[] | null }} setup
 * @returns {Promise<Outcome>} how far the caller's device played, and what the session kept
 */
export async function interruptAntiphon(interruption, { leg: legName, words }) {
  const capabilities = LEGS[legName];
  const isClient = capabilities.playedPosition === 'client';
  const leg = new MemoryLeg(systemClock, { ...capabilities, outputRate: SAMPLE_RATE });
  const ear = new CallerEar(systemClock, {
    delayMs: isClient ? CLIENT_DELAY_MS : 0,
    marksOnStop: true,
    onMark: (itemId, playedMs) => {
      if (capabilities.playedPosition !== 'marks') return;
      leg.facts$.next({ type: 'leg.played', itemId, playedMs });
    },
  });
  leg.ear = ear;
  const engine = new FakeEngine();
  const detectors = new FakeDetectors();
  const channel = new ListeningChannel();
  const session = startSession({
    sessionId: 'sess_bench',
    agent: {
      name: 'bench',
      description: '',
      pipeline: 'fake',
      detector: 'energy',
      config: { ...TEST_CONFIG, greeting: interruption.text },
      dialogue: null,
    },
    leg,
    channels: [channel],
    engine,
    detectors,
    tools: { run: () => Promise.resolve({ kind: 'unknown' }) },
    clock: systemClock,
  });

  if (interruption.kind === 'say') {
    session.control.greet();
  } else {
    detectors.detector.start();
    leg.speak(new Int16Array(1_600));
    detectors.detector.stop();
  }
  const itemId = speak();
  await until(() => ear.playedMs(itemId) - interruption.cutAtMs);
  detectors.detector.start();
  if (isClient) {
    ear.stop();
    await wait(CLIENT_DELAY_MS);
    session.control.truncateItem(itemId, Math.floor(ear.playedMs(itemId)));
  }
  const startedAtMs = performance.now();
  while (!channel.events.some(({ type }) => type === 'item.truncated')) {
    if (performance.now() - startedAtMs > GIVEN_UP_MS) throw new Error('nothing was truncated');
    // The caller goes on: a voice whose line falls silent at once is taken for a click.
    leg.speak(new Int16Array(FRAME_SAMPLES));
    await wait(FRAME_MS);
  }
  const item = session.control.item(itemId);
  const playedMs = ear.playedMs(itemId);
  session.control.end('clientEnded');
  await session.ended;
  return { playedMs, kept: item?.kind === 'message' ? (item.text ?? '') : '' };

  function speak() {
    const voice = engine.session;
    const { generationId } = voice.request;
    voice.emit({ type: 'generation.text', generationId, delta: interruption.text });
    if (words) voice.emit({ type: 'generation.words', generationId, words });
    const pcm = knownAudio(0, interruption.lengthMs, SAMPLE_RATE);
    voice.emit({ type: 'generation.audio', generationId, pcm, sampleRate: SAMPLE_RATE });
    voice.end();
    const spoken = session.control.items().at(-1);
    if (!spoken) throw new Error('nothing was said');
    return spoken.id;
  }
}

/** Waits until a number of milliseconds is not below zero. @param {() => number} reachedMs */
async function until(reachedMs) {
  for (let leftMs = -reachedMs(); leftMs > 0; leftMs = -reachedMs()) await wait(leftMs);
}

/** @param {number} ms @returns {Promise<void>} */
function wait(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
