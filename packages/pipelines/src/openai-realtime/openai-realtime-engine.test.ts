import { describeVoiceEngine, DrivenClock } from '@antiphon/session/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import { FakeTextToSpeech, FakeWordAligner } from '../testing/index.ts';
import { OpenaiRealtimeEngine } from './openai-realtime-engine.ts';
import { RealtimeUpstream } from './testing/realtime-upstream.ts';

const SPEECH = Array.from({ length: 30 }, () => ({
  pcm: new Int16Array(160).fill(500),
  sampleRate: 8000 as const,
  atMs: 0,
}));

const WITHOUT_TOOLS = { ...FIXTURE_CONFIG, tools: [] };

describe.each([
  ['with a synthesizer for exact texts, and an aligner', true, true],
  ['that reads texts aloud itself, and an aligner', false, true],
  ['without word times', true, false],
])('OpenaiRealtimeEngine %s', (name, hasVoice, isAligned) => {
  let upstream: RealtimeUpstream;

  beforeAll(async () => {
    upstream = await RealtimeUpstream.start();
  });

  afterAll(() => upstream.close());

  describeVoiceEngine(name, () => {
    const clock = new DrivenClock();
    const textToSpeech = new FakeTextToSpeech(clock);
    const engine = new OpenaiRealtimeEngine({
      settings: upstream.settings,
      clock,
      ...(hasVoice && { speech: { textToSpeech, defaultVoice: 'fake-voice' } }),
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
