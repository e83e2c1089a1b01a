import type { TimerHandle } from './ports/clock.ts';
import type { Rejection } from './ports/control-channel.ts';
import type { CancelReason } from './ports/session-event.ts';
import type { Playout } from './playout.ts';
import type { SessionParts } from './session-parts.ts';

/** A client reports its position within a round trip of the onset; half a second is a bad line. */
const POSITION_WAIT_MS = 500;

/**
 * A client's playback clock runs a little past the audio it was given; beyond this it means
 * another item.
 */
const OVERSHOOT_MS = 250;

/** Cuts the conversation to the words that were played, once it is known how far that was. */
export class HistoryCutter {
  readonly #parts: SessionParts;
  readonly #playout: Playout;
  readonly #asksClient: boolean;
  /** Items whose position the client still owes, with our own estimate. */
  readonly #owed = new Map<string, number>();
  #timer: TimerHandle | null = null;
  #reason: CancelReason = 'bargeIn';
  /** Of the items of the last cut, by item, what was not heard. */
  readonly #unheard = new Map<string, string>();

  constructor(parts: SessionParts, playout: Playout, asksClient: boolean) {
    this.#parts = parts;
    this.#playout = playout;
    this.#asksClient = asksClient;
  }

  /** The words that the last cut left unheard, as far as they were written. */
  get unheard(): string {
    return [...this.#unheard.values()].filter((text) => text !== '').join(' ');
  }

  /**
   * Stops the playout, or what one generation adds to it, and settles what was heard;
   * `history.cut` is reported when it is known.
   */
  cut(reason: CancelReason, onlyGenerationId: string | null = null): void {
    this.#settleOwed();
    this.#reason = reason;
    const items = this.#playout.cut(onlyGenerationId);
    this.#unheard.clear();
    for (const { itemId } of items) this.#unheard.set(itemId, '');
    if (!this.#playout.isActive) this.#parts.report({ type: 'playout.cut' });
    for (const { itemId, playedMs } of items) {
      const isAsked = this.#asksClient && this.#parts.ledger.sentMs(itemId) > 0;
      if (isAsked) this.#owed.set(itemId, playedMs);
      else this.#truncate(itemId, playedMs);
    }
    if (this.#owed.size === 0) {
      this.#reportCut();
      return;
    }
    this.#timer = this.#parts.clock.setTimeout(() => {
      this.#timer = null;
      this.#settleOwed();
      this.#reportCut();
    }, POSITION_WAIT_MS);
  }

  /** Why a client may not truncate the item there, or null. */
  refuses(itemId: string, audioEndMs: number): Rejection | null {
    const { conversation, ledger } = this.#parts;
    if (!conversation.item(itemId)) return { code: 'itemNotFound', itemId };
    if (!ledger.has(itemId) || conversation.message(itemId)?.medium !== 'audio') {
      return { code: 'notAgentAudio', itemId };
    }
    const audioMs = Math.round(ledger.sentMs(itemId));
    return audioEndMs > audioMs + OVERSHOOT_MS
      ? { code: 'truncatedPastEnd', audioMs, askedMs: audioEndMs }
      : null;
  }

  /** The client, who was not refused, says how much of an item it played. */
  truncate(itemId: string, audioEndMs: number): void {
    const { conversation, ledger } = this.#parts;
    const audioMs = ledger.sentMs(itemId);
    const playedMs = Math.min(audioEndMs, audioMs);
    const isToEnd = audioEndMs >= audioMs - 1;
    // By our clock it was heard to its end, and the client knows better.
    const isNews = conversation.message(itemId)?.status === 'completed' && !isToEnd;
    const settles = this.#owed.has(itemId) || (isNews && this.#owed.size > 0);
    this.#truncate(itemId, playedMs);
    if (!settles) return;
    this.#owed.delete(itemId);
    // The client plays one item after another: those before this one were heard, and where this one
    // was not heard to its end, nothing of those after it.
    const order = conversation.items.map((item) => item.id);
    for (const [owedId, estimateMs] of this.#owed) {
      const isBefore = order.indexOf(owedId) < order.indexOf(itemId);
      const afterMs = isToEnd ? estimateMs : 0;
      this.#owed.set(owedId, isBefore ? ledger.sentMs(owedId) : afterMs);
    }
    this.#settleOwed();
    this.#reportCut();
  }

  /**
   * The client stops an item that another one follows, which is still being made and goes on. False,
   * and nothing is done, where the playout cannot part the two.
   */
  stopItem(itemId: string): boolean {
    if (!this.#playout.drop(itemId)) return false;
    this.#reason = 'client';
    if (!this.#playout.isActive) this.#parts.report({ type: 'playout.cut' });
    return true;
  }

  /** Whether the item's audio is still on its way to the caller. */
  isPlaying(itemId: string): boolean {
    const item = this.#parts.conversation.message(itemId);
    return this.#playout.isActive && item?.status === 'inProgress';
  }

  /** Settles what is open with our own estimate. */
  close(): void {
    this.#reason = 'sessionEnded';
    this.#stopTimer();
    this.#settleOwed();
    for (const { itemId, playedMs } of this.#playout.cut()) this.#truncate(itemId, playedMs);
  }

  #settleOwed(): void {
    for (const [itemId, playedMs] of this.#owed) this.#truncate(itemId, playedMs);
    this.#owed.clear();
    this.#stopTimer();
  }

  #truncate(itemId: string, playedMs: number): void {
    const { conversation, ledger, notify } = this.#parts;
    if (!conversation.item(itemId) || !ledger.has(itemId)) return;
    const { heard, unheard } = ledger.divide(itemId, playedMs);
    if (this.#unheard.has(itemId)) this.#unheard.set(itemId, unheard);
    const audioEndMs = Math.floor(playedMs);
    conversation.append({ type: 'truncated', itemId, text: heard, audioMs: audioEndMs });
    if (unheard === '') conversation.append({ type: 'completed', itemId, audioMs: audioEndMs });
    notify({ type: 'item.truncated', itemId, audioEndMs, heard, unheard });
    if (this.#reason === 'bargeIn') {
      notify({ type: 'bargeIn.decided', itemId, verdict: 'cut', playedMs: audioEndMs });
    }
  }

  #reportCut(): void {
    this.#parts.report({ type: 'history.cut', hasUnheard: this.unheard !== '' });
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#parts.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
