import type { TranscriptRef } from '@antiphon/observability';
import { parseClientEvent, protocolErrors } from '@antiphon/protocol';
import type {
  ClientEvent,
  Dialect,
  SessionConfig as WireConfig,
  SessionPatch,
} from '@antiphon/protocol';
import type {
  AgentDefinition,
  CallerLeg,
  Clock,
  ControlChannel,
  EndReason,
  GenerationKind,
  Session,
  SessionEvent,
} from '@antiphon/session';
import { AnnouncedItems } from './announced-items.ts';
import { AnswerDesk } from './answer-desk.ts';
import { ClientCommands } from './client-commands.ts';
import { ConversationEvents } from './conversation-events.ts';
import { EventOutlet } from './event-outlet.ts';
import type { RealtimeSocket } from './event-outlet.ts';
import { GreetingCue } from './greeting-cue.ts';
import { HandoffEvent } from './handoff-event.ts';
import { IdlePrompt } from './idle-prompt.ts';
import { prepareSession } from './initial-session.ts';
import { OutOfBandResponses } from './out-of-band-responses.ts';
import { RealtimeLeg } from './realtime-leg.ts';
import { ResponseSequencer } from './response-sequencer.ts';
import { closingOf } from './session-closing.ts';
import { WireSession } from './wire-session.ts';

/** What a connection is opened with. */
export interface RealtimeConnectionOptions {
  readonly socket: RealtimeSocket;
  /** As the handshake says; a GA connection turns to beta at a first update of that shape. */
  readonly dialect: Dialect;
  readonly sessionId: string;
  readonly agent: AgentDefinition;
  /** The model's name on the wire. */
  readonly model: string;
  /**
   * The client came for this agent: it greets, covers long tool calls, and keeps its model,
   * whatever model the client names.
   */
  readonly greets: boolean;
  readonly clock: Clock;
  /**
   * Told the `traceparent` in `session.tracing.metadata`, from before the session starts on and
   * whenever an update has one; what the client wrote, unchecked.
   */
  readonly onTraceparent?: (traceparent: string) => void;
  /** Starts the session on this leg, with this channel among those it tells. */
  readonly start: (leg: CallerLeg, channel: ControlChannel, agent: AgentDefinition) => Session;
  /** Whether the client reads what the caller said without asking for it; as `greets` unless said. */
  readonly transcribesByDefault?: boolean;
  /** `transcription` listens and answers nothing; `realtime` unless said. */
  readonly sessionType?: WireConfig['sessionType'];
  /**
   * Taken as the client's first update would be, but before the session starts and is shown; what
   * cannot be met is an error event, and then none of it holds. A model in it is passed over.
   */
  readonly initialSession?: SessionPatch;
  /** The client asked for our own events, which name where its call is kept. */
  readonly ownEvents?: { readonly transcriptRef: TranscriptRef };
  /** When the session expires, as it was started with; 60 minutes unless said. */
  readonly maxSessionMs?: number;
}

const MAX_SESSION_MS = 60 * 60_000;

/** What a client gets that asks for an answer: one, or what the session says to the caller's reply. */
const ANSWERS: ReadonlySet<GenerationKind> = new Set([
  'answer',
  'addressCheck',
  'addressAsk',
  'staying',
]);

/**
 * One client of the Realtime protocol and its session: what the client sends becomes calls of the
 * session, and what the session tells becomes events in the order that clients depend on. It owns
 * neither: the session ends by itself or with the socket, and then nothing is held.
 */
export class RealtimeConnection {
  readonly session: Session;
  readonly #maxSessionMs: number;
  readonly #reportsFormatMismatch: boolean;
  readonly #tellTraceparent: () => void;
  readonly #outlet: EventOutlet;
  readonly #leg: RealtimeLeg;
  readonly #responses: ResponseSequencer;
  readonly #conversation: ConversationEvents;
  readonly #answers: AnswerDesk;
  readonly #outOfBand: OutOfBandResponses;
  readonly #commands: ClientCommands;
  readonly #idle: IdlePrompt;
  readonly #greeting: GreetingCue | null;
  readonly #handoff: HandoffEvent | null;
  #isCallerSpeaking = false;
  #hasEnded = false;

