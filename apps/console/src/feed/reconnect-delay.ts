/** The first wait before a lost feed is opened again. */
const FIRST_MS = 500;
/** The longest wait. */
const LONGEST_MS = 15_000;

/**
 * How long to wait before the feed is opened again, in milliseconds: doubled with every failure in
 * a row, and spread over its upper half so that many consoles do not come back at once.
 * @param failures attempts that failed in a row, from 1
 * @param random from 0 to 1
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const wholeMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16));
  return Math.round(wholeMs * (0.5 + random / 2));
}
