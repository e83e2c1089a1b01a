import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionObject, WireClientEvent } from '@antiphon/protocol';
import { parseServerEvent } from '@antiphon/protocol';
import type { WebSocket } from 'ws';
import { CliError } from '../cli-error.ts';
import { openSocket } from '../open-socket.ts';
import { realtimeAddress } from '../server-address.ts';
import { FrameWheel } from './frame-wheel.ts';
import type { WheelMember } from './frame-wheel.ts';

/** About a turn: callers arrive over this time, so that they do not all talk at once. */
const LONGEST_ARRIVAL_MS = 6_000;

/** Between two callers while they are few. */
const ARRIVAL_GAP_MS = 300;

/** A server that has not configured a session by then is overloaded. */
const CONFIGURED_LIMIT_MS = 10_000;

const ULAW = { type: 'audio/pcmu' } as const;

/**
 * What finds the end of callers' turns: the server, by silence alone or by the words, as callers ask
 * it to, or the model behind it, as its agent has it.
 */
export const TURN_DETECTIONS = ['vad', 'semantic', 'provider'] as const;

/** An entry of {@link TURN_DETECTIONS}. */
export type LoadTurnDetection = (typeof TURN_DETECTIONS)[number];

/** What is asked for; nothing where that is none of the caller's business. */
const DETECTION_TYPES = { vad: 'server_vad', semantic: 'semantic_vad', provider: null } as const;

/** Somebody on a line. */
export interface SessionCaller extends WheelMember {
  /** The session is as it will be; frames may begin. */
  configured(detection: SessionObject['audio']['input']['turn_detection']): void;
  /** Takes a message of the server as it came. */
  message(data: Buffer, nowMs: number): void;
}

/** Whom callers call, and who they are. */
export interface LoadRunOptions {
  readonly server: string;
  readonly key: string;
  readonly agent: string;
  readonly sessions: number;
  /** The agent's own unless given. */
  readonly turnDetection?: LoadTurnDetection | undefined;
  /** What the session of the caller with that number is told to be; the agent's own unless given. */
  readonly instructionsOf?: (index: number) => string;
  /** How long the longest turn takes: callers arrive over it, so that turns lie evenly. */
  readonly turnMs?: number;
  /** The caller with that number, counted from 0, whose session was made. */
  readonly callerOf: (index: number, send: (message: Buffer | string) => void) => SessionCaller;
  /** A caller got no session, or lost it. */
  readonly onFailure: (error: string) => void;
}

/** Many callers of one server, on one timer. */
export class LoadRun {
  readonly wheel = new FrameWheel();
  readonly #options: LoadRunOptions;
  readonly #hangUps = new Set<() => void>();

  constructor(options: LoadRunOptions) {
    this.#options = options;
  }

  /** Callers that are connected now. */
  get connected(): number {
    return this.#hangUps.size;
  }

  /**
   * Lets the callers in, one after the other; rejects like `openSocket` when the first gets no
   * session, and tells what others meet.
   */
  async arrive(signal: AbortSignal): Promise<void> {
    const { sessions, onFailure, turnMs = LONGEST_ARRIVAL_MS } = this.#options;
    const gapMs = Math.min(ARRIVAL_GAP_MS, turnMs / sessions);
    const startAtMs = performance.now();
    const arrivals: Promise<void>[] = [];
    for (let index = 0; index < sessions && !signal.aborted; index += 1) {
      const arrival = this.#call(index);
      if (index === 0) await arrival;
      else {
        const failed = (error: Error) => onFailure(error.message);
        arrivals.push(arrival.catch(failed));
      }
      const waitMs = startAtMs + (index + 1) * gapMs - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
    await Promise.all(arrivals);
  }

  /** Hangs up everywhere. */
  stop(): void {
    this.wheel.stop();
    for (const hangUp of this.#hangUps) hangUp();
    this.#hangUps.clear();
  }

  #configuration(index: number): WireClientEvent {
    const { turnDetection, instructionsOf } = this.#options;
    const type = turnDetection && DETECTION_TYPES[turnDetection];
    const detection = type && { turn_detection: { type } };
    return {
      type: 'session.update',
      session: {
        type: 'realtime',
        ...(instructionsOf && { instructions: instructionsOf(index) }),
        audio: { input: { format: ULAW, ...detection }, output: { format: ULAW } },
      },
    };
  }

  /** Settles when the session is configured, or rejects. */
  #call(index: number): Promise<void> {
    const { server, key, agent, callerOf, onFailure } = this.#options;
    const address = { address: realtimeAddress(server, agent), key };
    return new Promise((resolve, reject) => {
      let caller: SessionCaller | null = null;
      let leave = () => {};
      const fail = (reason: string) => {
        clearTimeout(timer);
        reject(new CliError('server_refused', `no session: ${reason}`));
        void socket.then(hangUp, () => {});
      };
      const timer = setTimeout(() => fail('not configured in time'), CONFIGURED_LIMIT_MS);
      const begin = (session: SessionObject, opened: WebSocket) => {
        clearTimeout(timer);
        caller = callerOf(index, (message) => opened.send(message, { binary: false }));
        caller.configured(session.audio.input.turn_detection);
        leave = this.wheel.add(caller);
        this.#hangUps.add(hangUp);
        resolve();
      };
      const socket = openSocket(address, {
        onMessage: (data) => {
          if (caller) caller.message(data, performance.now());
          else void socket.then((opened) => greet(data, opened));
        },
        onClosed: (code, reason) => {
          leave();
          if (!caller) fail(`${code} ${reason}`);
          else if (this.#hangUps.delete(hangUp)) onFailure(`session ended: ${code} ${reason}`);
        },
      });
      const greet = (data: Buffer, opened: WebSocket) => {
        const event = parseServerEvent(data.toString());
        if (event.type === 'session.created')
          opened.send(JSON.stringify(this.#configuration(index)));
        if (event.type === 'session.updated') begin(event.session, opened);
        if (event.type === 'error') fail(event.error.message);
      };
      const hangUp = () => {
        leave();
        void socket.then((opened) => opened.terminate());
      };
      socket.catch(reject);
    });
  }
}
