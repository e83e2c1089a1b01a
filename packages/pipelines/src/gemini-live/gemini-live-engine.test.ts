import { describeVoiceEngine, DrivenClock } from '@antiphon/session/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import { FakeTextToSpeech, FakeWordAligner } from '../testing/index.ts';
import { GeminiLiveEngine } from './gemini-live-engine.ts';
import { LocalGemini } from './testing/local-gemini.ts';

const SPEECH = Array.from({ length: 30 }, () => ({
  pcm: new Int16Array(160).fill(500),
  sampleRate: 8000 as const,
  atMs: 0,
}));

const WITHOUT_TOOLS = { ...FIXTURE_CONFIG, tools: [] };

describe.each([
  ['with an aligner', true, true],
  ['without word times, and ends of transcripts that are not told', false, false],
])('GeminiLiveEngine %s', (name, isAligned, finishesTranscripts) => {
  let upstream: LocalGemini;

  beforeAll(async () => {
    upstream = await LocalGemini.start({ finishesTranscripts });
  });

  afterAll(() => upstream.close());

  describeVoiceEngine(name, () => {
    const clock = new DrivenClock();
    const textToSpeech = new FakeTextToSpeech(clock);
    const engine = new GeminiLiveEngine({
      settings: upstream.settings,
      clock,
      speech: { textToSpeech, defaultVoice: 'fake-voice' },
      ...(isAligned && { aligner: new FakeWordAligner() }),
    });
    return {
      engine,
      speech: SPEECH,
      config: WITHOUT_TOOLS,
      callingConfig: FIXTURE_CONFIG,
      held: () => clock.pending,
      drive: () => clock.advance(5),
    };
  });
});
