import { writeWav } from '@antiphon/audio';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AnalysisError } from '../analysis-error.ts';
import type { AnalysisErrorCode } from '../analysis-error.ts';
import { readAnswer } from '../analyst-answer.ts';
import type { HostedAnalystOptions } from '../analyst-settings.ts';
import type { AnalystAnswer, CallAnalyst, CallMaterial } from '../call-analyst.ts';
import type { CallSound } from '../call-sound.ts';
import { DEFAULT_RUBRIC } from '../rubric/default-rubric.ts';
import { ANALYST_FAULTS } from './local-analyst-server.ts';
import type { AnalystFault, LocalAnalystServer } from './local-analyst-server.ts';

/** An analyst under test and the server that it asks. */
export interface CallAnalystTrial {
  readonly server: LocalAnalystServer;
  /** The key that is good. */
  readonly key: string;
  /** A model that the server has. */
  readonly model: string;
  open(options: HostedAnalystOptions): CallAnalyst;
}

/** How each fault is named; null where the analyst passes it on and the reader of answers says so. */
const CODES: Readonly<Record<AnalystFault, AnalysisErrorCode | null>> = {
  quotaSpent: 'provider_quota_exceeded',
  askedTooOften: 'provider_rate_limited',
  overloaded: 'provider_failed',
  badRequest: 'provider_rejected',
  tooLarge: 'audio_too_large',
  modelRefuses: 'provider_refused',
  answerCutOff: 'provider_garbled',
  noJson: 'provider_garbled',
  strangeJson: null,
  noAnswer: 'provider_garbled',
  dropped: 'provider_lost',
  halfBody: 'provider_lost',
  silent: 'provider_timeout',
};

const WAV = writeWav(
  Int16Array.from({ length: 16_000 }, (_, index) => (index * 37) % 9_000),
  { sampleRate: 8000, channels: 1 },
);

const CALL: CallMaterial = {
  sound: soundOf(WAV),
  callMs: 2_000,
  transcript: '[0:00] agent: w1\n[0:01] caller: w2 my order',
  rubric: DEFAULT_RUBRIC,
};

/** Sound that is in memory, in pieces of an odd length. */
export function soundOf(wav: Uint8Array): CallSound {
  return {
    bytes: wav.length,
    pieces: async function* () {
      for (let at = 0; at < wav.length; at += 7_777) {
        yield await Promise.resolve(wav.subarray(at, at + 7_777));
      }
    },
  };
}

/** Longer than an answer of a local server takes. */
const LONG_MS = 60_000;

