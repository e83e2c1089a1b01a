import { describe, expect, it } from 'vitest';
import type { ProviderUsage } from './ports/provider-usage.ts';
import { TestSession } from './testing/index.ts';

const USED: ProviderUsage = {
  operation: 'chat',
  provider: 'openai',
  model: 'gpt',
  inputTextTokens: 100,
  inputAudioTokens: 0,
  outputTextTokens: 10,
  outputAudioTokens: 0,
  cachedTextTokens: 40,
  cachedAudioTokens: 0,
  audioMs: 0,
  characters: 0,
  dollars: 0.25,
  durationMs: 700,
  errorCode: null,
};

const VOICE: ProviderUsage = {
  ...USED,
  operation: 'text_to_speech',
  inputTextTokens: 0,
  outputTextTokens: 0,
  cachedTextTokens: 0,
  characters: 30,
  dollars: null,
};

/** Of a server that counts no tokens. */
const MEASURED: ProviderUsage = { ...VOICE, operation: 'chat', characters: 0 };

const endOf = (test: TestSession) => test.channel.of('session.ended')[0];

describe('what the providers of a session used', () => {
  it('is told one by one, and all together at the end', () => {
    const test = new TestSession();
    test.engine.session.context.onUsed?.(USED);
    test.engine.session.context.onUsed?.({ ...USED, dollars: 0.5 });
    expect(test.channel.of('provider.used')).toMatchObject([USED, { ...USED, dollars: 0.5 }]);
    test.session.control.end('clientEnded');
    expect(endOf(test)?.usage).toEqual({
      inputTextTokens: 200,
      inputAudioTokens: 0,
      outputTextTokens: 20,
      outputAudioTokens: 0,
      cachedTextTokens: 80,
      cachedAudioTokens: 0,
      audioMs: 0,
      characters: 0,
      dollars: 0.75,
      isPartlyPriced: false,
    });
  });

  it('costs what has prices, and says that something has none', () => {
    const test = new TestSession();
    test.engine.session.context.onUsed?.(VOICE);
    test.engine.session.context.onUsed?.(USED);
    test.session.control.end('clientEnded');
    expect(endOf(test)?.usage).toMatchObject({ dollars: 0.25, isPartlyPriced: true });
  });

  it('costs nothing that is known where nothing has a price', () => {
    const test = new TestSession();
    test.engine.session.context.onUsed?.(VOICE);
    test.session.control.end('clientEnded');
    expect(endOf(test)?.usage).toMatchObject({ dollars: null, isPartlyPriced: false });
  });

  it('holds nothing of requests that used nothing, which are told all the same', () => {
    const test = new TestSession();
    test.engine.session.context.onUsed?.(MEASURED);
    test.engine.session.context.onUsed?.(USED);
    test.engine.session.context.onUsed?.({ ...MEASURED, errorCode: 'provider_lost' });
    expect(test.channel.of('provider.used')).toMatchObject([
      MEASURED,
      USED,
      { ...MEASURED, errorCode: 'provider_lost' },
    ]);
    test.session.control.end('clientEnded');
    expect(endOf(test)?.usage).toMatchObject({ dollars: 0.25, isPartlyPriced: false });
    const alone = new TestSession();
    alone.engine.session.context.onUsed?.(MEASURED);
    alone.session.control.end('clientEnded');
    expect(endOf(alone)).not.toHaveProperty('usage');
  });

  it('is not in the end of a session whose engine tells of none', () => {
    const test = new TestSession();
    test.session.control.end('clientEnded');
    expect(endOf(test)).not.toHaveProperty('usage');
  });

  it('holds what an engine tells while it is closed, and nothing after the end', () => {
    const test = new TestSession();
    const { session } = test.engine;
    session.usedAtTheEnd = VOICE;
    test.session.control.end('clientEnded');
    session.context.onUsed?.(USED);
    expect(endOf(test)?.usage).toMatchObject({ characters: 30, inputTextTokens: 0 });
    expect(test.channel.events.at(-1)?.type).toBe('session.ended');
  });

  it('holds answers that were asked for beside the conversation', () => {
    const test = new TestSession();
    test.session.control.answerOutOfBand('beside', {}, () => {});
    const { session } = test.engine;
    expect(test.engine.sessions).toHaveLength(2);
    session.context.onUsed?.(USED);
    test.session.control.end('clientEnded');
    expect(endOf(test)?.usage).toMatchObject({ dollars: 0.25 });
  });
});
