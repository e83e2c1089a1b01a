import { encodeServerEvent, parseClientEvent, stampServerEvent } from '@antiphon/protocol';
import type { EventPair } from './event-pairs.ts';

/** What one pair took, in microseconds, each time it was timed. */
export interface PairTimes {
  readonly title: string;
  /** Of both text frames. */
  readonly bytes: number;
  /** Reading the client's frame and writing the server's, with the code that servers run. */
  readonly door: number[];
  /** `JSON.parse` and `JSON.stringify` of the same frames, right after it. */
  readonly floor: number[];
}

/** How long pairs are timed. */
export interface TimingOptions {
  /** Every pair as often, until the code is compiled as it is in a server that has run for a while. */
  readonly warmUpRounds: number;
  /** Of all pairs, mixed as their shares say. */
  readonly rounds: number;
  /** Called again and again, so that the process goes on meanwhile. */
  readonly breathe: () => Promise<void>;
}

const ROUNDS_PER_BREATH = 50;

/**
 * Times pairs in this process. Throws when a frame is not taken, or written otherwise than before,
 * for then something else would be timed.
 */
export async function timePairs(
  pairs: readonly EventPair[],
  { warmUpRounds, rounds, breathe }: TimingOptions,
): Promise<PairTimes[]> {
  const timers = pairs.map((pair) => new PairTimer(pair));
  const mixed = timers
    .flatMap((timer) =>
      Array.from({ length: timer.share }, (_, index) => ({
        timer,
        at: (index + 0.5) / timer.share,
      })),
    )
    .toSorted((a, b) => a.at - b.at)
    .map(({ timer }) => timer);
  for (let round = 0; round < warmUpRounds; round += 1) {
    if (round % ROUNDS_PER_BREATH === 0) await breathe();
    for (const timer of timers) timer.run();
  }
  for (const timer of timers) timer.restart();
  for (let round = 0; round < rounds; round += 1) {
    if (round % ROUNDS_PER_BREATH === 0) await breathe();
    for (const timer of mixed) timer.run();
  }
  return timers.map(({ times }) => times);
}

class PairTimer {
  readonly share: number;
  readonly times: PairTimes;
  readonly #pair: EventPair;
  readonly #reply: unknown;
  readonly #replyLength: number;

  constructor(pair: EventPair) {
    this.#pair = pair;
    const text = encodeServerEvent(stampServerEvent(pair.reply()), 'ga') ?? this.#refuse();
    this.share = pair.share;
    this.#reply = JSON.parse(text);
    this.#replyLength = text.length;
    const bytes = pair.message.length + Buffer.byteLength(text);
    this.times = { title: pair.title, bytes, door: [], floor: [] };
  }

  run(): void {
    const { message, reply } = this.#pair;
    const startAtMs = performance.now();
    const parsed = parseClientEvent(message.toString(), 'ga');
    const text = encodeServerEvent(stampServerEvent(reply()), 'ga');
    const doneAtMs = performance.now();
    const raw: unknown = JSON.parse(message.toString());
    const floorText = JSON.stringify(this.#reply);
    const endAtMs = performance.now();
    const isSame = text?.length === this.#replyLength && floorText.length === this.#replyLength;
    if (!parsed.ok || !isSame || raw === null) this.#refuse();
    this.times.door.push((doneAtMs - startAtMs) * 1000);
    this.times.floor.push((endAtMs - doneAtMs) * 1000);
  }

  restart(): void {
    this.times.door.length = 0;
    this.times.floor.length = 0;
  }

  #refuse(): never {
    throw new TypeError(`The pair "${this.#pair.title}" is not read and written as it should be.`);
  }
}
