import type { HeardPosition, LoudspeakerListener } from '../audio/loudspeaker.ts';
import type { MicrophoneListener, MicrophoneSettings } from '../audio/microphone.ts';
import type { MicrophoneFrame } from '../audio/microphone-framer.ts';
import { base64ToPcm16, pcm16ToBase64 } from '../audio/wire-audio.ts';
import { closingProblem, deviceProblem, MICROPHONE_LOST, mintingProblem } from './call-problem.ts';
import type { CallProblem } from './call-problem.ts';
import { HeldSpeech } from './held-speech.ts';
import type { RealtimeEvent, RealtimeListener, RealtimeSocket } from './realtime-socket.ts';
import type { TalkSettings } from './talk-settings.ts';

/** What a call needs of a microphone. */
export interface CallMicrophone {
  readonly setMuted: (isMuted: boolean) => void;
  readonly close: () => void;
}

/** What a call needs of a loudspeaker. */
export interface CallLoudspeaker {
  readonly play: (itemId: string, pcm: Int16Array<ArrayBuffer>) => void;
  readonly flush: () => Promise<HeardPosition | null>;
  readonly close: () => void;
}

/** What a call takes from its surroundings. */
export interface CallSurroundings {
  readonly openMicrophone: (
    settings: MicrophoneSettings,
    listener: MicrophoneListener,
  ) => Promise<CallMicrophone>;
  readonly openLoudspeaker: (
    deviceId: string | null,
    listener: LoudspeakerListener,
  ) => Promise<CallLoudspeaker>;
  readonly connect: (
    agent: string,
    listener: RealtimeListener,
    signal: AbortSignal,
  ) => Promise<RealtimeSocket>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly isSecure: boolean;
}

/** How a call stands. */
export interface CallState {
  readonly phase: 'connecting' | 'live' | 'ended';
  /** Null until the server has taken the call. */
  readonly sessionId: string | null;
  /** Since when the server has it, in milliseconds since the Unix epoch. */
  readonly sinceMs: number | null;
  readonly hasMicrophone: boolean;
  readonly isMuted: boolean;
  /** The caller holds the key and is listened to. */
  readonly isHolding: boolean;
  /** The key was let go too soon for anything to be said. */
  readonly wasHeldTooShort: boolean;
  readonly problem: CallProblem | null;
}

/** How a call is begun. */
export interface CallPlan {
  readonly agent: string;
  readonly settings: TalkSettings;
  /** False holds the call by typing and keypad alone. */
  readonly usesMicrophone: boolean;
}

/** The server answers nothing to these that a person would want to read. */
const QUIET = 'quiet_';

/**
 * One call: microphone and loudspeaker on one side, the Realtime connection on the other. What it
 * holds is closed when it ends, by whomever.
 */
