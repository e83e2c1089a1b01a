import { describe, expect, it } from 'vitest';
import { startLocalProviders } from './local-providers.ts';

const AT_ONCE = { finalMs: 0, firstTokenMs: 0, firstAudioMs: 0 };

describe('local providers', () => {
  it('say what an agent is to have behind it, and count their connections', async () => {
    const providers = await startLocalProviders('cascade', { delays: AT_ONCE });
    try {
      expect(providers.agentLine).toMatch(/^cascade: \{"speechToText":\{"provider":"deepgram"/u);
      expect(Object.keys(providers.variables)).toHaveLength(3);
      expect(await providers.report()).toEqual({ open: 0, turns: [] });
    } finally {
      await providers.stop();
    }
    await expect(providers.report()).rejects.toThrowError('The local providers are gone.');
  });

  it('leave what they say of a service beside what is asked of it', async () => {
    const settings = { speechToText: { finalizesPauses: true }, speechGuard: 'off' };
    const providers = await startLocalProviders('cascade', { delays: AT_ONCE, settings });
    await providers.stop();
    expect(JSON.parse(providers.agentLine.replace('cascade: ', ''))).toMatchObject({
      speechToText: { provider: 'deepgram', finalizesPauses: true },
      languageModel: { provider: 'openai' },
      speechGuard: 'off',
    });
  });

  it('do not start for an engine that has none, and say so', async () => {
    await expect(startLocalProviders('stub', { delays: AT_ONCE })).rejects.toMatchObject({
      code: 'server_not_started',
      message: expect.stringContaining('There are no local providers of "stub".') as string,
    });
  });
});
