import { useSyncExternalStore } from 'react';
import { SecondClock } from './second-clock.ts';

const clock = new SecondClock();

/** The time of day in milliseconds, to the second; one timer serves all who ask. */
export function useNow(): number {
  return useSyncExternalStore(clock.subscribe, clock.now);
}