  /** Sends session.created and starts the session; throws what `start` throws. */
  constructor(options: RealtimeConnectionOptions) {
    const { socket, dialect, clock, agent, greets, initialSession = {} } = options;
    this.#maxSessionMs = options.maxSessionMs ?? MAX_SESSION_MS;
    this.#reportsFormatMismatch = agent.reportFormatMismatch ?? false;
    const outlet = new EventOutlet({
      socket,
      dialect,
      // Called inside an event of the session, which may not be called back before it returns.
      onOverflow: () => queueMicrotask(() => this.#leg.leave()),
    });
    const wire = new WireSession({
      sessionId: options.sessionId,
      agent,
      model: options.model,
      sessionType: options.sessionType ?? initialSession.sessionType ?? 'realtime',
      greets,
      transcribes: options.transcribesByDefault ?? greets,
      expiresAtMs: clock.now() + this.#maxSessionMs,
    });
    this.#tellTraceparent = () => {
      const traceparent = traceparentOf(wire.config);
      if (traceparent !== null) options.onTraceparent?.(traceparent);
    };
    const control = () => this.session.control;
    const announced = new AnnouncedItems(() => control().items());
    this.#outlet = outlet;
    this.#leg = new RealtimeLeg({
      clock,
      formats: () => wire.config,
      onAudio: (audio, base64, endMs) => this.#responses.audio(audio, base64, endMs),
      onDropped: () => this.#audioDropped(),
    });
    this.#responses = new ResponseSequencer({
      outlet,
      announced,
      config: () => wire.config,
      onDone: (response) => this.#answers.responseDone(response),
    });
    this.#answers = new AnswerDesk({ responses: this.#responses, control });
    this.#outOfBand = new OutOfBandResponses({ outlet, control, config: () => wire.config });
    this.#conversation = new ConversationEvents({
      outlet,
      announced,
      control,
      transcribes: () => wire.transcribes,
    });
    this.#commands = new ClientCommands({
      outlet,
      leg: this.#leg,
      wire,
      control,
      conversation: this.#conversation,
      responses: this.#responses,
      answers: this.#answers,
      outOfBand: this.#outOfBand,
      onReady: () => this.#greeting?.clientReady(),
    });
    this.#idle = new IdlePrompt({
      clock,
      control,
      timeoutMs: () => {
        const { turnDetection } = wire.config;
        return turnDetection?.type === 'server_vad' ? turnDetection.idleTimeoutMs : null;
      },
    });
    const { ownEvents } = options;
    this.#handoff = ownEvents ? new HandoffEvent({ outlet, ...ownEvents }) : null;
    const prepared = prepareSession(wire, initialSession);
    outlet.send({ type: 'session.created', session: wire.object() });
    if (!prepared.ok) outlet.sendError(prepared.fault, null);
    const channel: ControlChannel = {
      // The session comes back from `start`, before which it tells nothing that needs it.
      attach: () => {},
      notify: (event) => this.#notify(event),
    };
    this.#tellTraceparent();
    const startedAgent = prepared.ok ? prepared.agent : wire.agent;
    this.session = options.start(this.#leg, channel, startedAgent);
    if (prepared.ok && prepared.contactEmail !== null) {
      this.session.control.setContact(prepared.contactEmail);
    }
    this.#greeting =
      greets && wire.config.sessionType === 'realtime' && !this.#hasEnded
        ? new GreetingCue(clock, () => control().greet())
        : null;
  }

  /**
   * Takes a text frame of the client and returns the type of the event in it, null when there is
   * none; does nothing once the session has ended.
   */
  receive(text: string): ClientEvent['type'] | null {
    if (this.#hasEnded || !this.#outlet.isOpen) return null;
    const parsed = parseClientEvent(text, this.#outlet.dialect);
    if (!parsed.ok) {
      this.#outlet.sendStamped(parsed.error);
      return null;
    }
    const fault = this.#commands.carryOut(parsed.event);
    if (fault) this.#outlet.sendError(fault, parsed.event.eventId);
    else if (parsed.event.type === 'session.update') this.#tellTraceparent();
    return parsed.event.type;
  }

  /** Takes a binary frame, which is an error. */
  receiveBinary(): void {
    if (!this.#hasEnded) this.#outlet.sendError(protocolErrors.binaryFrame(), null);
  }

  /** The socket is closed, by whomever: the session ends. */
  socketClosed(): void {
    this.#outlet.socketClosed();
    this.#leg.leave();
  }

  #notify(event: SessionEvent): void {
    switch (event.type) {
      case 'caller.speechStarted':
        this.#isCallerSpeaking = true;
        this.#conversation.speechStarted(event);
        return;
      case 'caller.speechStopped':
        this.#isCallerSpeaking = false;
        this.#conversation.speechStopped(event);
        return;
      case 'caller.committed':
        this.#isCallerSpeaking = false;
        this.#conversation.committed(event, this.#idle.silence);
        return;
      case 'caller.transcript':
        this.#conversation.transcript(event);
        return;
      case 'item.added':
        if (event.generationId === null) this.#conversation.added(event);
        else this.#responses.itemAdded(event.generationId, event);
        return;
      case 'item.done':
        // A response tells of its items' ends itself, once their audio was sent.
        if (event.generationId === null) this.#conversation.done(event);
        return;
      case 'item.deleted':
        this.#conversation.deleted(event);
        return;
      case 'item.truncated':
        this.#conversation.truncated(event);
        return;
      case 'generation.started':
        if (ANSWERS.has(event.kind)) this.#answers.answerStarted();
        this.#responses.started(event);
        return;
      case 'generation.text':
        this.#responses.text(event);
        return;
      case 'generation.ended':
        this.#responses.ended(event);
        return;
      case 'audio.formatDoubted':
        if (!this.#reportsFormatMismatch) return;
        this.#outlet.sendError(
          protocolErrors.audioFormatMismatch(event.declared, event.looksLike),
          null,
        );
        return;
      case 'state.changed':
        this.#idle.stateChanged(event);
        return;
      case 'session.ended':
        this.#end(event.reason);
        return;
      default:
        // The rest is for those who watch: clients break at events that they do not know.
        this.#handoff?.notify(event);
        return;
    }
  }

  #audioDropped(): void {
    const isStopping = this.#commands.isStopping;
    if (!isStopping && !this.#isCallerSpeaking) this.#responses.audioDropped(null);
    else {
      const reason = isStopping ? 'client_cancelled' : 'turn_detected';
      this.#responses.audioDropped({ type: 'cancelled', reason });
    }
  }

  #end(reason: EndReason): void {
    this.#hasEnded = true;
    this.#greeting?.close();
    this.#idle.close();
    this.#answers.close();
    this.#outOfBand.close();
    const closing = closingOf(reason, this.#maxSessionMs);
    if (closing.fault) this.#outlet.sendError(closing.fault, null);
    this.#outlet.close(closing.code, closing.reason);
  }
}

function traceparentOf({ tracing }: WireConfig): string | null {
  const value = tracing === null || tracing === 'auto' ? null : tracing.metadata;
  const { traceparent } = (value ?? {}) as { readonly traceparent?: unknown };
  return typeof traceparent === 'string' ? traceparent : null;
}
