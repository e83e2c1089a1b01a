import type { FeedEvent, ReplayStep } from '@antiphon/observability';

/** A change of state of one region. Paths begin with the region's name. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly cause: string;
}

/** The machine at one moment. */
export interface Moment {
  /** Active leaves, as dotted paths. */
  readonly states: readonly string[];
  /** What moved last, one for each region that the same fact moved. */
  readonly lastMoves: readonly Move[];
  /** Active states of the machine of each pending call, by call id. */
  readonly calls: Readonly<Record<string, readonly string[]>>;
}

const START = { caller: 'silent', turn: 'listening', agentAudio: 'idle' };

/** The machine as the feed told it, up to an instant; all of it where there is none. */
export function momentOf(events: readonly FeedEvent[], untilMs: number | null): Moment {
  const regions = beginningOf(events);
  const calls: Record<string, readonly string[]> = {};
  let lastMoves: readonly (Move & { readonly atMs: number })[] = [];
  for (const event of events) {
    if (untilMs !== null && event.atMs > untilMs) break;
    if (event.type === 'state') {
      regions[event.region] = event.to;
      const { region, cause, atMs } = event;
      const move = { from: `${region}.${event.from}`, to: `${region}.${event.to}`, cause, atMs };
      const isSameFact = lastMoves.every(
        (other) => other.atMs === atMs && other.cause === cause && !isIn(region, other.to),
      );
      lastMoves = isSameFact ? [...lastMoves, move] : [move];
    } else if (event.type === 'call.state') {
      if (event.states.length === 0) delete calls[event.callId];
      else calls[event.callId] = event.states;
    }
  }
  const states = Object.entries(regions).map(([region, path]) => `${region}.${path}`);
  return { states, lastMoves: lastMoves.map(({ atMs: _atMs, ...move }) => move), calls };
}

function isIn(region: string, path: string): boolean {
  return path.startsWith(`${region}.`);
}

/** Where the beginning is forgotten, the states that the first known changes left. */
function beginningOf(events: readonly FeedEvent[]): Record<string, string> {
  if (events[0] === undefined || events[0].seq === 1) return { ...START };
  const regions: Record<string, string> = {};
  for (const event of events) if (event.type === 'state') regions[event.region] ??= event.from;
  return regions;
}

/** The last step at or before an instant; the first where there is none before. */
export function stepAt(steps: readonly ReplayStep[], atMs: number): number {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (steps[middle]!.atMs <= atMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The machine after a step, as it was replayed. */
export function momentOfStep(steps: readonly ReplayStep[], index: number): Moment | null {
  const step = steps[index];
  if (!step) return null;
  return { states: step.states, lastMoves: lastMovesOf(steps, index), calls: step.calls };
}

function lastMovesOf(steps: readonly ReplayStep[], index: number): readonly Move[] {
  for (let at = index; at > 0; at -= 1) {
    const [before, after] = [steps[at - 1]!, steps[at]!];
    const moves = after.states
      .filter((path) => !before.states.includes(path))
      .flatMap((to) => {
        const region = to.split('.')[0]!;
        const from = before.states.find((path) => isIn(region, path));
        return from === undefined ? [] : [{ from, to, cause: after.cause }];
      });
    if (moves.length > 0) return moves;
  }
  return [];
}
