import type { SessionConfig } from './ports/session-config.ts';

/** The window of an engine that cannot tell, at medium eagerness. */
const ORDINARY_MS = 500;
/** The longest wait of medium eagerness, to which the windows below belong. */
const MEDIUM_LONGEST_MS = 4_000;

/**
 * Windows by how likely the words so far are all the caller wants to say. People leave 100 to 200 ms
 * between turns and up to 700 ms between the digits of a number.
 */
const WINDOWS = [
  { from: 0.8, ms: 200 },
  { from: 0.5, ms: 300 },
  { from: 0.2, ms: 550 },
  { from: 0.01, ms: 900 },
  { from: 0, ms: 1_500 },
] as const;

/** From here on the words are likely whole, and eagerness makes no difference. */
const WHOLE = 0.5;

/**
 * The silence after which a turn is taken to be over, in milliseconds: by what the engine says of
 * its words (`undefined` when it cannot tell), at most `longestMs`, which says how patient the agent
 * is.
 */
export function silenceWindowMs(endOfTurn: number | undefined, longestMs: number): number {
  const patience = longestMs / MEDIUM_LONGEST_MS;
  if (endOfTurn === undefined) return Math.min(longestMs, ORDINARY_MS * patience);
  const { ms } = windowOf(endOfTurn);
  return Math.min(longestMs, endOfTurn >= WHOLE || endOfTurn === 0 ? ms : ms * patience);
}

/**
 * The silence that ends turns whose words say nothing of their end, or just enough; undefined where
 * the client ends them.
 */
export function ordinarySilenceMs({
  turnDetection,
}: Pick<SessionConfig, 'turnDetection'>): number | undefined {
  if (!turnDetection) return undefined;
  const { mode, silenceDurationMs } = turnDetection;
  if (mode !== 'semantic') return silenceDurationMs;
  const [unknown, whole] = [undefined, WHOLE].map((end) => silenceWindowMs(end, silenceDurationMs));
  return Math.max(unknown!, whole!);
}

/** From which likelihood on turns end as soon as one that is this likely over. */
export function silenceThreshold(endOfTurn: number): number {
  return windowOf(endOfTurn).from;
}

function windowOf(endOfTurn: number) {
  return WINDOWS.find(({ from }) => endOfTurn >= from) ?? WINDOWS[WINDOWS.length - 1]!;
}
