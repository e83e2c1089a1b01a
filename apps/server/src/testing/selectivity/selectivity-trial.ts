import { speechIntervals } from '@antiphon/audio';
import type {
  AgentDefinition,
  Clock,
  ControlChannel,
  Session,
  SessionControl,
  SessionEvent,
  TurnDetectors,
  VoiceEngine,
} from '@antiphon/session';
import { startSession } from '@antiphon/session';
import { FakeTools, ListeningChannel, MemoryLeg } from '@antiphon/session/testing';
import { CallerRoom, LoudEar } from './caller-room.ts';
import type { Clip } from './clip.ts';
import { LINE_RATE } from './sounds.ts';

/** A frame of the line. */
export const FRAME_MS = 20;
const FRAME_SAMPLES = (FRAME_MS * LINE_RATE) / 1000;

/** The line is open for a moment before the caller speaks. */
const OPENING_MS = 300;

/** So much of the agent's answer is heard before the clip begins. */
const HEARD_BEFORE_MS = 1_200;

/** A clip without a sound of its own, an echo, is listened to for so long. */
const ECHO_MS = 3_000;

/** Silence after the clip. */
const SILENCE_MS = 2_000;

/** A client hears of the onset, stops, and its position comes back. */
const ROUND_TRIP_MS = 40;

const LEGS = {
  hold: { bargeIn: 'hold', playedPosition: 'estimate', maxLeadMs: 400 },
  cancel: { bargeIn: 'cancel', playedPosition: 'client', maxLeadMs: 10_000 },
} as const;

export type LegKind = keyof typeof LEGS;

/** What came of a clip. */
export interface SelectivityOutcome {
  readonly clip: Clip;
  readonly leg: LegKind;
  /** Whether the caller got the floor. */
  readonly yielded: boolean;
  /** From the onset of the clip's sound until it stopped the agent; null when it did not. */
  readonly onsetMs: number | null;
  /**
   * From the onset of the clip to the verdict; null when there was nothing to decide, and for
   * barge-ins on `cancel` legs, where nothing tells it.
   */
  readonly verdictMs: number | null;
  /** From the onset of the clip until the agent spoke on; null when it did not stop, or did not. */
  readonly resumedMs: number | null;
  /** What the recogniser made of it. */
  readonly heard: readonly string[];
  /** The agent's words, as the conversation has them. */
  readonly agentText: string;
  /** Agent audio that the caller should have heard and did not, in milliseconds. */
  readonly lostMs: number;
  readonly violations: readonly string[];
}

/** What a trial needs. */
export interface SelectivityTrialOptions {
  readonly clip: Clip;
  readonly leg: LegKind;
  readonly agent: AgentDefinition;
  readonly clock: Clock;
  readonly engine: VoiceEngine;
  readonly detectors: TurnDetectors;
}

/** One call: a turn, a long answer, the clip over it, silence. Whoever runs it moves the clock. */
export class SelectivityTrial {
  readonly #options: SelectivityTrialOptions;
  readonly #leg: MemoryLeg;
  readonly #ear: LoudEar;
  readonly #room: CallerRoom;
  readonly #channel = new ListeningChannel();
  readonly #session: Session;
  #elapsedMs = 0;
  #clipFromMs: number | null = null;
  #clipAtMs = Infinity;
  /** When its sound can first be heard. */
  #soundAtMs = 0;
  #agentItemId: string | null = null;

  constructor(options: SelectivityTrialOptions) {
    this.#options = options;
    const { clip, leg, clock, agent, engine, detectors } = options;
    this.#leg = new MemoryLeg(clock, LEGS[leg]);
    this.#ear = new LoudEar(clock);
    this.#leg.ear = this.#ear;
    this.#room = new CallerRoom(this.#ear, clip);
    const client = new TruncatingClient(clock, this.#ear);
    this.#session = startSession({
      sessionId: `${leg} ${clip.name}`,
      agent,
      leg: this.#leg,
      channels: leg === 'cancel' ? [this.#channel, client] : [this.#channel],
      engine,
      detectors,
      tools: new FakeTools(),
      clock,
    });
  }

