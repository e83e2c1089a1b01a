import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { WireClientEvent } from '@antiphon/protocol';
import { FrameClock } from '../frame-clock.ts';
import { RealtimeClient } from '../realtime-client.ts';
import { realtimeAddress } from '../server-address.ts';

/** Answered at once and of no consequence. */
const QUESTION: WireClientEvent = { type: 'input_audio_buffer.clear' };
const ANSWER = 'input_audio_buffer.cleared';

const BURST_GAP_MS = 1_000;

/** Milliseconds while connections come, evenly or all at once. */
export interface ArrivalTimes {
  /** From opening the TCP connection to receiving `session.created`. */
  readonly connect: number[];
  /** Of a session that lives meanwhile: from sending an event to receiving what it is answered with. */
  readonly reply: number[];
  /** How late this process was with what it had to do. */
  readonly late: number[];
}

/** What a run measures. */
export interface DoorMeasurements {
  readonly steady: ArrivalTimes;
  readonly bursts: ArrivalTimes;
  /** Connections that were opened. */
  opened: number;
  /** How often each error happened. */
  readonly errors: Map<string, number>;
}

/** Which door, and how often a client comes. */
export interface DoorRunOptions {
  readonly server: string;
  readonly key: string;
  readonly agent: string;
  readonly connectionsPerSecond: number;
}

/**
 * Clients who connect, get their session and hang up, while one session stays and is asked
 * something fifty times a second.
 */
export class DoorRun {
  readonly measurements: DoorMeasurements = {
    steady: { connect: [], reply: [], late: [] },
    bursts: { connect: [], reply: [], late: [] },
    opened: 0,
    errors: new Map(),
  };
  readonly #options: DoorRunOptions;
  readonly #address: URL;
  readonly #calls = new Set<Promise<void>>();
  readonly #clients = new Set<RealtimeClient>();
  #resident: RealtimeClient | null = null;
  readonly #asked: { readonly atMs: number; readonly reply: number[] }[] = [];
  #clock: FrameClock | null = null;
  /** Where the resident's times belong; nowhere between the phases. */
  #times: ArrivalTimes | null = null;
  #isStopped = false;

  constructor(options: DoorRunOptions) {
    this.#options = options;
    this.#address = realtimeAddress(options.server, options.agent);
  }

  /** Lets the one in who stays; rejects like `RealtimeClient.open`. */
  async start(): Promise<void> {
    this.#resident = await RealtimeClient.open({
      address: this.#address,
      key: this.#options.key,
      onEvent: ({ type }) => {
        if (type === ANSWER) this.#answered();
        if (type === 'error') this.#fail('the session that stays was told of an error');
      },
      onClosed: ({ code, reason }) => this.#fail(`the session that stays ended: ${code} ${reason}`),
    });
    this.#clock = new FrameClock((lateMs) => {
      if (!this.#times) return;
      this.#times.late.push(lateMs);
      this.#asked.push({ atMs: performance.now(), reply: this.#times.reply });
      this.#resident?.send(QUESTION);
    });
  }

  /** Clients come one after the other for so long; resolves when all have gone. */
  async steady(durationMs: number, signal: AbortSignal): Promise<void> {
    const { connectionsPerSecond } = this.#options;
    const { steady } = this.measurements;
    const count = Math.round((connectionsPerSecond * durationMs) / 1000);
    const startAtMs = performance.now();
    this.#times = steady;
    for (let index = 0; index < count && !signal.aborted; index += 1) {
      const waitMs = startAtMs + (index * 1000) / connectionsPerSecond - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {});
      this.#call(steady);
    }
    await Promise.all(this.#calls);
    this.#times = null;
  }

  /** As many as come in a second come at once, `times` times over. */
  async bursts(times: number, signal: AbortSignal): Promise<void> {
    const { bursts } = this.measurements;
    for (let burst = 0; burst < times && !signal.aborted; burst += 1) {
      await sleep(BURST_GAP_MS, undefined, { signal }).catch(() => {});
      this.#times = bursts;
      for (let index = 0; index < this.#options.connectionsPerSecond; index += 1) {
        this.#call(bursts);
        // What comes in meanwhile must not wait here for the whole burst to go out.
        await nextTurn();
      }
      await Promise.all(this.#calls);
      this.#times = null;
    }
  }

  /** Ends what is still there. */
  stop(): void {
    this.#isStopped = true;
    this.#clock?.stop();
    this.#resident?.terminate();
    for (const client of this.#clients) client.terminate();
  }

  #call(times: ArrivalTimes): void {
    this.measurements.opened += 1;
    const call = this.#connect(times).catch((error: Error) => this.#fail(error.message));
    this.#calls.add(call);
    void call.then(() => this.#calls.delete(call));
  }

  /** Settles when the client has gone again. */
  async #connect({ connect }: ArrivalTimes): Promise<void> {
    const startAtMs = performance.now();
    let leave = (): void => {};
    const gone = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const client = await RealtimeClient.open({
      address: this.#address,
      key: this.#options.key,
      onEvent: () => {},
      onClosed: leave,
    });
    connect.push(performance.now() - startAtMs);
    this.#clients.add(client);
    client.close();
    await gone;
    this.#clients.delete(client);
  }

  #answered(): void {
    const asked = this.#asked.shift();
    asked?.reply.push(performance.now() - asked.atMs);
  }

  #fail(error: string): void {
    if (this.#isStopped) return;
    const { errors } = this.measurements;
    errors.set(error, (errors.get(error) ?? 0) + 1);
  }
}
