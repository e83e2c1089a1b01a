import type { AudioEncoding } from '@antiphon/audio';
import type { AgentAudio, AudioFrame, CallerLeg, Clock, LegCapabilities } from '@antiphon/session';
import { tap } from 'rxjs';
import type { Observable } from 'rxjs';

/** Slices of audio of all sessions; plain numbers, looked at by whoever wants to know. */
export interface AudioCounts {
  /** Taken from callers. */
  in: number;
  /** Written to callers. */
  out: number;
  /** Of those written, how many came after all before them of their item had been played. */
  late: number;
}

/** A leg that counts what passes, by additions alone. */
export class CountedLeg implements CallerLeg {
  readonly audio$: Observable<AudioFrame>;
  readonly facts$: CallerLeg['facts$'];
  readonly #leg: CallerLeg;
  readonly #counts: AudioCounts;
  readonly #clock: Clock;
  #sentMs = 0;
  /** The item that was sent last, unless it was cleared, and when it has been played. */
  #itemId: string | null = null;
  #playedAtMs = 0;

  constructor(leg: CallerLeg, counts: AudioCounts, clock: Clock) {
    this.#leg = leg;
    this.#counts = counts;
    this.#clock = clock;
    this.audio$ = leg.audio$.pipe(tap(() => (counts.in += 1)));
    this.facts$ = leg.facts$;
  }

  get capabilities(): LegCapabilities {
    return this.#leg.capabilities;
  }

  get codec(): AudioEncoding | undefined {
    return this.#leg.codec;
  }

  get outputRate(): CallerLeg['outputRate'] {
    return this.#leg.outputRate;
  }

  /** Milliseconds of audio sent so far. */
  get sentMs(): number {
    return this.#sentMs;
  }

  send(audio: AgentAudio): void {
    const { itemId, pcm, sampleRate } = audio;
    const nowMs = this.#clock.now();
    const audioMs = (pcm.length * 1000) / sampleRate;
    this.#counts.out += 1;
    if (itemId === this.#itemId && nowMs > this.#playedAtMs) this.#counts.late += 1;
    this.#itemId = itemId;
    this.#playedAtMs = Math.max(nowMs, this.#playedAtMs) + audioMs;
    this.#sentMs += audioMs;
    this.#leg.send(audio);
  }

  clear(): void {
    this.#itemId = null;
    this.#playedAtMs = 0;
    this.#leg.clear();
  }

  close(...[reason]: Parameters<CallerLeg['close']>): void {
    this.#leg.close(reason);
  }
}
