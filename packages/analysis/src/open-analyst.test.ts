import { describe, expect, it } from 'vitest';
import { openAnalyst } from './open-analyst.ts';
import { DEFAULT_RUBRIC } from './rubric/default-rubric.ts';
import { soundOf } from './testing/call-analyst-suite.ts';
import { GEMINI_ANALYST_KEY, LocalGeminiServer } from './testing/index.ts';

const variables = (known: Record<string, string>) => (name: string) => known[name];

describe('the choice of an analyst', () => {
  it('takes the key from the vendor’s own variable', () => {
    const keys = variables({ GEMINI_API_KEY: 'AIza', OPENAI_API_KEY: 'sk' });
    expect(openAnalyst({ name: 'gemini', variables: keys })).toMatchObject({
      provider: 'gemini',
      model: 'gemini-flash-latest',
    });
    expect(openAnalyst({ name: 'openai', model: 'mine', variables: keys })).toMatchObject({
      provider: 'openai',
      model: 'mine',
    });
  });

  it('says which variable is missing', () => {
    const none = variables({ GEMINI_API_KEY: ' ' });
    expect(() => openAnalyst({ name: 'gemini', variables: none })).toThrow('set GEMINI_API_KEY');
    expect(() => openAnalyst({ name: 'openai', variables: none })).toThrow('set OPENAI_API_KEY');
    expect(() => openAnalyst({ name: 'openai', keyVariable: 'MINE', variables: none })).toThrow(
      'set MINE',
    );
  });

  it('sends another server no key but one that was named for it', async () => {
    const server = await LocalGeminiServer.start();
    const keys = variables({ GEMINI_API_KEY: GEMINI_ANALYST_KEY, MINE: GEMINI_ANALYST_KEY });
    const call = {
      sound: soundOf(new Uint8Array(44)),
      callMs: 0,
      transcript: '',
      rubric: DEFAULT_RUBRIC,
    };
    const settings = { name: 'gemini', url: server.url, variables: keys } as const;
    const ask = (keyVariable?: string) =>
      openAnalyst({ ...settings, keyVariable }).analyze(call, new AbortController());
    await expect(ask()).rejects.toMatchObject({ code: 'provider_unauthorized' });
    expect((await ask('MINE')).answeredBy).toBe('gemini-flash-latest-001');
    await server.close();
  });
});
