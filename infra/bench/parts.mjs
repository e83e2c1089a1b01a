// Times the parts of the audio path in this process, after `npm run build`: node infra/bench/parts.mjs
import { StreamingResampler, decodeAudio, encodeAudio } from '@antiphon/audio';
import { EnergyTurnDetectors, StubEngine } from '@antiphon/pipelines';
import { parseClientEvent } from '@antiphon/protocol';
import { DEFAULT_TOOL_PHRASES, startSession, systemClock } from '@antiphon/session';
import { NEVER, Subject } from 'rxjs';

const SECOND_FRAMES = 50;
/** @param {number} rate samples a second */
const tone = (rate) =>
  Int16Array.from({ length: rate / SECOND_FRAMES }, (_, index) =>
    Math.round(8000 * Math.sin((2 * Math.PI * 300 * index) / rate)),
  );
const telephone = tone(8000);
const wide = tone(24_000);
const ulaw = encodeAudio(telephone, 'g711_ulaw');
const append = JSON.stringify({
  type: 'input_audio_buffer.append',
  audio: Buffer.from(wide.buffer).toString('base64'),
});

const up = new StreamingResampler(8000, 24_000);
const down = new StreamingResampler(24_000, 8000);
/** @type {import('@antiphon/session').TurnDetection} */
const detection = {
  mode: 'vad',
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 500,
  createsResponse: true,
  interruptsResponse: true,
};
const detector = new EnergyTurnDetectors().open(detection, () => {});

/** @type {[string, () => unknown][]} */
const rows = [
  ['decode µ-law', () => decodeAudio(ulaw, 'g711_ulaw')],
  ['encode µ-law', () => encodeAudio(telephone, 'g711_ulaw')],
  ['resample 8 → 24 kHz', () => up.process(telephone)],
  ['resample 24 → 8 kHz', () => down.process(wide)],
  ['parse an append of 24 kHz PCM', () => parseClientEvent(append, 'ga')],
  ['energy detector', () => detector.accept({ pcm: telephone, sampleRate: 8000, atMs: 0 })],
  ['a silent caller frame through a session', sessionStep()],
];

console.log('microseconds per 20 ms frame, median of 9 rounds');
for (const [name, run] of rows) {
  console.log(`${name.padEnd(42)}${microsecondsOf(run).toFixed(2).padStart(8)}`);
}
process.exit(0);

/** @param {() => unknown} run */
function microsecondsOf(run) {
  const rounds = Array.from({ length: 9 }, () => {
    const startedAtMs = performance.now();
    for (let index = 0; index < 20_000; index += 1) run();
    return (performance.now() - startedAtMs) / 20;
  });
  return rounds.toSorted((a, b) => a - b)[4] ?? NaN;
}

/** Leg, runtime, ring, detector and engine, as the server joins them, without a socket. */
function sessionStep() {
  /** @type {Subject<import('@antiphon/session').AudioFrame>} */
  const audio$ = new Subject();
  /** @type {import('@antiphon/session').AudioFrame} */
  const silence = { pcm: new Int16Array(160), sampleRate: 8000, atMs: 0 };
  startSession({
    sessionId: 'sess_bench',
    agent: {
      name: 'bench',
      description: '',
      pipeline: 'stub',
      detector: 'energy',
      dialogue: null,
      config: {
        instructions: '',
        voice: '',
        speed: 1,
        modality: 'audio',
        tools: [],
        toolChoice: 'auto',
        maxOutputTokens: null,
        temperature: null,
        turnDetection: detection,
        greeting: null,
        covers: [],
        toolPhrases: DEFAULT_TOOL_PHRASES,
        keypad: 'open',
        listeningNoises: [],
        listeningAfterMs: 6_000,
        apology: '',
        farewell: '',
      },
    },
    leg: {
      capabilities: { bargeIn: 'cancel', playedPosition: 'client', maxLeadMs: 10_000 },
      outputRate: 8000,
      audio$,
      facts$: NEVER,
      send: () => {},
      clear: () => {},
      close: () => {},
    },
    channels: [],
    engine: new StubEngine({ clock: systemClock }),
    detectors: new EnergyTurnDetectors(),
    tools: { run: () => Promise.resolve({ kind: 'unknown' }) },
    clock: systemClock,
  });
  return () => audio$.next({ ...silence, atMs: systemClock.now() });
}
