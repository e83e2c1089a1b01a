import type { AudioEncoding, SampleRate } from '@antiphon/audio';
import type { Observable } from 'rxjs';
import type { EndReason } from './session-event.ts';
import type { AgentAudio, AudioFrame } from './audio-frame.ts';

/** What a leg can do, fixed for its life. */
export interface LegCapabilities {
  /**
   * `hold`: sent audio can be cleared and sent again, so a barge-in is decided while it is held.
   * `cancel`: the client flushes its own buffer at the onset of speech, so the answer is cancelled
   * at once.
   */
  readonly bargeIn: 'hold' | 'cancel';
  /**
   * Who knows what was heard: `marks` acknowledge audio as it plays, `client` reports a position
   * when it is interrupted, `estimate` leaves only our own clock.
   */
  readonly playedPosition: 'marks' | 'client' | 'estimate';
  /** How far ahead of the caller's ear audio may be sent, in milliseconds. */
  readonly maxLeadMs: number;
}

/** What a leg reports besides audio. */
export type LegFact =
  /** Audio of an item was heard up to this position of the item's own audio. */
  | { readonly type: 'leg.played'; readonly itemId: string; readonly playedMs: number }
  /** One key of the keypad: 0-9, *, #, A-D. */
  | { readonly type: 'leg.dtmf'; readonly digit: string }
  /** Caller audio is not in the format it was declared to have, both such as `g711_ulaw`; told once. */
  | { readonly type: 'leg.formatDoubted'; readonly declared: string; readonly looksLike: string }
  /** The caller is gone; nothing follows. */
  | { readonly type: 'leg.closed'; readonly reason: EndReason };

/**
 * The media connection to one caller. The session runtime subscribes once at start, and is the
 * only one to call `send`, `clear` and `close`. It leaves out the conversation: what a client may
 * ask for travels over a ControlChannel.
 */
export interface CallerLeg {
  readonly capabilities: LegCapabilities;
  /** The rate `send` expects; constant from the first `send` on. */
  readonly outputRate: SampleRate;
  /** In which format the caller's audio comes by now; left out where there is none. */
  readonly codec?: AudioEncoding | undefined;
  /** Caller audio in the order it was spoken. It never errors and completes when the leg closes. */
  readonly audio$: Observable<AudioFrame>;
  /** Completes after `leg.closed`. */
  readonly facts$: Observable<LegFact>;
  /** Takes audio to play after what was sent before; called at most `maxLeadMs` ahead. */
  send(audio: AgentAudio): void;
  /** Drops what was sent and not yet heard. A `cancel` leg does nothing: its client has done it. */
  clear(): void;
  /** Releases the caller; called once, and again without effect. */
  close(reason: EndReason): void;
}
