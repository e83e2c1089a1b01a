/** A timer made by a {@link Clock}; pass it back to `clearTimeout`. */
export type TimerHandle = object | number;

/**
 * The only source of time. A driven implementation lets a whole server run in tests without
 * waiting. It leaves out dates and time zones.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch, monotonic within a process, with fractions. */
  now(): number;
  /** Calls `run` once after `delayMs`; never synchronously. */
  setTimeout(run: () => void, delayMs: number): TimerHandle;
  /** Forgets a timer; does nothing when it has fired or is unknown. */
  clearTimeout(timer: TimerHandle): void;
}
