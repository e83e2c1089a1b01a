import { FRAME_MS, FRAME_SAMPLES, RATE, overG711, speechClips } from './lines.mjs';
import { DETECTION, inRealTime, startDetectors } from './listening.mjs';

/** Onsets lie differently in the detector's windows of 32 ms: each clip is heard at these delays. */
const DELAYS_MS = [0, 5, 10, 15, 20, 25, 30, 35];

/** Of silence before a clip. */
const LEAD_MS = 500;

/** Every onset is heard by then, or is not heard at all. */
const HEARD_MS = LEAD_MS + 1_500;

/**
 * Hears the beginning of every clip of the repository in real time, and tells for each how long after
 * its first sound the detector said that speech began; the frame that carries the sound is sent when
 * it is full, so up to 20 ms of it are the line's. Throws when an onset is not heard.
 */
export async function onsetLatencies() {
  const detectors = await startDetectors();
  /** @type {number[]} */
  const latenciesMs = [];
  const members = speechClips().flatMap((clip) =>
    DELAYS_MS.map((delayMs) => {
      const onsetMs = LEAD_MS + delayMs;
      const pcm = new Int16Array(((HEARD_MS + 2 * FRAME_MS) * RATE) / 1000);
      const from = (onsetMs * RATE) / 1000;
      pcm.set(clip.subarray(0, pcm.length - from), from);
      const line = overG711(pcm);
      let at = 0;
      let onsetAtMs = 0;
      const detector = detectors.open(DETECTION, (fact) => {
        if (fact.type !== 'speechStarted') return;
        latenciesMs.push(performance.now() - onsetAtMs);
        detector.close();
      });
      return () => {
        const frame = line.subarray(at * FRAME_SAMPLES, (at + 1) * FRAME_SAMPLES);
        at += 1;
        const isWithOnset = Math.floor(onsetMs / FRAME_MS) === at - 1;
        if (isWithOnset) onsetAtMs = performance.now() - (at * FRAME_MS - onsetMs);
        detector.accept({ pcm: frame, sampleRate: RATE, atMs: at * FRAME_MS });
      };
    }),
  );
  await inRealTime(members, HEARD_MS);
  await detectors.close();
  if (latenciesMs.length === members.length) return latenciesMs;
  throw new Error(`only ${latenciesMs.length} of ${members.length} onsets were heard`);
}
