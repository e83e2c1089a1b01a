import { describe, it, vi } from 'vitest';
import type { ExpectStatic } from 'vitest';
import { ANSWER, APOLOGY, CascadeCall } from './testing/cascade-call.ts';
import { RECOGNISERS, VOICES } from './testing/provider-trials.ts';
import type { Misdeed, ProviderTrial, TrialServer } from './testing/provider-trials.ts';

const PATIENCE = { timeout: 60_000 };

// They wait most of the time.
vi.setConfig({ maxConcurrency: 12 });

/** What a provider is asked with, or does, that is wrong; and by which codes it is told. */
interface Fault {
  readonly name: string;
  readonly misdeed?: Misdeed;
  readonly key?: string;
  readonly service?: { readonly model?: string; readonly voice?: string };
  readonly codes: readonly string[];
}

const FAULTS: readonly Fault[] = [
  { name: 'a wrong key', key: 'sk-wrong', codes: ['provider_unauthorized'] },
  { name: 'an unknown model', service: { model: 'none-such' }, codes: ['unknown_model'] },
  { name: 'garbage', misdeed: 'garbage', codes: ['provider_garbled'] },
  // Each connection breaks off; one may be waited for until it is too late.
  {
    name: 'half a frame',
    misdeed: 'halfAFrame',
    codes: ['provider_lost', 'provider_garbled', 'provider_timeout'],
  },
  { name: 'nothing at all', misdeed: 'nothing', codes: ['provider_timeout'] },
  { name: 'a rate limit', misdeed: 'rateLimit', codes: ['provider_rate_limited'] },
  { name: 'a used up account', misdeed: 'quota', codes: ['provider_quota_exceeded'] },
  // It is asked again while there is time.
  {
    name: 'a server that is down',
    misdeed: 'down',
    codes: ['provider_failed', 'provider_timeout'],
  },
];

interface Trial {
  readonly fault: Fault;
  /** Of the test: tests that run at once have no other. */
  readonly expect: ExpectStatic;
  readonly run: (call: CascadeCall, server: TrialServer) => Promise<void>;
}

async function withCall(
  kind: 'speechToText' | 'textToSpeech',
  { provider, key, voice, start }: ProviderTrial,
  { fault, expect, run }: Trial,
): Promise<void> {
  const server = await start(fault.misdeed ?? null);
  try {
    const service = { provider, url: server.url, apiKeyVariable: 'TRIAL_KEY', ...fault.service };
    const services = { [kind]: voice ? { voice, ...service } : service };
    const call = await CascadeCall.open({
      services,
      keys: { TRIAL_KEY: fault.key ?? key },
    });
    try {
      await run(call, server);
    } finally {
      await call.close();
    }
    await expect.poll(() => server.open, PATIENCE).toBe(0);
  } finally {
    await server.close();
  }
}

/** How often something was heard from the start. */
const answers = (call: CascadeCall): number => call.heard.filter((text) => text === ANSWER).length;

describe.each(VOICES)('a caller of an agent whose voice is of $provider', (trial) => {
  const ofVoices: Fault = {
    name: 'an unknown voice',
    service: { voice: 'nobody' },
    codes: ['unknown_voice'],
  };
  // Another model of Hume's than there is keeps the server from starting.
  const faults = FAULTS.filter(({ service }) => !service || trial.provider !== 'hume');
  it.concurrent.for([...faults, ofVoices])(
    'hears the embedded voice where it meets $name, and is answered again',
    async (fault, { expect }) => {
      await withCall('textToSpeech', trial, {
        fault,
        expect,
        run: async (call, server) => {
          call.speak();
          await expect.poll(() => call.heard, PATIENCE).toEqual([ANSWER]);
          const [tookOver] = call.of('provider.tookOver');
          expect(tookOver).toMatchObject({ service: 'textToSpeech', to: 'embedded' });
          expect([...fault.codes, null]).toContain(tookOver?.code);
          server.behave();
          call.speak();
          await expect.poll(() => answers(call), PATIENCE).toBe(2);
          expect(call.of('engine.failed')).toEqual([]);
        },
      });
    },
  );
});

describe.each(RECOGNISERS)('a caller of an agent whose ear is of $provider', (trial) => {
  it.concurrent.for(FAULTS)(
    'hears an apology where it meets $name, and is answered once it is over',
    async (fault, { expect }) => {
      await withCall('speechToText', trial, {
        fault,
        expect,
        run: async (call, server) => {
          call.speak();
          await expect.poll(() => call.heard, PATIENCE).toEqual([APOLOGY]);
          const [failed] = call.of('engine.failed');
          const [lost] = call.of('caller.transcript').filter(({ isFinal }) => isFinal);
          expect(fault.codes).toContain(failed?.code);
          expect(lost?.error?.code).toBe(failed?.code);
          // Of words that were lost the model is asked nothing.
          expect(call.chat.exchanges).toEqual([]);
          const isLasting = fault.misdeed === undefined;
          server.behave();
          // Some are not asked again for a while.
          const isOver = () => (isLasting ? call.heard.length > 1 : answers(call) > 0);
          while (!isOver()) {
            const { length } = call.heard;
            call.speak();
            await expect.poll(() => call.heard.length, PATIENCE).toBeGreaterThan(length);
          }
          expect(call.heard.at(-1)).toBe(isLasting ? APOLOGY : ANSWER);
          expect(call.chat.exchanges).toHaveLength(answers(call));
        },
      });
    },
  );
});
