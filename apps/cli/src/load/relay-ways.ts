import type { RelayedTurn } from './local-providers.ts';
import type { AnsweredTurn, LoadMeasurements } from './load-measurements.ts';

/** Two processes read the clock apart by less. */
const CLOCK_MS = 1;

/**
 * Adds what each way to a model took, by what callers and the model saw of the same turns. Instants
 * of callers are those of `performance`, whose origin is `originMs`.
 */
export function addRelayWays(
  measurements: LoadMeasurements,
  relayed: readonly RelayedTurn[],
  originMs: number = performance.timeOrigin,
): void {
  const byCaller = new Map<number, RelayedTurn[]>();
  for (const turn of relayed) {
    const turns = byCaller.get(turn.caller);
    if (turns) turns.push(turn);
    else byCaller.set(turn.caller, [turn]);
  }
  for (const turn of measurements.answered) {
    const same = byCaller.get(turn.caller)?.find((candidate) => isSame(turn, candidate, originMs));
    if (!same) continue;
    measurements.add('relayUp', same.heardAtMs - originMs - turn.endAtMs);
    measurements.add('relayDown', turn.answeredAtMs + originMs - same.answeredAtMs);
    if (same.toldAtMs !== null && same.askedAtMs !== null) {
      measurements.add('relayBetween', same.askedAtMs - same.toldAtMs);
    }
  }
}

function isSame(turn: AnsweredTurn, relayed: RelayedTurn, originMs: number): boolean {
  const endAtMs = turn.endAtMs + originMs - CLOCK_MS;
  const answeredAtMs = turn.answeredAtMs + originMs + CLOCK_MS;
  return relayed.heardAtMs >= endAtMs && relayed.answeredAtMs <= answeredAtMs;
}
