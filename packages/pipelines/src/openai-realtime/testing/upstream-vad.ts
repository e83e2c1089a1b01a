import { bytesToPcm16, ulawToPcm16 } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { TurnDetector } from '@antiphon/session';
import type { RealtimeAudioInputTurnDetection } from 'openai/resources/realtime/realtime';
import { EnergyTurnDetectors } from '../../turn-detection/energy-turn-detectors.ts';

/** Whom it tells, with offsets in all of the audio of the connection. */
export interface UpstreamVadEvents {
  started(startMs: number): void;
  stopped(decidedMs: number): void;
}

type Detection = RealtimeAudioInputTurnDetection | null | undefined;

/** Both ends of what an upstream without semantics takes for patience. */
const SEMANTIC_SILENCE_MS = 500;
const PADDING_MS = 300;

/** Turn detection of an upstream service, by level alone. */
export class UpstreamVad {
  readonly #events: UpstreamVadEvents;
  #detector: TurnDetector | null = null;
  #heardMs = 0;
  /** Where the detector was opened. */
  #openedMs = 0;

  constructor(events: UpstreamVadEvents) {
    this.#events = events;
  }

  configure(detection: Detection): void {
    this.#detector?.close();
    this.#detector = null;
    if (!detection) return;
    const isServers = detection.type === 'server_vad';
    const silence = isServers ? detection.silence_duration_ms : undefined;
    const padding = isServers ? detection.prefix_padding_ms : undefined;
    this.#openedMs = this.#heardMs;
    const options = {
      mode: 'vad',
      threshold: (isServers ? detection.threshold : undefined) ?? 0.5,
      prefixPaddingMs: 0,
      silenceDurationMs: silence ?? SEMANTIC_SILENCE_MS,
      createsResponse: false,
      interruptsResponse: false,
    } as const;
    this.#detector = new EnergyTurnDetectors().open(options, (fact) => {
      if (fact.type === 'speechStarted') {
        this.#events.started(Math.max(0, this.#openedMs + fact.startMs - (padding ?? PADDING_MS)));
      }
      if (fact.type === 'speechStopped') this.#events.stopped(this.#openedMs + fact.decidedMs);
    });
  }

  hear(bytes: Buffer, rate: SampleRate): void {
    const pcm = rate === 8000 ? ulawToPcm16(bytes) : bytesToPcm16(bytes);
    this.#heardMs += (pcm.length * 1000) / rate;
    this.#detector?.accept({ pcm, sampleRate: rate, atMs: 0 });
  }

  /** The audio so far was committed or cleared. */
  reset(): void {
    this.#detector?.reset();
  }
}
