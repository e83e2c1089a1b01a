import {
  DEEPGRAM_KEY,
  LocalDeepgramServer,
  LocalTranscriptionServer,
  TRANSCRIPTION_KEY,
} from '@antiphon/pipelines/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ANSWER, APOLOGY, CascadeCall } from './testing/cascade-call.ts';

const RECOGNISERS = [
  ['deepgram', LocalDeepgramServer, DEEPGRAM_KEY],
  ['openai', LocalTranscriptionServer, TRANSCRIPTION_KEY],
] as const;

let closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closings.toReversed()) await close();
  closings = [];
});

describe.each(RECOGNISERS)('a caller whose words are lost by %s', (...[provider, Server, key]) => {
  it('hears the apology, and is answered once the recogniser is there again', async () => {
    let isDown = true;
    const refuses = () => (isDown ? { status: 503, body: '{}' } : null);
    const server = await Server.start({ refuses });
    closings.push(() => server.close());
    const service = { provider, url: server.url, apiKeyVariable: 'OTHER_EAR_KEY' };
    const services = { speechToText: service };
    const call = await CascadeCall.open({ services, keys: { OTHER_EAR_KEY: key } });
    closings.push(() => call.close());
    call.speak();
    await expect.poll(() => call.heard, { timeout: 20_000 }).toEqual([APOLOGY]);
    const [failed] = call.of('engine.failed');
    const [transcript] = call.of('caller.transcript').filter(({ isFinal }) => isFinal);
    expect(failed?.code).toBe(transcript?.error?.code);
    expect(call.chat.exchanges).toEqual([]);
    isDown = false;
    while (!call.heard.includes(ANSWER)) {
      const { length } = call.heard;
      call.speak();
      await expect.poll(() => call.heard.length, { timeout: 20_000 }).toBeGreaterThan(length);
    }
    expect(call.chat.exchanges).toHaveLength(1);
  });
});
