import { randomUUID } from 'node:crypto';
import type { AudioFrame, Clock, TimerHandle } from '@antiphon/session';
import type { Recognition, RecognitionEvents } from '../cascade/ports/speech-to-text.ts';
import { bytesPerMs, CallerAudioEncoder } from '../openai-realtime/caller-audio.ts';
import type { CallerAudioFormat } from '../openai-realtime/caller-audio.ts';
import type { PipelineError } from '../pipeline-error.ts';
import { AudioBatch } from '../upstream/audio-batch.ts';
import type { TokenCounts } from '../upstream/token-costs.ts';
import { providerFault } from './provider-fault.ts';
import type { SocketLease, SocketUser } from './socket-seat.ts';
import type { SocketFrame } from './warm-socket.ts';
import type { WarmSockets } from './warm-sockets.ts';

/**
 * What is kept of a turn to send it again: 16 seconds of PCM16 at 24 kHz, 98 of G.711. A longer turn
 * ends with the loss of its connection.
 */
const MAX_KEPT_BYTES = 768 * 1024;

/** How much is sent at a time: words are waited for while the caller speaks. */
const SLICE_MS = 40;

/** What a frame tells of a turn. */
export interface HeardFrame {
  /** All words so far. */
  readonly partial?: string;
  readonly final?: string;
  /** What the final words took, where the provider counts tokens. */
  readonly tokens?: TokenCounts;
  readonly fault?: PipelineError;
  /** Nothing of this turn follows on its connection. */
  readonly isDone?: boolean;
}

/** How a provider is told of one turn on one connection, and what it answers. */
export interface HearingProtocol {
  /** A slice of audio as it is sent. */
  audio(bytes: Buffer): string | Uint8Array;
  /**
   * Text that asks for the final transcript; null where a pause has asked for it. It is called once
   * more where nothing comes of that.
   */
  finish(): string | null;
  /** Text that asks for the final words so far, in a pause; null, or left out, where none is asked. */
  pause?(): string | null;
  /** What comes after a pause is not silence. */
  resume?(): void;
  /** In a pause: the words, if they are final and nothing was heard since; else null. */
  final?(): string | null;
  /** Text that gives up the turn, before or after `finish`; null where nothing can be said. */
  stop(): string | null;
  read(frame: SocketFrame): HeardFrame;
  /** After `finish`: the words, if they are known to be all of the turn without being told so. */
  settled(): string | null;
}

/** How long a provider may take, in milliseconds of the Clock. */
export interface HearingTimeouts {
  /** From the end of a turn to its final transcript. */
  readonly finalMs: number;
  /** From the end of a turn to taking what is settled for final, where nothing says so. */
  readonly settledMs: number;
  /** From giving up a turn to the end of its answers; then its connection is used no further. */
  readonly drainMs: number;
}

/** The final transcript is a little earlier than the limit of the cascade, so as to be named. */
export const DEFAULT_HEARING_TIMEOUTS: HearingTimeouts = {
  finalMs: 1_900,
  settledMs: 400,
  drainMs: 2_000,
};

/** Over what a turn is heard. */
export interface HeardTurnOptions {
  readonly provider: string;
  readonly events: RecognitionEvents;
  readonly clock: Clock;
  readonly timeouts: HearingTimeouts;
  /** The least audio that the provider takes for a turn; shorter ones get silence. */
  readonly leastMs: number;
  readonly formatOf: (frame: AudioFrame) => CallerAudioFormat;
  readonly socketsFor: (format: CallerAudioFormat) => WarmSockets;
  readonly protocol: (format: CallerAudioFormat) => HearingProtocol;
  readonly onOver: () => void;
}

/** What a turn has from its first frame on. */
interface Line {
  readonly format: CallerAudioFormat;
  readonly encoder: CallerAudioEncoder;
  readonly unsent: AudioBatch;
  lease: SocketLease;
  protocol: HearingProtocol;
}

/**
 * One turn heard over a connection of its own for as long as it lasts. When that is lost, or
 * cannot be had, all of the turn is sent over another one, once.
 */
export class HeardTurn implements Recognition, SocketUser {
  id = randomUUID() as string;
  readonly #options: HeardTurnOptions;
  #line: Line | null = null;
  /** Null once the turn cannot be sent again. */
  #kept: Buffer[] | null = [];
  #bytes = 0;
  #partial = '';
  #isFinished = false;
  /** The final transcript was asked for, after the end of the turn. */
  #isAsked = false;
  #isOver = false;
  #timers: TimerHandle[] = [];

  constructor(options: HeardTurnOptions) {
    this.#options = options;
  }

