import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 1_200;

/** Is done after the wait, unless it is cancelled. */
export default async function shortWait(
  _args: unknown,
  { signal }: { readonly signal: AbortSignal },
): Promise<unknown> {
  await sleep(WAIT_MS, undefined, { signal });
  return { done: true };
}
