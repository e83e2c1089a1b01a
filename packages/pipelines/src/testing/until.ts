import { setImmediate } from 'node:timers/promises';

/** Lets time pass for providers that wait for a driven clock; absent for those that run freely. */
export type Drive = () => void | Promise<void>;

/**
 * Waits until a condition holds, driving the clock meanwhile. It never gives up: the time limit of
 * the test does.
 */
export async function until(holds: () => boolean, drive?: Drive): Promise<void> {
  while (!holds()) {
    await drive?.();
    await setImmediate();
  }
}
