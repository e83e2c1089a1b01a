import { setImmediate } from 'node:timers/promises';
import type { SampleRate } from '@antiphon/audio';
import { startSession } from '@antiphon/session';
import type { SessionConfig, SessionControl } from '@antiphon/session';
import {
  CallerEar,
  DrivenClock,
  FakeTools,
  ListeningChannel,
  MemoryLeg,
  TEST_CONFIG,
} from '@antiphon/session/testing';
import type { PipelineError } from '../../pipeline-error.ts';
import { FakeTextToSpeech } from '../../testing/index.ts';
import { OpenaiRealtimeEngine } from '../openai-realtime-engine.ts';
import type { RealtimeSettings } from '../realtime-settings.ts';
import { RealtimeUpstream } from './realtime-upstream.ts';
import type { UpstreamConnection } from './upstream-connection.ts';
import type { UpstreamScript } from './upstream-script.ts';

/** What a call is made with. */
export interface ProviderCallOptions {
  readonly settings?: Partial<RealtimeSettings>;
  readonly config?: Partial<SessionConfig>;
  readonly rate?: SampleRate;
}

const FRAME_MS = 20;

/** As often as there is a ping. */
const PASS_MS = 20_000;

/** A whole session on a driven clock, whose turns its upstream finds, and a caller in it. */
export class ProviderCall {
  readonly clock = new DrivenClock();
  readonly channel = new ListeningChannel();
  readonly faults: PipelineError[] = [];
  readonly upstream: RealtimeUpstream;
  readonly leg: MemoryLeg;
  readonly ear: CallerEar;
  readonly #rate: SampleRate;

  private constructor(upstream: RealtimeUpstream, options: ProviderCallOptions) {
    const { settings = {}, config = {}, rate = 8000 } = options;
    this.upstream = upstream;
    this.#rate = rate;
    this.leg = new MemoryLeg(this.clock, { outputRate: rate, bargeIn: 'hold' });
    this.ear = new CallerEar(this.clock);
    this.leg.ear = this.ear;
    const engine = new OpenaiRealtimeEngine({
      settings: { ...upstream.settings, turnDetection: 'provider', ...settings },
      clock: this.clock,
      speech: { textToSpeech: new FakeTextToSpeech(this.clock), defaultVoice: 'fake-voice' },
      onFault: (_sessionId, fault) => this.faults.push(fault),
    });
    startSession({
      sessionId: 'sess_test',
      agent: {
        name: 'test',
        description: 'For tests.',
        pipeline: 'openai-realtime',
        detector: 'energy',
        config: { ...TEST_CONFIG, greeting: null, tools: [], ...config },
        dialogue: null,
      },
      leg: this.leg,
      channels: [this.channel],
      engine,
      detectors: engine.turnDetectors!,
      tools: new FakeTools(),
      clock: this.clock,
    });
  }

  /** The upstream session is there, and has begun to hear. */
  static async start(
    script: UpstreamScript = {},
    options: ProviderCallOptions = {},
  ): Promise<ProviderCall> {
    const call = new ProviderCall(await RealtimeUpstream.start(script), options);
    await call.until(() => call.upstream.connections.length > 0 && call.upstream.last.appends > 0);
    await call.silence(200);
    return call;
  }

  get control(): SessionControl {
    return this.channel.control;
  }

  /** The upstream session of now. */
  get connection(): UpstreamConnection {
    return this.upstream.last;
  }

  /** What the upstream's conversation holds, by who says it. */
  get said(): readonly string[] {
    return this.connection.conversation.said;
  }

  /** What ours holds, by who says it. */
  get items(): string[] {
    return this.control
      .items()
      .map((item) =>
        item.kind === 'message' ? `${item.speaker}: ${item.text ?? '…'}` : item.kind,
      );
  }

  /** How turn detection was asked for, each time that it changed. */
  get detections(): unknown[] {
    return this.upstream.connections
      .flatMap(({ heard }) => heard)
      .flatMap((event) =>
        event.type === 'session.update' && event.session.type === 'realtime'
          ? [event.session.audio?.input?.turn_detection]
          : [],
      );
  }

  /** The codes and notes of what was odd. */
  get odd(): string[] {
    return this.faults.map(({ message }) => /\((.*)\)/u.exec(message)?.[1] ?? message);
  }

  /** The caller makes a sound that no detector misses. */
  async speak(ms: number): Promise<void> {
    await this.#hear(ms, (_sample, index) =>
      Math.round(8000 * Math.sin((2 * Math.PI * 440 * index) / this.#rate)),
    );
  }

  async silence(ms: number): Promise<void> {
    await this.#hear(ms, () => 0);
  }

  /** Waits in silence until something holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.silence(FRAME_MS);
  }

  /** Speaks, and is silent until it was written down. */
  async turn(ms = 600): Promise<void> {
    const known = this.channel.of('caller.transcript').filter(({ isFinal }) => isFinal).length;
    await this.speak(ms);
    const finals = () => this.channel.of('caller.transcript').filter(({ isFinal }) => isFinal);
    await this.until(() => finals().length > known);
  }

  /** Lets a long time pass, in which pings are answered and hardly anything is heard. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.clock.now() + ms;
    while (this.clock.now() < untilMs) {
      this.clock.advance(Math.min(PASS_MS, untilMs - this.clock.now()));
      for (let turn = 0; turn < 10; turn += 1) await setImmediate();
      await this.silence(FRAME_MS);
    }
  }

  async close(): Promise<void> {
    this.leg.hangUp();
    while (this.upstream.open > 0) {
      this.clock.advance(FRAME_MS);
      await setImmediate();
    }
    await this.upstream.close();
  }

  async #hear(ms: number, sampleAt: (sample: number, index: number) => number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += FRAME_MS) {
      const samples = (this.#rate * FRAME_MS) / 1000;
      this.leg.speak(new Int16Array(samples).map(sampleAt), this.#rate);
      this.clock.advance(FRAME_MS);
      for (let turn = 0; turn < 4; turn += 1) await setImmediate();
    }
  }
}
