import type { TurnFact } from '@antiphon/session';

/** Whether a fact begins or ends a turn, in contrast to a pause inside one. */
export function isTurnBound({ type }: TurnFact): boolean {
  return type === 'speechStarted' || type === 'speechStopped';
}
