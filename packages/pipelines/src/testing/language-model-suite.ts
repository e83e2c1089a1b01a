import { describe, expect, it } from 'vitest';
import type {
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from '../cascade/ports/language-model.ts';
import { until } from './until.ts';
import type { Drive } from './until.ts';

/** A model under test and what it needs. */
export interface LanguageModelTrial {
  readonly languageModel: LanguageModel;
  /** A request that is answered with text; the suite adds the signal. */
  readonly spoken: Omit<LanguageModelRequest, 'signal'>;
  /** A request that is answered with a call of one of its tools, where the model can. */
  readonly calling?: Omit<LanguageModelRequest, 'signal'>;
  readonly drive?: Drive;
}

/**
 * The contract of {@link LanguageModel}. `setup` is called for each test; where `callsTools` its
 * trials must have `calling`.
 */
export function describeLanguageModel(
  name: string,
  setup: () => LanguageModelTrial | Promise<LanguageModelTrial>,
  { callsTools = true }: { readonly callsTools?: boolean } = {},
): void {
  const callingIt = callsTools ? it : () => {};
  describe(`LanguageModel: ${name}`, () => {
    it('has a name', async () => {
      const { languageModel } = await setup();
      expect(languageModel.name).not.toBe('');
    });

    it('writes text and then exactly one end', async () => {
      const trial = await setup();
      const parts = await answer(trial, trial.spoken);
      expect(textOf(parts)).toMatch(/\S/u);
      expect(parts.filter((part) => part.type === 'end')).toHaveLength(1);
      expect(parts.at(-1)?.type).toBe('end');
    });

    it('counts tokens from zero up', async () => {
      const trial = await setup();
      const end = (await answer(trial, trial.spoken)).at(-1);
      if (end?.type !== 'end') throw new Error('the answer has no end');
      for (const count of Object.values(end.usage)) expect(count).toBeGreaterThanOrEqual(0);
    });

    callingIt('calls a tool of the request with JSON arguments, after its text', async () => {
      const trial = await setup();
      const { calling } = trial;
      if (!calling) throw new Error('the trial has no calling request');
      const parts = await answer(trial, calling);
      const calls = parts.filter((part) => part.type === 'toolCall');
      expect(calls.length).toBeGreaterThan(0);
      for (const call of calls) {
        expect(calling.tools.map((tool) => tool.name)).toContain(call.name);
        expect(JSON.parse(call.arguments)).toBeTypeOf('object');
      }
      expect(new Set(calls.map((call) => call.callId)).size).toBe(calls.length);
      const firstCall = parts.findIndex((part) => part.type === 'toolCall');
      expect(parts.slice(firstCall).some((part) => part.type === 'text')).toBe(false);
    });

    callingIt('calls no tool when the choice is none', async () => {
      const trial = await setup();
      if (!trial.calling) throw new Error('the trial has no calling request');
      const parts = await answer(trial, { ...trial.calling, toolChoice: 'none' });
      expect(parts.filter((part) => part.type === 'toolCall')).toEqual([]);
    });

    it('expects nothing or a number of digits, after any conversation', async () => {
      const { languageModel, spoken, calling } = await setup();
      for (const history of [[], spoken.history, calling?.history ?? []]) {
        const expectation = languageModel.expects?.(history) ?? null;
        if (expectation === null) continue;
        expect(expectation.minLength).toBeGreaterThan(0);
        expect(expectation.maxLength ?? Infinity).toBeGreaterThanOrEqual(expectation.minLength);
      }
    });

    it('ends without an error when the signal has aborted before', async () => {
      const trial = await setup();
      const controller = new AbortController();
      controller.abort();
      const parts = await answer(trial, trial.spoken, controller);
      expect(parts.filter((part) => part.type === 'end')).toEqual([]);
    });

    it('ends early and without an error when the signal aborts', async () => {
      const trial = await setup();
      const controller = new AbortController();
      const parts: LanguageModelPart[] = [];
      await driven(trial, async () => {
        const request = { ...trial.spoken, signal: controller.signal };
        for await (const part of trial.languageModel.answer(request)) {
          parts.push(part);
          controller.abort();
        }
      });
      expect(parts).toHaveLength(1);
    });

    it('answers again after an answer that was left', async () => {
      const trial = await setup();
      await driven(trial, async () => {
        const { signal } = new AbortController();
        for await (const part of trial.languageModel.answer({ ...trial.spoken, signal })) {
          if (part.type === 'text') break;
        }
      });
      const parts = await answer(trial, { ...trial.spoken, sessionId: 'another' });
      expect(parts.at(-1)?.type).toBe('end');
    });

    it('answers two sessions at once', async () => {
      const trial = await setup();
      const answers = await Promise.all([
        answer(trial, { ...trial.spoken, sessionId: 'session-a' }),
        answer(trial, { ...trial.spoken, sessionId: 'session-b' }),
      ]);
      for (const parts of answers) {
        expect(textOf(parts)).toMatch(/\S/u);
        expect(parts.filter((part) => part.type === 'end')).toHaveLength(1);
      }
    });
  });
}

async function answer(
  trial: LanguageModelTrial,
  request: Omit<LanguageModelRequest, 'signal'>,
  controller = new AbortController(),
): Promise<LanguageModelPart[]> {
  const parts: LanguageModelPart[] = [];
  await driven(trial, async () => {
    const { signal } = controller;
    for await (const part of trial.languageModel.answer({ ...request, signal })) parts.push(part);
  });
  return parts;
}

/** Runs to its end while the clock is driven. */
async function driven({ drive }: LanguageModelTrial, run: () => Promise<void>): Promise<void> {
  let isOver = false;
  const running = run().finally(() => {
    isOver = true;
  });
  await Promise.all([running, until(() => isOver, drive)]);
}

function textOf(parts: readonly LanguageModelPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.delta : '')).join('');
}
