import type { AgentAudio } from '../ports/audio-frame.ts';
import type { Clock, TimerHandle } from '../ports/clock.ts';

/** How a caller's device plays. */
export interface EarOptions {
  /** From the arrival of audio in silence to its sound; 0 unless given. */
  readonly delayMs?: number;
  /** Told the position in what is being played every so often, and at the end of each piece. */
  readonly onMark?: (itemId: string, playedMs: number) => void;
  /** 20 unless given. */
  readonly markEveryMs?: number;
  /** Whether the position is told once more when playing is stopped. */
  readonly marksOnStop?: boolean;
}

interface Stretch {
  readonly itemId: string;
  readonly startAtMs: number;
  readonly offsetMs: number;
  readonly lengthMs: number;
}

/**
 * Plays what a leg is sent, at its own pace and one piece after another, and so is the truth about
 * what a caller heard. It knows nothing of sessions.
 */
export class CallerEar {
  readonly #clock: Clock;
  readonly #options: EarOptions;
  #stretches: Stretch[] = [];
  readonly #toldMs = new Map<string, number>();
  #timer: TimerHandle | null = null;

  constructor(clock: Clock, options: EarOptions = {}) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Audio arrives and is played after what came before. */
  take({ itemId, offsetMs, pcm, sampleRate }: AgentAudio): void {
    const last = this.#stretches.at(-1);
    const endAtMs = last ? last.startAtMs + last.lengthMs : 0;
    const now = this.#clock.now();
    const startAtMs = endAtMs >= now ? endAtMs : now + (this.#options.delayMs ?? 0);
    const lengthMs = (pcm.length * 1000) / sampleRate;
    this.#stretches.push({ itemId, startAtMs, offsetMs, lengthMs });
    if (this.#timer === null) this.#awaitMark();
  }

  /** Stops at once and forgets what was not played. */
  stop(): void {
    const now = this.#clock.now();
    this.#stretches = this.#stretches
      .filter(({ startAtMs }) => startAtMs < now)
      .map((stretch) => ({
        ...stretch,
        lengthMs: Math.min(stretch.lengthMs, now - stretch.startAtMs),
      }));
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#tell(this.#options.marksOnStop === true);
  }

  /** How far into an item's audio playing got. */
  playedMs(itemId: string): number {
    const now = this.#clock.now();
    let playedMs = 0;
    for (const stretch of this.#stretches) {
      const heardMs = Math.min(stretch.lengthMs, now - stretch.startAtMs);
      if (stretch.itemId !== itemId || heardMs <= 0) continue;
      playedMs = Math.max(playedMs, stretch.offsetMs + heardMs);
    }
    return playedMs;
  }

  /** Audio of an item that was played, in milliseconds: less than its position where some was lost. */
  heardMs(itemId: string): number {
    const now = this.#clock.now();
    return this.#stretches
      .filter((stretch) => stretch.itemId === itemId)
      .reduce(
        (sum, { startAtMs, lengthMs }) => sum + Math.max(0, Math.min(lengthMs, now - startAtMs)),
        0,
      );
  }

  /** Sets the timer of the next mark: after a while, or where a piece ends. */
  #awaitMark(): void {
    this.#timer = null;
    const { onMark, markEveryMs = 20 } = this.#options;
    if (!onMark) return;
    const leftMs = this.#stretches
      .map(({ startAtMs, lengthMs }) => startAtMs + lengthMs - this.#clock.now())
      .filter((ms) => ms > 0);
    if (leftMs.length === 0) return;
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#tell(true);
        this.#awaitMark();
      },
      Math.min(markEveryMs, ...leftMs),
    );
  }

  /** Tells the positions that are new, or lets them pass. */
  #tell(isTold: boolean): void {
    for (const itemId of new Set(this.#stretches.map((stretch) => stretch.itemId))) {
      const playedMs = this.playedMs(itemId);
      if (playedMs <= (this.#toldMs.get(itemId) ?? 0)) continue;
      this.#toldMs.set(itemId, playedMs);
      if (isTold) this.#options.onMark?.(itemId, playedMs);
    }
  }
}