export class TalkCall {
  readonly #surroundings: CallSurroundings;
  readonly #plan: CallPlan;
  readonly #leaving = new AbortController();
  readonly #stateListeners = new Set<() => void>();
  readonly #heardListeners = new Set<() => void>();
  readonly #heard = new Map<string, number>();
  readonly #held: HeldSpeech | null;
  #state: CallState = {
    phase: 'connecting',
    sessionId: null,
    sinceMs: null,
    hasMicrophone: false,
    isMuted: false,
    isHolding: false,
    wasHeldTooShort: false,
    problem: null,
  };
  #microphone: CallMicrophone | null = null;
  #loudspeaker: CallLoudspeaker | null = null;
  #socket: RealtimeSocket | null = null;
  #error: string | null = null;
  #interrupts = true;
  #responseId: string | null = null;
  /** Its audio, which may still be on its way, is not played. */
  #silencedResponseId: string | null = null;
  /** How loud the microphone is: RMS, 0 to 1; told with every frame. */
  onLevel: (level: number) => void = () => undefined;

  constructor(plan: CallPlan, surroundings: CallSurroundings) {
    this.#plan = plan;
    this.#surroundings = surroundings;
    this.#held = plan.settings.pushToTalk ? new HeldSpeech((event) => this.#send(event)) : null;
  }

  readonly state = (): CallState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  /** How much of an agent's item has been heard, in milliseconds. */
  readonly heardMs = (itemId: string): number => this.#heard.get(itemId) ?? 0;

  readonly subscribeHeard = (listener: () => void): (() => void) => {
    this.#heardListeners.add(listener);
    return () => this.#heardListeners.delete(listener);
  };

  /** Resolves when the connection is being opened or the call has failed; the state says which. */
  async start(): Promise<void> {
    try {
      await this.#openDevices();
    } catch (error) {
      this.#end(deviceProblem(error, this.#surroundings.isSecure));
      return;
    }
    // Hung up meanwhile: what was opened since is closed.
    if (this.#hasEnded()) return this.#release();
    try {
      const socket = await this.#surroundings.connect(
        this.#plan.agent,
        {
          told: (event) => this.#hear(event),
          closed: (code, reason) => this.#end(closingProblem({ code, reason, error: this.#error })),
        },
        this.#leaving.signal,
      );
      if (this.#leaving.signal.aborted) socket.close();
      else this.#socket = socket;
    } catch (error) {
      this.#end(mintingProblem(error));
    }
  }

  readonly hangUp = (): void => {
    this.#socket?.close();
    this.#end(null);
  };

  readonly setMuted = (isMuted: boolean): void => {
    this.#microphone?.setMuted(isMuted);
    this.#become({ isMuted });
  };

  /** The caller holds the key to talk; an agent who speaks is interrupted. */
  readonly hold = (): void => {
    const { phase, isHolding, hasMicrophone, isMuted } = this.#state;
    if (this.#held === null || phase !== 'live' || isHolding || !hasMicrophone || isMuted) return;
    this.#held.begin();
    this.#become({ isHolding: true, wasHeldTooShort: false });
    void this.#interrupt({ isAsked: false });
  };

  /** The caller lets go: what was said is answered. */
  readonly letGo = (): void => {
    if (!this.#state.isHolding) return;
    const wasHeldTooShort = this.#held?.end() === 'tooShort';
    this.#become({ isHolding: false, wasHeldTooShort });
  };

  /** The caller types something. */
  readonly type = async (text: string): Promise<void> => {
    if (this.#state.phase !== 'live') return;
    await this.#interrupt({ isAsked: false });
    this.#send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
    this.#send({ type: 'response.create' });
  };

  /** The caller presses a key of the keypad: 0-9, * or #. */
  readonly press = (digit: string): void => this.#send({ type: 'antiphon.dtmf', digit });

  async #openDevices(): Promise<void> {
    const { settings, usesMicrophone } = this.#plan;
    const { openLoudspeaker, openMicrophone } = this.#surroundings;
    this.#loudspeaker = await openLoudspeaker(settings.loudspeakerId, {
      heard: (position) => this.#noteHeard(position),
      dropped: (droppedMs) => this.#showDropped(droppedMs),
    });
    if (!usesMicrophone || this.#hasEnded()) return;
    const { deviceId, echoCancellation, noiseSuppression, autoGainControl } = settings;
    this.#microphone = await openMicrophone(
      { deviceId, echoCancellation, noiseSuppression, autoGainControl },
      { frame: (frame) => this.#speak(frame), lost: () => this.#loseMicrophone() },
    );
    if (!this.#hasEnded()) this.#become({ hasMicrophone: true });
  }

  #hasEnded(): boolean {
    return this.#state.phase === 'ended';
  }

  #speak({ pcm, level }: MicrophoneFrame): void {
    this.onLevel(this.#state.isMuted ? 0 : level);
    const event = { type: 'input_audio_buffer.append', audio: pcm16ToBase64(pcm) };
    if (this.#held === null) this.#send(event);
    else this.#held.hear(event);
  }

  #hear(event: RealtimeEvent): void {
    switch (event.type) {
      case 'session.created':
        this.#begin(event.session);
        return;
      case 'response.created':
        this.#responseId = event.response.id;
        return;
      case 'response.done':
        if (this.#responseId === event.response.id) this.#responseId = null;
        return;
      case 'response.output_audio.delta':
        if (event.response_id === this.#silencedResponseId) return;
        this.#loudspeaker?.play(event.item_id, base64ToPcm16(event.delta));
        return;
      case 'input_audio_buffer.speech_started':
        if (this.#interrupts) void this.#interrupt({ isAsked: true });
        return;
      case 'error':
        if (event.error.event_id?.startsWith(QUIET) !== true) this.#error = event.error.message;
        return;
    }
  }

  #begin({ id, audio }: Extract<RealtimeEvent, { type: 'session.created' }>['session']): void {
    this.#interrupts = audio.input.turn_detection?.interrupt_response ?? false;
    if (this.#held !== null) {
      this.#send({
        type: 'session.update',
        session: { type: 'realtime', audio: { input: { turn_detection: null } } },
      });
    }
    this.#become({ phase: 'live', sessionId: id, sinceMs: this.#surroundings.now() });
  }

  /**
   * The caller cuts in: the rest is not played, and the server learns how much was. It has
   * cancelled the response already where it asked for that.
   */
  async #interrupt({ isAsked }: { readonly isAsked: boolean }): Promise<void> {
    this.#silencedResponseId = this.#responseId;
    if (!isAsked && this.#responseId !== null) {
      // Its end may be on its way already.
      this.#send({ type: 'response.cancel', event_id: `${QUIET}cancel` });
    }
    const at = await this.#loudspeaker?.flush();
    if (at === null || at === undefined) return;
    this.#noteHeard(at);
    this.#send({
      type: 'conversation.item.truncate',
      item_id: at.itemId,
      content_index: 0,
      audio_end_ms: Math.round(at.heardMs),
    });
  }

  #noteHeard({ itemId, heardMs }: HeardPosition): void {
    this.#heard.set(itemId, Math.max(heardMs, this.heardMs(itemId)));
    for (const listener of this.#heardListeners) listener();
  }

  #showDropped(droppedMs: number): void {
    const seconds = (droppedMs / 1000).toFixed(1);
    const text = `This page was paused for so long that ${seconds} s of the agent were left out.`;
    this.#become({ problem: { text, canType: false } });
  }

  #loseMicrophone(): void {
    if (this.#hasEnded()) return;
    this.letGo();
    this.#held?.settle();
    this.#microphone?.close();
    this.#microphone = null;
    this.onLevel(0);
    this.#become({ hasMicrophone: false, problem: MICROPHONE_LOST });
  }

  #send(event: Readonly<Record<string, unknown>>): void {
    this.#socket?.send(event);
  }

  #end(problem: CallProblem | null): void {
    if (this.#hasEnded()) return;
    this.#leaving.abort();
    this.#release();
    this.onLevel(0);
    this.#become({ phase: 'ended', isHolding: false, hasMicrophone: false, problem });
  }

  #release(): void {
    this.#microphone?.close();
    this.#loudspeaker?.close();
    this.#microphone = null;
    this.#loudspeaker = null;
  }

  #become(change: Partial<CallState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#stateListeners) listener();
  }
}
