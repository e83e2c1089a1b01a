import {
  CARTESIA_KEY,
  ELEVENLABS_KEY,
  HUME_KEY,
  LocalCartesiaServer,
  LocalElevenlabsServer,
  LocalHumeServer,
  LocalOpenaiSpeechServer,
  OPENAI_SPEECH_KEY,
} from '@antiphon/pipelines/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ANSWER, APOLOGY, CascadeCall } from './testing/cascade-call.ts';

/** The chunk of an answer before which a provider goes down. */
const LAST_CHUNK = 5;

const VOICES = [
  ['openai', LocalOpenaiSpeechServer, OPENAI_SPEECH_KEY, 'marin'],
  ['elevenlabs', LocalElevenlabsServer, ELEVENLABS_KEY, 'voice-1'],
  ['cartesia', LocalCartesiaServer, CARTESIA_KEY, 'voice-1'],
  ['hume', LocalHumeServer, HUME_KEY, 'voice-1'],
] as const;

let opened: CascadeCall | null = null;

afterEach(async () => {
  await opened?.close();
  opened = null;
});

describe.each(VOICES)(
  'a caller of an agent with a voice of %s',
  (...[provider, Server, key, voice]) => {
    async function open(script: { readonly step?: (chunk: number) => Promise<void> } = {}) {
      const server = await Server.start(script);
      const service = { provider, url: server.url, apiKeyVariable: 'MOUTH_KEY', voice };
      const services = { textToSpeech: service };
      const call = await CascadeCall.open({ services, keys: { MOUTH_KEY: key } });
      opened = call;
      return { server, call };
    }

    it('hears the embedded voice in every turn once the provider is down', async () => {
      const { server, call } = await open();
      await server.close();
      call.speak();
      await expect.poll(() => call.heard, { timeout: 20_000 }).toEqual([ANSWER]);
      call.speak();
      await expect.poll(() => call.heard, { timeout: 20_000 }).toEqual([ANSWER, ANSWER]);
      const [tookOver] = call.of('provider.tookOver');
      expect(tookOver).toMatchObject({ service: 'textToSpeech', to: 'embedded', why: 'failed' });
      expect(call.of('engine.failed')).toEqual([]);
    });

    it('hears the apology, or the answer where none of it had sounded, once it goes down in the middle', async () => {
      let goDown = (): Promise<void> => Promise.resolve();
      const step = async (chunk: number): Promise<void> => {
        if (chunk === LAST_CHUNK) await goDown();
      };
      const { server, call } = await open({ step });
      goDown = () => server.close();
      call.speak();
      const said = () => [APOLOGY, ANSWER].includes(call.heard.at(-1) ?? '');
      await expect.poll(said, { timeout: 20_000 }).toBe(true);
      const before = call.heard;
      const hasFailed = call.of('engine.failed').length > 0;
      expect(before.at(-1)).toBe(hasFailed ? APOLOGY : ANSWER);
      call.speak();
      await expect
        .poll(() => call.heard.slice(before.length), { timeout: 20_000 })
        .toEqual([ANSWER]);
      expect(call.of('provider.tookOver').every(({ to }) => to === 'embedded')).toBe(true);
    });
  },
);
