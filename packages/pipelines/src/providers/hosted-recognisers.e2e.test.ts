import { systemClock } from '@antiphon/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpeechToText } from '../cascade/ports/speech-to-text.ts';
import { fixtureClip, telephoneFrames } from '../embedded/fixture-clip.ts';
import { SoundSwallowerSpeechToText } from '../embedded/soundswallower/soundswallower-speech-to-text.ts';
import { DeepgramSpeechToText } from './deepgram/deepgram-speech-to-text.ts';
import { DEEPGRAM_KEY, LocalDeepgramServer } from './deepgram/testing/local-deepgram-server.ts';
import { OpenaiSpeechToText } from './openai/openai-speech-to-text.ts';
import {
  LocalTranscriptionServer,
  TRANSCRIPTION_KEY,
} from './openai/testing/local-transcription-server.ts';
import { HeardTrial } from './testing/heard-trial.ts';
import { embeddedEars } from './testing/local-ear.ts';

const CLIPS = {
  'festival-order-4471': "it's uh four four seven one",
  'festival-yes': 'yes that is right',
} as const;

let recogniser: SoundSwallowerSpeechToText;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  recogniser = await SoundSwallowerSpeechToText.start({ phrases: Object.values(CLIPS) });
});

afterAll(async () => {
  for (const close of closing.toReversed()) await close();
  await recogniser.close();
});

const hosted: Readonly<Record<string, () => Promise<SpeechToText>>> = {
  Deepgram: async () => {
    const server = await LocalDeepgramServer.start({ ears: embeddedEars(recogniser) });
    closing.push(() => server.close());
    const { url } = server;
    return new DeepgramSpeechToText({ apiKey: DEEPGRAM_KEY, url, clock: systemClock });
  },
  'OpenAI transcription': async () => {
    const server = await LocalTranscriptionServer.start({ ears: embeddedEars(recogniser) });
    closing.push(() => server.close());
    const { url } = server;
    return new OpenaiSpeechToText({ apiKey: TRANSCRIPTION_KEY, url, clock: systemClock });
  },
};

describe.each(Object.entries(hosted))('%s, with a recogniser behind the wire', (_name, open) => {
  it('writes down what recorded callers say, turn by turn', async () => {
    const speechToText = await open();
    closing.push(() => speechToText.close());
    for (const [clip, text] of Object.entries(CLIPS)) {
      const trial = new HeardTrial(speechToText, telephoneFrames(fixtureClip(clip)));
      expect(await trial.outcome()).toBe(text);
    }
  });
});