/** The contract of {@link CallAnalyst}. `setup` is called once. */
export function describeCallAnalyst(name: string, setup: () => Promise<CallAnalystTrial>): void {
  describe(`CallAnalyst: ${name}`, () => {
    let trial: CallAnalystTrial;
    const open = (options: Partial<HostedAnalystOptions> = {}) => {
      const { key: apiKey, server, model } = trial;
      return trial.open({ apiKey, url: server.url, model, timeoutMs: LONG_MS, ...options });
    };
    const ask = (analyst: CallAnalyst, signal = new AbortController().signal) =>
      analyst.analyze(CALL, { signal });
    /** How a question fails; what nobody may read must not be in what is told. */
    const failure = async (asked: Promise<AnalystAnswer>): Promise<AnalysisError> => {
      const error = await asked.then(
        () => null,
        (cause: unknown) => cause,
      );
      expect(error).toBeInstanceOf(AnalysisError);
      const { message } = error as AnalysisError;
      expect(message).not.toMatch(/\bw[12]\b/u);
      expect(message).not.toContain(trial.key);
      // It ends with what to do.
      expect(message).toMatch(/\. [A-Z][^.]+\.$/u);
      return error as AnalysisError;
    };
    beforeAll(async () => {
      trial = await setup();
    });
    beforeEach(() => {
      trial.server.script = {};
    });
    afterAll(() => trial.server.close());

    it('has a name, a model and bounds', () => {
      const analyst = open();
      expect(analyst.provider).toMatch(/^[a-z]+$/u);
      expect(analyst.model).toBe(trial.model);
      expect(analyst.mostAudioBytes).toBeGreaterThan(1_000_000);
    });

    it('sends the sound as it is, the transcript and the rubric, and the key in a header', async () => {
      await ask(open());
      const heard = trial.server.questions.at(-1)!;
      expect(heard.wav.equals(WAV)).toBe(true);
      expect(heard.text).toContain(CALL.transcript);
      for (const { id, asks } of DEFAULT_RUBRIC.dimensions) {
        expect(heard.text).toContain(`- ${id}: ${asks}`);
      }
      expect(heard.key).toBe(trial.key);
      expect(heard.path).not.toContain(trial.key);
      expect(heard.model).toBe(trial.model);
    });

    it('gives an answer by the rubric, who gave it and what it took', async () => {
      const { answer, answeredBy, usage } = await ask(open());
      const { scores, summary } = readAnswer(answer, CALL);
      expect(summary).not.toBe('');
      expect(scores.map(({ dimension }) => dimension)).toEqual(
        DEFAULT_RUBRIC.dimensions.map(({ id }) => id),
      );
      expect(scores[1]?.moments).toEqual([{ atMs: 1_000, quote: 'where is my order' }]);
      expect(answeredBy).toContain(trial.model);
      expect(usage).toEqual({ inputTokens: 900, outputTokens: 100 });
    });

    it('may be asked several things at once', async () => {
      const analyst = open();
      const answers = await Promise.all([ask(analyst), ask(analyst), ask(analyst)]);
      expect(answers).toHaveLength(3);
    });

    it('refuses more sound than it takes, and sends nothing', async () => {
      const before = trial.server.questions.length;
      const error = await failure(ask(open({ mostAudioBytes: WAV.length - 1 })));
      expect(error.code).toBe('audio_too_large');
      expect(trial.server.questions).toHaveLength(before);
      await ask(open({ mostAudioBytes: WAV.length }));
      expect(trial.server.questions).toHaveLength(before + 1);
    });

    it('refuses calls that last longer than it takes, and sends nothing', async () => {
      const before = trial.server.questions.length;
      const analyst = open();
      const { mostCallMs } = analyst;
      if (mostCallMs === null) return;
      const { signal } = new AbortController();
      const asked = analyst.analyze({ ...CALL, callMs: mostCallMs + 1 }, { signal });
      expect((await failure(asked)).code).toBe('audio_too_large');
      expect(trial.server.questions).toHaveLength(before);
    });

    it.each(['wrong-key', null])('names a key that is refused: %s', async (apiKey) => {
      expect((await failure(ask(open({ apiKey })))).code).toBe('provider_unauthorized');
    });

    it('names a model that there is not', async () => {
      const error = await failure(ask(open({ model: 'nothing' })));
      expect(error.code).toBe('unknown_model');
      expect(error.isPassing).toBe(false);
    });

    it('refuses keys and addresses that are none', () => {
      expect(() => open({ apiKey: 'two\nlines' })).toThrow(/^The key of the analyst/u);
      for (const url of ['nowhere', 'ftp://127.0.0.1', 'https://user:secret@host']) {
        expect(() => open({ url })).toThrow(/^(?!.*secret)The address of the analyst/u);
      }
    });

    it.each(ANALYST_FAULTS)('names what went wrong: %s', async (fault) => {
      trial.server.script = { fault };
      const analyst = open(fault === 'silent' ? { timeoutMs: 100 } : {});
      const code = CODES[fault];
      if (code !== null) {
        expect((await failure(ask(analyst))).code).toBe(code);
        return;
      }
      const { answer } = await ask(analyst);
      expect(() => readAnswer(answer, CALL)).toThrow(/is no analysis/u);
    });

    it('tells what may pass from what will not', async () => {
      const isPassing = async (fault: AnalystFault) => {
        trial.server.script = { fault };
        return (await failure(ask(open()))).isPassing;
      };
      expect(await isPassing('askedTooOften')).toBe(true);
      expect(await isPassing('overloaded')).toBe(true);
      expect(await isPassing('dropped')).toBe(true);
      expect(await isPassing('quotaSpent')).toBe(false);
      expect(await isPassing('badRequest')).toBe(false);
    });

    it('names a server that is not there', async () => {
      const error = await failure(ask(open({ url: 'http://127.0.0.1:9' })));
      expect(error.code).toBe('provider_lost');
    });

    it('stops asking when it is told to', async () => {
      trial.server.script = { fault: 'silent' };
      const controller = new AbortController();
      const asked = ask(open(), controller.signal);
      await expect.poll(() => trial.server.waiting).toBe(1);
      controller.abort();
      await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
      await expect.poll(() => trial.server.waiting).toBe(0);
    });
  });
}
