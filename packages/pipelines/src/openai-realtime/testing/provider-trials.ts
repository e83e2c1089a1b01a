import { afterEach, expect } from 'vitest';
import { ProviderCall } from './provider-call.ts';
import type { ProviderCallOptions } from './provider-call.ts';
import type { UpstreamScript } from './upstream-script.ts';

/** Starts calls, each of which must leave nothing behind at the end of its test. */
export function providerTrials(): (
  script?: UpstreamScript,
  options?: ProviderCallOptions,
) => Promise<ProviderCall> {
  const open: ProviderCall[] = [];

  afterEach(async () => {
    for (const call of open.splice(0)) {
      await call.close();
      expect(call.clock.pending).toBe(0);
    }
  });

  return async (script = {}, options = {}) => {
    const call = await ProviderCall.start(script, options);
    open.push(call);
    return call;
  };
}

/** Both conversations hold the same turns of the caller. */
export function expectTurns(call: ProviderCall, count: number): void {
  const users = call.said.filter((entry) => entry.startsWith('user'));
  expect(call.items.filter((item) => item.startsWith('caller'))).toHaveLength(count);
  expect(users).toHaveLength(count);
}

/** The next turn is found by the upstream, and by nothing else. */
export async function expectToFindMore(call: ProviderCall): Promise<void> {
  const callers = () => call.items.filter((item) => item.startsWith('caller')).length;
  const before = callers();
  call.upstream.script = {};
  const { length: starts } = call.channel.of('caller.speechStarted');
  const commits = () =>
    call.connection.types.filter((type) => type === 'input_audio_buffer.commit').length;
  const asked = commits();
  await call.silence(1_500);
  await call.turn();
  expect(callers()).toBe(before + 1);
  expect(commits()).toBe(asked);
  const started = call.channel.of('caller.speechStarted')[starts];
  const stopped = call.channel.of('caller.speechStopped').at(-1);
  const spokenMs = stopped!.audioEndMs - started!.audioStartMs;
  expect(Math.abs(spokenMs - (300 + 600 + 500))).toBeLessThanOrEqual(100);
}

/** The length of an entry of what was said. */
export const msOf = (entry: string | undefined): number =>
  Number(/(\d+) ms/u.exec(entry ?? '')?.[1]);
