import type { SampleRate } from '@antiphon/audio';
import type { EchoWatch } from './echo-watch.ts';
import type { CallerLeg } from './ports/caller-leg.ts';
import type { Clock } from './ports/clock.ts';
import type { Recording } from './ports/recorder.ts';
import type { PlayoutLedger } from './playout-ledger.ts';
import { PlayedSpans } from './played-spans.ts';
import type { LeaveLine, SendingLine } from './sending-line.ts';
import { UnsentAudio } from './unsent-audio.ts';
import type { Chunk, Speech } from './unsent-audio.ts';
import { WakeTimer } from './wake-timer.ts';

/** One message of 100 ms keeps base64 and framing cheap and a cut precise. */
const CHUNK_MS = 100;

/** What a client has ahead that buffers by itself, before others are served first. */
const AT_ONCE_MS = 200;

/** What it is then sent at a time. */
const SLICE_MS = 400;

/** Two minutes of speech is no turn any more; what comes after is refused. */
export const MAX_QUEUED_MS = 120_000;

/** How long after the end by our own clock a marking leg may stay silent about the last audio. */
const MARK_GRACE_MS = 1_000;

/** An item whose audio was stopped. */
export interface CutItem {
  readonly itemId: string;
  readonly generationId: string;
  /** Position of the item's audio that was heard, by marks or else by our clock. */
  readonly playedMs: number;
}

/** What the playout needs and whom it tells; callbacks come synchronously. */
export interface PlayoutOptions {
  readonly clock: Clock;
  readonly leg: CallerLeg;
  readonly ledger: PlayoutLedger;
  readonly recording: Recording | null;
  readonly echo: EchoWatch;
  /** Where it waits to send what the caller does not need yet. */
  readonly line: Pick<SendingLine, 'join'>;
  /** It woke up to send more this much later than it wanted to; called up to ten times a second. */
  readonly onPaced?: ((lateMs: number) => void) | undefined;
  /** Audio of a generation was written to the leg. */
  readonly onSent: (generationId: string) => void;
  /** The same for the first of it, afterwards. */
  readonly onFirstAudio: (generationId: string, itemId: string) => void;
  /** There is audio where there was none. */
  readonly onStarted: () => void;
  /** All audio of an item was heard. */
  readonly onItemPlayed: (itemId: string) => void;
  /** All audio of all items was heard. */
  readonly onDrained: () => void;
}

/**
 * Paces agent audio to the leg, at most its lead ahead of the caller's ear, and knows at any
 * instant what was heard.
 */
export class Playout {
  readonly #options: PlayoutOptions;
  readonly #spans = new PlayedSpans();
  readonly #unsent: UnsentAudio;
  readonly #timer: WakeTimer;
  /** Sent and perhaps not yet heard; kept only where it can be cleared and sent again. */
  #sent: (Chunk & { readonly startAtMs: number })[] = [];
  readonly #open = new Map<string, { generationId: string; ended: boolean }>();
  #started = new Set<string>();
  #playEndAtMs = 0;
  #leaveLine: LeaveLine | null = null;
  #isHeld = false;
  #isClosed = false;

