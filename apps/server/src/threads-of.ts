import { availableParallelism } from 'node:os';

/** Threads for a share of the cores, one at least. */
export function threadsOf(share: number): number {
  return Math.max(1, Math.floor(availableParallelism() * share));
}
