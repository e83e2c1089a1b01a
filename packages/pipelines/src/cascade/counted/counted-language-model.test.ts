import type { ProviderUsage } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { PipelineError } from '../../pipeline-error.ts';
import { FAKE_END, FakeLanguageModel } from '../../testing/index.ts';
import type { FakeStep } from '../../testing/index.ts';
import { FIXTURE_CONFIG, settle } from '../cascade-fixture.ts';
import type { LanguageModelPart } from '../ports/language-model.ts';
import { CountedLanguageModel } from './counted-language-model.ts';

const USAGE = {
  inputTextTokens: 1_000,
  inputAudioTokens: 0,
  outputTextTokens: 100,
  outputAudioTokens: 0,
};
const WRITES: FakeStep = { type: 'text', delta: 'It has shipped.' };
const END: FakeStep = { type: 'end', finish: 'stop', usage: USAGE };

const waits = (ms: number): FakeStep => ({ type: 'wait', ms });
const fails = (error: Error): FakeStep => ({ type: 'throw', error });

/** A request to a counted model that follows these steps, with whatever it tells. */
function ask(steps: readonly FakeStep[]) {
  const clock = new DrivenClock();
  const fake = new FakeLanguageModel(clock, [steps]);
  const prices = { textInput: 10, textOutput: 50 };
  const model = new CountedLanguageModel(fake, { provider: 'openai', model: 'gpt', prices }, clock);
  const stop = new AbortController();
  const used: ProviderUsage[] = [];
  const answer = model.answer({
    ...FIXTURE_CONFIG,
    sessionId: 'session-a',
    history: [],
    temperature: null,
    signal: stop.signal,
    onUsed: (one) => used.push(one),
  });
  const parts: LanguageModelPart[] = [];
  const read = async (): Promise<unknown> => {
    try {
      for await (const part of answer) parts.push(part);
      return null;
    } catch (error) {
      return error;
    }
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      await settle();
      clock.advance(50);
    }
    await settle();
  };
  return { fake, answer, used, parts, stop, read, pass };
}

describe('CountedLanguageModel', () => {
  it('tells what an answer took, from asking to its end', async () => {
    const { used, parts, read, pass } = ask([waits(300), WRITES, waits(400), END]);
    const reading = read();
    await pass(1_000);
    expect(await reading).toBeNull();
    expect(parts).toEqual([WRITES, END]);
    expect(used).toMatchObject([{ ...USAGE, durationMs: 700, errorCode: null }]);
    expect(used[0]?.dollars).toBeCloseTo(0.015, 9);
  });

  it('tells it of a server that counts no tokens, without tokens and without a cost', async () => {
    const { used, read, pass } = ask([waits(300), WRITES, FAKE_END]);
    const reading = read();
    await pass(500);
    await reading;
    expect(used).toMatchObject([
      { inputTextTokens: 0, outputTextTokens: 0, dollars: null, durationMs: 300, errorCode: null },
    ]);
  });

  it('does not count how long an answer waits to be spoken', async () => {
    const { answer, used, pass } = ask([waits(100), WRITES, waits(200), WRITES, END]);
    const first = answer.next();
    await pass(100);
    expect((await first).value).toEqual(WRITES);
    await pass(5_000);
    expect(used).toMatchObject([{ durationMs: 300 }]);
    expect((await answer.next()).value).toEqual(WRITES);
    expect((await answer.next()).value).toEqual(END);
    expect(await answer.next()).toEqual({ done: true, value: undefined });
  });

  it.each([
    [
      'as its fault says',
      new PipelineError('provider_rate_limited', 'slow'),
      'provider_rate_limited',
    ],
    ['as a provider that failed', new Error('jane@example.com'), 'provider_failed'],
  ])('tells what failed, %s, after what was written', async (_how, error, errorCode) => {
    const { used, parts, read, pass } = ask([waits(300), WRITES, fails(error)]);
    const reading = read();
    await pass(500);
    expect(await reading).toBe(error);
    expect(parts).toEqual([WRITES]);
    expect(used).toMatchObject([
      { outputTextTokens: 0, dollars: null, durationMs: 300, errorCode },
    ]);
  });

  it('tells of an answer that breaks off that its provider failed', async () => {
    const { used, read, pass } = ask([waits(100), WRITES]);
    const reading = read();
    await pass(200);
    expect(await reading).toBeNull();
    expect(used).toMatchObject([{ durationMs: 100, errorCode: 'provider_failed' }]);
  });

  it('tells nothing of an answer that was stopped, or whose model was closed', async () => {
    const stopped = ask([WRITES, { type: 'hang' }]);
    const reading = stopped.read();
    await stopped.pass(100);
    stopped.stop.abort();
    expect(await reading).toBeNull();
    const closed = ask([fails(new PipelineError('closed', 'gone'))]);
    expect(await closed.read()).toMatchObject({ code: 'closed' });
    expect([...stopped.used, ...closed.used]).toEqual([]);
  });

  it('leaves the model when nobody takes more of its answer', async () => {
    const { fake, answer, used, stop, pass } = ask([WRITES, waits(500), WRITES, END]);
    await answer.next();
    await answer.return(undefined);
    expect(fake.active).toBe(1);
    stop.abort();
    await pass(50);
    expect(fake.active).toBe(0);
    expect(used).toEqual([]);
  });
});
