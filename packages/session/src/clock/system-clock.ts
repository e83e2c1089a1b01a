import type { Clock, TimerHandle } from '../ports/clock.ts';

/** The process's own time; instants are comparable between the threads of a process. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (timer: TimerHandle) => clearTimeout(timer as NodeJS.Timeout),
};
