import { systemClock } from '@antiphon/session';

/** How long providers of a cascade take, in milliseconds; what answers at once takes 0. */
export interface ProviderDelays {
  /** From the end of a turn to its final transcript. */
  readonly finalMs: number;
  /** From a request to the first token of its answer. */
  readonly firstTokenMs: number;
  /** From a text to the first of its sound. */
  readonly firstAudioMs: number;
}

/** When a turn went by at a model, in milliseconds since 1970, by a clock that processes share. */
export interface RelayedTurn {
  /** The caller's number, as the instructions of the session have it. */
  readonly caller: number;
  /** The model had all of the turn. */
  readonly heardAtMs: number;
  /** The transcript was sent; null where the model is not asked for the answer to it. */
  readonly toldAtMs: number | null;
  /** The answer was asked for; null where it is not. */
  readonly askedAtMs: number | null;
  /** The first of the answer's sound was sent. */
  readonly answeredAtMs: number;
}

/** Providers on loopback that an agent of a load has behind it. */
export interface BenchProviders {
  /** The key of `agent.yaml` under which they are named, and what stands there. */
  readonly section: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Environment variables of the server that holds the agent. */
  readonly variables: Readonly<Record<string, string>>;
  /** The last word of turns whose answer cannot have been made ready; null where none have one. */
  readonly lateWord: string | null;
  /** Connections that are open. */
  readonly open: number;
  /** Turns since the last call; none where they have no model that hears. */
  turns(): readonly RelayedTurn[];
  /** Lets go of what local servers remember for tests. */
  forget(): void;
}

/** Waits; not at all for no time. */
export async function pause(ms: number): Promise<void> {
  if (ms === 0) return;
  await new Promise<void>((resolve) => {
    systemClock.setTimeout(resolve, ms);
  });
}