  accept(frame: AudioFrame): void {
    if (this.#isFinished || this.#isOver) return;
    this.#line ??= this.#open(this.#options.formatOf(frame));
    this.#send(this.#line.unsent.add(this.#line.encoder.encode(frame)));
  }

  finish(): void {
    if (this.#isFinished || this.#isOver) return;
    this.#isFinished = true;
    const { clock, leastMs, timeouts } = this.#options;
    if (!this.#line) {
      queueMicrotask(() => this.#end({ text: '' }));
      return;
    }
    const text = this.#line.protocol.final?.() ?? null;
    if (text !== null) {
      const { lease } = this.#line;
      queueMicrotask(() => {
        if (!this.#isOver) lease.release();
        this.#end({ text });
      });
      return;
    }
    this.#send(this.#line.unsent.take());
    this.#send(this.#line.encoder.finish(this.#bytes, leastMs));
    this.#askFinal(this.#line);
    this.#timers = [
      clock.setTimeout(() => this.#settle(), timeouts.settledMs),
      clock.setTimeout(() => this.#fail(this.#late()), timeouts.finalMs),
    ];
  }

  paused(): void {
    if (this.#isFinished || this.#isOver || !this.#line) return;
    const { lease, protocol, unsent } = this.#line;
    const text = protocol.pause?.() ?? null;
    if (text === null) return;
    this.#send(unsent.take());
    lease.send(text);
  }

  resumed(): void {
    this.#line?.protocol.resume?.();
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#close();
    if (!this.#line) return;
    const { lease, protocol } = this.#line;
    if (!lease.isOpen) {
      lease.release();
      return;
    }
    const stop = protocol.stop();
    if (stop !== null) lease.send(stop);
    this.#drain(lease);
  }

  frame(frame: SocketFrame): void {
    const { lease, protocol } = this.#line!;
    const { partial, final, tokens, fault, isDone } = protocol.read(frame);
    if (this.#isOver) {
      if (fault) lease.release(true);
      else if (isDone) lease.release();
    } else if (fault) this.#fail(fault);
    else if (final !== undefined) {
      this.#end({ text: final, ...(tokens && { tokens }) });
      if (isDone) lease.release();
      else this.#drain(lease);
    } else if (partial !== undefined && partial !== this.#partial) {
      this.#partial = partial;
      this.#options.events.onPartial({ text: partial });
    }
  }

  lost(fault: PipelineError): void {
    if (this.#isOver || !this.#line) return;
    const isBroken = fault.code === 'provider_lost';
    if (isBroken && this.#kept) this.#sendAgain(this.#line, this.#kept);
    else this.#fail(fault);
  }

  /** Fails soon, without having been sent. */
  failSoon(fault: PipelineError): void {
    this.#isFinished = true;
    queueMicrotask(() => this.#fail(fault));
  }

  #open(format: CallerAudioFormat): Line {
    const encoder = new CallerAudioEncoder(format);
    const unsent = new AudioBatch(SLICE_MS * bytesPerMs(format));
    return { format, encoder, unsent, ...this.#connect(format) };
  }

  #connect(format: CallerAudioFormat): Pick<Line, 'lease' | 'protocol'> {
    const { socketsFor, protocol } = this.#options;
    return { protocol: protocol(format), lease: socketsFor(format).lease(this) };
  }

  #send(bytes: Buffer): void {
    if (!this.#line || bytes.length === 0) return;
    const { lease, protocol } = this.#line;
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_KEPT_BYTES) this.#kept = null;
    this.#kept?.push(bytes);
    lease.send(protocol.audio(bytes));
  }

  #sendAgain(line: Line, kept: readonly Buffer[]): void {
    this.#kept = null;
    this.id = randomUUID();
    Object.assign(line, this.#connect(line.format));
    for (const bytes of kept) line.lease.send(line.protocol.audio(bytes));
    if (this.#isFinished) this.#askFinal(line);
  }

  #askFinal({ lease, protocol }: Line): void {
    const text = protocol.finish();
    this.#isAsked = text !== null;
    if (text !== null) lease.send(text);
  }

  #settle(): void {
    if (!this.#line || this.#isOver) return;
    const text = this.#line.protocol.settled();
    if (text !== null) {
      this.#end({ text });
      this.#drain(this.#line.lease);
    } else if (!this.#isAsked) this.#askFinal(this.#line);
  }

  /** What is still to come of the turn is waited for before anybody else has the connection. */
  #drain(lease: SocketLease): void {
    lease.releaseIn(this.#options.timeouts.drainMs, true);
  }

  #late(): PipelineError {
    const { provider, timeouts } = this.#options;
    const note = `no transcript within ${timeouts.finalMs} ms of the end of the turn`;
    return providerFault(provider, 'provider_timeout', note);
  }

  #end({ text, ...told }: { readonly text: string; readonly tokens?: TokenCounts }): void {
    if (this.#isOver) return;
    this.#close();
    this.#options.events.onFinal({ text: text.trim(), unclear: 0, ...told });
  }

  #fail(fault: PipelineError): void {
    if (this.#isOver) return;
    this.#close();
    this.#line?.lease.release(true);
    this.#options.events.onError(fault);
  }

  #close(): void {
    this.#isOver = true;
    this.#kept = null;
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer);
    this.#timers = [];
    this.#options.onOver();
  }
}