  constructor(options: PlayoutOptions) {
    this.#options = options;
    this.#unsent = new UnsentAudio(() => options.leg.outputRate);
    this.#timer = new WakeTimer(options.clock, {
      onWake: () => this.#pump(),
      onLate: options.onPaced,
    });
  }

  /** Whether audio is queued, held or being heard. */
  get isActive(): boolean {
    return this.#open.size > 0;
  }

  /** Takes generated audio; false when the queue is full and it was dropped. */
  enqueue({ generationId, itemId }: Speech, pcm: Int16Array, rate: SampleRate): boolean {
    if (this.#isClosed) return false;
    if (this.#unsent.lengthMs > MAX_QUEUED_MS) return false;
    if (pcm.length === 0) return true;
    const { ledger, onStarted } = this.#options;
    const wasActive = this.isActive;
    if (!this.#open.has(itemId)) this.#open.set(itemId, { generationId, ended: false });
    ledger.generate(itemId, (pcm.length * 1000) / rate);
    this.#unsent.give({ generationId, itemId }, pcm, rate);
    if (!wasActive) onStarted();
    this.#pump();
    return true;
  }

  /** No more audio of this item will come. */
  endItem(generationId: string, itemId: string): void {
    const item = this.#open.get(itemId);
    if (!item) return;
    this.#unsent.end({ generationId, itemId });
    item.ended = true;
    this.#pump();
  }

  /** Marks of the leg: audio of the item was heard up to `playedMs`. */
  reportPlayed(itemId: string, playedMs: number): void {
    this.#spans.report(itemId, playedMs);
    this.#pump();
  }

  /** How far the item's audio was heard at this instant. */
  playedMs(itemId: string): number {
    return this.#heardMs(itemId, this.#options.clock.now());
  }

  /** Whether audio waits, what there is and what will come. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Stops at the caller's ear and keeps the rest, and what is generated next, for `resume`. */
  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    if (!this.isActive) return;
    const now = this.#options.clock.now();
    this.#timer.stop();
    const rate = this.#options.leg.outputRate;
    // A leg that marks what was heard may do so once more when it is cleared.
    this.#options.leg.clear();
    const byMarks = this.#options.leg.capabilities.playedPosition === 'marks';
    const unheard = this.#sent.flatMap((chunk) => {
      const heardMs = byMarks
        ? this.#spans.reportedMs(chunk.itemId) - chunk.offsetMs
        : now - chunk.startAtMs;
      const skip = Math.max(0, Math.floor((heardMs * rate) / 1000));
      if (skip >= chunk.pcm.length) return [];
      const skippedMs = (skip * 1000) / rate;
      return {
        ...chunk,
        pcm: chunk.pcm.subarray(skip),
        offsetMs: chunk.offsetMs + skippedMs,
        startAtMs: chunk.startAtMs + skippedMs,
      };
    });
    // By our clock, the ear of a device that plays late is where it was a while ago.
    const first = unheard[0];
    const heardUntilMs = byMarks && first ? Math.min(now, first.startAtMs) : now;
    this.#options.recording?.cut(heardUntilMs);
    this.#options.echo.cut(now);
    this.#spans.stop(now);
    this.#unsent.putBack(unheard);
    this.#sent = [];
    this.#playEndAtMs = now;
  }

  /** Goes on where `hold` stopped, without losing a sample. */
  resume(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#playEndAtMs = 0;
    this.#pump();
  }

  /**
   * Drops audio not yet heard, all or that of one generation, and tells for each of its items how
   * far it was heard, oldest first. What is held is dropped whole: nobody would resume it.
   */
  cut(onlyGenerationId: string | null = null): CutItem[] {
    const now = this.#options.clock.now();
    const isWhole = [...this.#open.values()].every(
      ({ generationId }) => this.#isHeld || generationId === (onlyGenerationId ?? generationId),
    );
    if (isWhole && !this.#isHeld && this.isActive) this.#clear();
    const items = [...this.#open]
      .map(([itemId, { generationId }]) => ({
        itemId,
        generationId,
        playedMs: this.#heardMs(itemId, now),
      }))
      .filter(
        ({ generationId }) => this.#isHeld || generationId === (onlyGenerationId ?? generationId),
      );
    if (!isWhole) {
      this.#drop(items);
      return items;
    }
    if (!this.#isHeld && items.length > 0) {
      this.#options.recording?.cut(now);
      this.#options.echo.cut(now);
    }
    this.#spans.stop(now);
    this.#forget();
    return items;
  }

  /**
   * Drops what is not yet heard of one item; what comes after it moves up. False, and nothing is
   * done, where that lies in a buffer of the client's already, or the item is not here.
   */
  drop(itemId: string): boolean {
    const { leg, ledger } = this.#options;
    const item = this.#open.get(itemId);
    const isMovable = leg.capabilities.bargeIn === 'hold';
    const isSent = [...this.#open.keys()].some((id) => id !== itemId && ledger.sentMs(id) > 0);
    if (!item || (isSent && !isMovable)) return false;
    const wasHeld = this.#isHeld;
    this.hold();
    this.#drop([{ itemId, generationId: item.generationId }]);
    if (!wasHeld) this.resume();
    return true;
  }

  /** A leg that marks what was heard may do so once more when it is cleared; nothing is sent then. */
  #clear(): void {
    this.#isHeld = true;
    this.#options.leg.clear();
    this.#isHeld = false;
  }

  /** Drops the audio of some items: held, or to be heard after the others. */
  #drop(items: readonly Speech[]): void {
    const dropped = new Set(items.map(({ itemId }) => itemId));
    this.#unsent.drop(dropped);
    this.#sent = this.#sent.filter(({ itemId }) => !dropped.has(itemId));
    for (const { itemId, generationId } of items) {
      this.#open.delete(itemId);
      this.#started.delete(generationId);
    }
    this.#playEndAtMs = Math.max(...[...this.#open.keys()].map((id) => this.#spans.endAtMs(id)));
    this.#pump();
  }

  /** Forgets everything; nothing is sent or told any more. */
  close(): void {
    this.#isClosed = true;
    this.#forget();
  }

  /** Marks are truth; without them our clock is the best estimate. */
  #heardMs(itemId: string, now: number): number {
    return this.#options.leg.capabilities.playedPosition === 'marks'
      ? this.#spans.reportedMs(itemId)
      : this.#spans.playedMs(itemId, now);
  }

  #forget(): void {
    this.#timer.stop();
    this.#leaveLine?.();
    this.#leaveLine = null;
    this.#unsent.clear();
    this.#sent = [];
    this.#open.clear();
    this.#started.clear();
    this.#isHeld = false;
    this.#playEndAtMs = 0;
  }

  /** Sends what the lead allows, tells what was heard, and sets the one timer for the rest. */
  #pump(): void {
    if (this.#isHeld || this.#isClosed) return;
    this.#timer.stop();
    const now = this.#options.clock.now();
    while (this.#leaveLine === null) {
      const next = this.#nextToSend(now);
      if (!next) break;
      const isEnough = this.#playEndAtMs - now >= AT_ONCE_MS;
      if (this.#isBuffering && isEnough) this.#leaveLine = this.#options.line.join(this.#serve);
      else this.#sendNext(now);
    }
    this.#settle(now);
    if (this.#open.size === 0 || this.#isClosed || this.#isHeld) return;
    const wakeAtMs = this.#wakeAtMs();
    if (wakeAtMs !== null) this.#timer.set(wakeAtMs);
  }

  /** Its turn has come to send what is not needed yet. */
  readonly #serve = (): void => {
    this.#leaveLine = null;
    if (this.#isHeld || this.#isClosed) return;
    const now = this.#options.clock.now();
    if (this.#nextToSend(now)) this.#sendNext(now);
    this.#pump();
  };

  /** Whether the client gets more ahead than one slice. */
  get #isBuffering(): boolean {
    return this.#options.leg.capabilities.maxLeadMs > AT_ONCE_MS + SLICE_MS;
  }

  /** What may be sent now without getting too far ahead. */
  #nextToSend(now: number): Chunk | null {
    const { leg } = this.#options;
    const aheadMs = Math.max(0, this.#playEndAtMs - now);
    const chunk = this.#unsent.peek(this.#sliceMs(aheadMs));
    const chunkMs = ((chunk?.pcm.length ?? 0) * 1000) / leg.outputRate;
    return aheadMs > 0 && aheadMs + chunkMs > leg.capabilities.maxLeadMs ? null : chunk;
  }

  #sliceMs(aheadMs: number): number {
    return this.#isBuffering && aheadMs >= AT_ONCE_MS ? SLICE_MS : CHUNK_MS;
  }

  #sendNext(now: number): void {
    const { leg, ledger, recording, echo, onSent, onFirstAudio } = this.#options;
    const chunk = this.#unsent.take();
    const chunkMs = (chunk.pcm.length * 1000) / leg.outputRate;
    const startAtMs = Math.max(now, this.#playEndAtMs);
    this.#playEndAtMs = startAtMs + chunkMs;
    this.#spans.add(chunk.itemId, { startAtMs, offsetMs: chunk.offsetMs, lengthMs: chunkMs });
    ledger.send(chunk.itemId, chunk.offsetMs + chunkMs);
    if (leg.capabilities.bargeIn === 'hold') {
      while (this.#sent.length > 0 && this.#isHeard(this.#sent[0]!, now)) this.#sent.shift();
      this.#sent.push({ ...chunk, startAtMs });
    }
    leg.send({ ...chunk, sampleRate: leg.outputRate });
    echo.play(chunk.pcm, leg.outputRate, startAtMs);
    recording?.agent({
      itemId: chunk.itemId,
      pcm: chunk.pcm,
      sampleRate: leg.outputRate,
      playsAtMs: startAtMs,
    });
    onSent(chunk.generationId);
    if (!this.#started.has(chunk.generationId)) {
      this.#started.add(chunk.generationId);
      onFirstAudio(chunk.generationId, chunk.itemId);
    }
  }

  #settle(now: number): void {
    const { ledger, leg, onItemPlayed, onDrained } = this.#options;
    let hasPlayed = false;
    for (const [itemId, item] of this.#open) {
      if (!item.ended || this.#unsent.has(itemId)) break;
      const generatedMs = ledger.generatedMs(itemId);
      const graceMs = leg.capabilities.playedPosition === 'marks' ? MARK_GRACE_MS : 0;
      const isMarked = this.#spans.reportedMs(itemId) >= generatedMs - 1;
      const isOver = this.#spans.endAtMs(itemId) + graceMs <= now;
      if (!isOver && !(graceMs > 0 && isMarked)) break;
      this.#open.delete(itemId);
      hasPlayed = true;
      onItemPlayed(itemId);
    }
    if (hasPlayed && this.#open.size === 0) {
      this.#started.clear();
      onDrained();
    }
  }

  /** When something is next to be sent or was heard; null while audio is still being generated. */
  #wakeAtMs(): number | null {
    if (this.#leaveLine !== null) return null;
    const { leg } = this.#options;
    const next = this.#unsent.peek(SLICE_MS);
    if (next) {
      const chunkMs = (next.pcm.length * 1000) / leg.outputRate;
      return this.#playEndAtMs + chunkMs - leg.capabilities.maxLeadMs;
    }
    for (const [itemId, item] of this.#open) {
      if (!item.ended) return null;
      const graceMs = leg.capabilities.playedPosition === 'marks' ? MARK_GRACE_MS : 0;
      return this.#spans.endAtMs(itemId) + graceMs;
    }
    return null;
  }

  /** Whether sent audio need not be sent again, whatever happens. */
  #isHeard(chunk: Chunk & { readonly startAtMs: number }, now: number): boolean {
    if (this.#options.leg.capabilities.playedPosition !== 'marks') {
      return this.#endAtMs(chunk) <= now;
    }
    const { outputRate } = this.#options.leg;
    const endMs = chunk.offsetMs + (chunk.pcm.length * 1000) / outputRate;
    return (
      this.#spans.reportedMs(chunk.itemId) >= endMs || this.#endAtMs(chunk) + MARK_GRACE_MS <= now
    );
  }

  #endAtMs(chunk: Chunk & { readonly startAtMs: number }): number {
    return chunk.startAtMs + (chunk.pcm.length * 1000) / this.#options.leg.outputRate;
  }
}
