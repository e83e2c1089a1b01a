import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 5_000;

/** Is done after the wait, unless it is cancelled. */
export default async function longWait(
  _args: unknown,
  { signal }: { readonly signal: AbortSignal },
): Promise<unknown> {
  await sleep(WAIT_MS, undefined, { signal });
  return { done: true };
}
