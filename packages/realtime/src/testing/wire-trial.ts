import { startSession } from '@antiphon/session';
import type {
  AgentAudio,
  AgentDefinition,
  CallerLeg,
  LegFact,
  SessionConfig,
} from '@antiphon/session';
import {
  DrivenClock,
  FakeDetectors,
  FakeEngine,
  FakeFollowUps,
  FakeTools,
  ListeningChannel,
  TEST_CONFIG,
} from '@antiphon/session/testing';
import type { RealtimeSocket } from '../event-outlet.ts';
import { RealtimeConnection } from '../realtime-connection.ts';
import type { RealtimeConnectionOptions } from '../realtime-connection.ts';
import { unknownToStockClient } from './stock-parser.ts';
import { IdNames, shorthandOf } from './wire-shorthand.ts';
import type { WireEvent } from './wire-shorthand.ts';

/** A socket that keeps what it is given. */
class FakeSocket implements RealtimeSocket {
  readonly frames: string[] = [];
  /** How many frames there were each time that none was to wait. */
  readonly flushes: number[] = [];
  bufferedBytes = 0;
  closedWith: { readonly code: number; readonly reason: string } | null = null;

  send(text: string): void {
    if (this.closedWith) throw new Error('Something was sent after the close.');
    this.frames.push(text);
  }

  flush(): void {
    this.flushes.push(this.frames.length);
  }

  close(code: number, reason: string): void {
    if (this.closedWith) throw new Error('The socket was closed twice.');
    this.closedWith = { code, reason };
  }
}

/** What a trial differs in from the usual one. */
export interface WireTrialOptions extends Partial<
  Pick<
    RealtimeConnectionOptions,
    | 'dialect'
    | 'greets'
    | 'transcribesByDefault'
    | 'sessionType'
    | 'maxSessionMs'
    | 'initialSession'
    | 'ownEvents'
  >
> {
  readonly config?: Partial<SessionConfig>;
  readonly reportFormatMismatch?: boolean;
}

/** What no frame of the GA dialect holds, whatever texts are in it. */
const BETA_MARKS = /"modalities"|"type":"(?:transcription_session|conversation\.item\.created)/u;

const openedTrials: WireTrial[] = [];

/**
 * Frames of the trials opened since the last call that a stock client of their dialect would not
 * understand. A client that sets an idle timeout is told of it all the same.
 */
export function framesNoClientKnows(): string[] {
  return openedTrials
    .splice(0)
    .filter((trial) => !trial.isBeta)
    .flatMap((trial) => unknownToStockClient(trial.socket.frames))
    .filter((text) => !text.includes('"input_audio_buffer.timeout_triggered"'));
}

/** A connection with a whole session behind it, and everything around it in a test's hands. */
export class WireTrial {
  readonly clock = new DrivenClock();
  readonly socket = new FakeSocket();
  readonly detectors = new FakeDetectors();
  readonly tools = new FakeTools();
  readonly followUps = new FakeFollowUps();
  readonly channel = new ListeningChannel();
  /** Agent audio as the session wrote it to the client's leg. */
  readonly sent: (AgentAudio & { readonly atMs: number })[] = [];
  /** What the client's leg reported to the session. */
  readonly facts: LegFact[] = [];
  readonly connection: RealtimeConnection;
  readonly engines = new FakeEngine();
  readonly #names = new IdNames();
  #taken = 0;

  constructor({ config, reportFormatMismatch, ...options }: WireTrialOptions = {}) {
    const { clock, socket, detectors, tools } = this;
    const agent: AgentDefinition = {
      name: 'test',
      description: 'For tests.',
      pipeline: 'fake',
      detector: 'energy',
      config: { ...TEST_CONFIG, ...config },
      dialogue: null,
      ...(reportFormatMismatch !== undefined && { reportFormatMismatch }),
    };
    this.connection = new RealtimeConnection({
      socket,
      dialect: 'ga',
      sessionId: 'sess_test',
      agent,
      model: 'test-model',
      greets: false,
      clock,
      start: (leg, channel, definition) =>
        startSession({
          sessionId: 'sess_test',
          agent: definition,
          leg: this.#overheard(leg),
          channels: [this.channel, channel],
          engine: this.engines,
          detectors,
          tools,
          clock,
          followUps: this.followUps,
          contactEmail: 'jo@example.com',
          ...(options.maxSessionMs !== undefined && { maxSessionMs: options.maxSessionMs }),
        }),
      ...options,
    });
    openedTrials.push(this);
  }

  #overheard(leg: CallerLeg): CallerLeg {
    leg.facts$.subscribe((fact) => this.facts.push(fact));
    const send = leg.send.bind(leg);
    leg.send = (audio) => {
      this.sent.push({ ...audio, atMs: this.clock.now() });
      send(audio);
    };
    return leg;
  }

  /** The engine's session of the conversation; the ones after it answer out of band. */
  get engine(): FakeEngine['session'] {
    return this.engines.sessions[0] ?? this.engines.session;
  }

  get control() {
    return this.connection.session.control;
  }

  /** Whether the client was ever spoken to in the beta dialect. */
  get isBeta(): boolean {
    return this.socket.frames.some((text) => BETA_MARKS.test(text));
  }

  /** The client sends an event. */
  send(event: Readonly<Record<string, unknown>>): void {
    this.connection.receive(JSON.stringify(event));
  }

  /** The client types a message. */
  type(text: string, more: Readonly<Record<string, unknown>> = {}): void {
    const content = [{ type: 'input_text', text }];
    this.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content, ...more },
    });
  }

  /** The client answers a call. */
  answerCall(callId: string, output: string): void {
    const item = { type: 'function_call_output', call_id: callId, output };
    this.send({ type: 'conversation.item.create', item });
  }

  /** The client sends this much PCM16 at 24 kHz, in frames of 20 ms, while time passes. */
  hear(ms: number): void {
    const audio = Buffer.alloc(960).toString('base64');
    for (let elapsedMs = 0; elapsedMs < ms; elapsedMs += 20) {
      this.send({ type: 'input_audio_buffer.append', audio });
      this.clock.advance(20);
    }
  }

  /** A whole caller turn, found by the detector. */
  callerTurn(ms = 1_000): void {
    this.detectors.detector.start();
    this.hear(ms);
    this.detectors.detector.stop();
  }

  /** The events sent since the last call of this or `lines`. */
  take(): WireEvent[] {
    const { frames } = this.socket;
    const events = frames.slice(this.#taken).map((text) => JSON.parse(text) as WireEvent);
    this.#taken = frames.length;
    return events;
  }

  /** The same in shorthand, audio deltas that follow one another added up. */
  lines(): string[] {
    const events: WireEvent[] = [];
    for (const event of this.take()) {
      const last = events.at(-1);
      const { delta } = event;
      if (delta !== undefined && last?.type === event.type && event.type.endsWith('audio.delta')) {
        const audio = [last.delta ?? '', delta].map((base64) => Buffer.from(base64, 'base64'));
        events[events.length - 1] = { ...event, delta: Buffer.concat(audio).toString('base64') };
      } else events.push(event);
    }
    return events.map((event) => shorthandOf(event, this.#names));
  }

  /** The id behind a short name that `lines` gave, such as `item_2`. */
  idOf(name: string): string {
    return this.#names.idOf(name);
  }

  /** The call ids told so far, in order. */
  get callIds(): string[] {
    const ids = this.socket.frames
      .map((text) => (JSON.parse(text) as WireEvent).item?.call_id)
      .filter((callId) => callId !== undefined);
    return [...new Set(ids)];
  }
}