  /** Whether all was heard that there is to hear. */
  get isOver(): boolean {
    if (this.#clipFromMs === null) return false;
    const { sound } = this.#options.clip;
    const clipMs = sound.length > 0 ? (sound.length * 1000) / LINE_RATE : ECHO_MS;
    if (this.#elapsedMs < this.#clipFromMs + clipMs + SILENCE_MS) return false;
    return this.#hasYielded() || this.#channel.turnStates().at(-1) === 'listening';
  }

  /** Sends the next frame of the line; time moves on afterwards. */
  step(): void {
    if (this.#elapsedMs === OPENING_MS) this.#room.play(this.#options.clip.turn);
    if (this.#clipFromMs === null && this.#agentHeardMs() >= HEARD_BEFORE_MS) this.#beginClip();
    this.#leg.speak(this.#room.frame(FRAME_SAMPLES));
    this.#elapsedMs += FRAME_MS;
  }

  /** Ends the call and says what came of the clip. */
  end(): SelectivityOutcome {
    const { clip, leg } = this.#options;
    const items = this.#session.control.items();
    const agentItems = items.filter((item) => item.kind === 'message' && item.speaker === 'agent');
    const onset = this.#channel.of('caller.speechStarted').find((event) => this.#isAfter(event));
    const outcome: SelectivityOutcome = {
      clip,
      leg,
      yielded: this.#hasYielded(),
      onsetMs: this.#sinceOnset(onset),
      verdictMs: this.#sinceOnset(this.#verdict()),
      resumedMs: this.#sinceOnset(this.#resumption()),
      heard: this.#channel
        .of('caller.transcript')
        .filter((event) => this.#isAfter(event))
        .map(({ text, isFinal }) => (isFinal ? `${text}.` : text)),
      agentText: agentItems
        .flatMap((item) => (item.kind === 'message' && item.text ? [item.text] : []))
        .join(' '),
      lostMs: agentItems.reduce(
        (sum, item) =>
          item.kind === 'message' ? sum + item.audioMs - this.#ear.heardMs(item.id) : sum,
        0,
      ),
      violations: this.#channel
        .of('invariant.violated')
        .map(({ name, detail }) => `${name} ${detail}`),
    };
    this.#session.control.end('clientEnded');
    return outcome;
  }

  #beginClip(): void {
    this.#clipFromMs = this.#elapsedMs;
    const { clip, clock } = this.#options;
    const [heard] = speechIntervals(Int16Array.from(clip.sound), LINE_RATE);
    this.#clipAtMs = clock.now();
    this.#soundAtMs = this.#clipAtMs + (heard?.startMs ?? 0);
    this.#room.play(clip.sound);
  }

  #agentHeardMs(): number {
    this.#agentItemId ??= this.#leg.sent[0]?.itemId ?? null;
    return this.#agentItemId === null ? 0 : this.#ear.playedMs(this.#agentItemId);
  }

  /** A turn of the caller's was made of what was heard over the agent. */
  #hasYielded(): boolean {
    return this.#channel.of('caller.committed').length > 1;
  }

  #verdict(): SessionEvent | undefined {
    return this.#options.leg === 'hold'
      ? this.#channel.of('bargeIn.decided').find((event) => this.#isAfter(event))
      : this.#channel.of('generation.started').find(({ kind }) => kind === 'resumption');
  }

  #resumption(): { readonly atMs: number } | undefined {
    const stopped = this.#leg.clearedAtMs.find((atMs) => atMs >= this.#clipAtMs);
    return stopped === undefined ? undefined : this.#leg.sent.find(({ atMs }) => atMs > stopped);
  }

  #isAfter({ atMs }: { readonly atMs: number }): boolean {
    return atMs >= this.#clipAtMs;
  }

  #sinceOnset(event: { readonly atMs: number } | undefined): number | null {
    return event ? event.atMs - this.#soundAtMs : null;
  }
}

/** Stops playing when the caller is heard, and tells how far it was. */
class TruncatingClient implements ControlChannel {
  readonly #clock: Clock;
  readonly #ear: LoudEar;
  #control: SessionControl | null = null;
  #itemId: string | null = null;

  constructor(clock: Clock, ear: LoudEar) {
    this.#clock = clock;
    this.#ear = ear;
  }

  attach(session: SessionControl): void {
    this.#control = session;
  }

  notify(event: SessionEvent): void {
    if (event.type === 'generation.text') this.#itemId = event.itemId;
    if (event.type === 'playout.drained') this.#itemId = null;
    if (event.type !== 'caller.speechStarted' || this.#itemId === null) return;
    const itemId = this.#itemId;
    this.#itemId = null;
    this.#clock.setTimeout(() => {
      const playedMs = Math.floor(this.#ear.playedMs(itemId));
      this.#ear.stop();
      if (playedMs === 0) return;
      this.#clock.setTimeout(
        () => this.#control?.truncateItem(itemId, playedMs),
        ROUND_TRIP_MS / 2,
      );
    }, ROUND_TRIP_MS / 2);
  }
}
