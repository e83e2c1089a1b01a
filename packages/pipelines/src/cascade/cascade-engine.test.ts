import { describeVoiceEngine } from '@antiphon/session/testing';
import type { VoiceEngineTrial } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { PipelineError } from '../pipeline-error.ts';
import { FAKE_END, fakeText } from '../testing/index.ts';
import type { FakeAnswers, FakeStep, FakeTurn } from '../testing/index.ts';
import { CascadeEngine } from './cascade-engine.ts';
import { CascadeFixture, FIXTURE_CONFIG, FIXTURE_FRAME, settle } from './cascade-fixture.ts';

const LONG =
  'Your order 4471 has shipped, and it costs $19.99. Dr. Smith signs at 4 p.m. Anything else?';
const CALL: FakeStep = {
  type: 'toolCall',
  callId: 'call_1',
  name: 'lookup_order',
  arguments: '{"order_id":"4471"}',
};

/** What a caller says whose last word comes with the second frame of a turn. */
const SAID: FakeTurn = { text: 'where is it', partials: ['where is', 'where is it'] };

describeVoiceEngine(
  'CascadeEngine',
  () => {
    const fixture = new CascadeFixture({ answers: [fakeText(LONG)], turns: [SAID] });
    return trialOf(fixture);
  },
  { callsTools: false },
);

describeVoiceEngine(
  'CascadeEngine with slow providers',
  () => {
    const answer = fakeText(LONG).flatMap((step): FakeStep[] => [{ type: 'wait', ms: 20 }, step]);
    const fixture = new CascadeFixture({
      answers: [answer],
      turns: [{ ...SAID, delayMs: 50 }],
      voice: { delayMs: 30 },
    });
    return { ...trialOf(fixture), drive: () => fixture.clock.advance(10) };
  },
  { callsTools: false },
);

describeVoiceEngine(
  'CascadeEngine with a model that says what it heard',
  () => {
    const answers: FakeAnswers = ({ history }) => {
      const last = history.at(-1);
      return fakeText(`You said this. Namely ${last?.kind === 'message' ? last.text : 'nothing'}.`);
    };
    return trialOf(new CascadeFixture({ answers, turns: [SAID] }));
  },
  { callsTools: false },
);

describeVoiceEngine('CascadeEngine with a model that calls tools', () => {
  const answers = [[...fakeText('Sure.').slice(0, -1), CALL, FAKE_END]];
  const fixture = new CascadeFixture({ answers, turns: [SAID] });
  return { ...trialOf(fixture), callingConfig: FIXTURE_CONFIG };
});

function trialOf(fixture: CascadeFixture): VoiceEngineTrial {
  return {
    engine: fixture.engine,
    speech: [FIXTURE_FRAME, FIXTURE_FRAME],
    config: FIXTURE_CONFIG,
    held: () => fixture.held,
  };
}

describe('CascadeEngine', () => {
  it('refuses options that no conversation can use', () => {
    const { stt, lm, tts, clock } = new CascadeFixture();
    const options = { speechToText: stt, languageModel: lm, textToSpeech: tts, clock };
    const build = (more: object) => () => new CascadeEngine({ name: 'fakes', ...options, ...more });
    for (const wrong of [
      { name: '' },
      { maxUnclear: 2 },
      { timeouts: { firstTokenMs: 0 } },
      { defaultVoice: 'alloy' },
    ]) {
      expect(build(wrong)).toThrow(PipelineError);
    }
    expect(build({ maxUnclear: 1 })).not.toThrow();
  });

  it('speaks with the default voice when a client names a voice of another service', async () => {
    const fixture = new CascadeFixture({ defaultVoice: 'other-voice' });
    const spokenAs = async (voice: string): Promise<string | undefined> => {
      fixture.caller.answer(`as-${voice}`, {}, { ...FIXTURE_CONFIG, voice });
      await fixture.pass(1000);
      return fixture.tts.syntheses.at(-1)?.request.voice;
    };
    expect(await spokenAs('alloy')).toBe('other-voice');
    expect(await spokenAs('fake-voice')).toBe('fake-voice');
  });

  it('keeps two sessions that answer at once apart', async () => {
    const fixture = new CascadeFixture({
      answers: [fakeText('The first answer.'), fakeText('Quite another.')],
      turns: [{ text: 'one' }, { text: 'two', delayMs: 40 }],
      voice: { delayMs: 10 },
    });
    const { caller } = fixture;
    const other = fixture.open('session-b');
    caller.turn('a');
    other.turn('b');
    caller.answer('answer-a');
    other.answer('answer-b');
    await fixture.pass(1000);
    expect(caller.text).toBe('The first answer.');
    expect(other.text).toBe('Quite another.');
    expect(caller.of('transcript').map((event) => event.text)).toEqual(['one']);
    expect(other.of('transcript').map((event) => event.text)).toEqual(['two']);
    expect(fixture.lm.requests.map((request) => request.sessionId)).toEqual([
      'session-a',
      'session-b',
    ]);
  });

  it('holds no timer once its sessions are closed', async () => {
    const fixture = new CascadeFixture({
      turns: [{ isStuck: true }],
      answers: [[{ type: 'text', delta: 'One. Two. ' }, { type: 'hang' }]],
      voice: { isStuckOn: () => true },
    });
    const other = fixture.open('session-b');
    fixture.caller.turn('a');
    fixture.caller.answer('answer-a');
    other.answer('answer-b');
    await settle();
    expect(fixture.clock.pending).toBeGreaterThan(0);
    fixture.caller.session.close();
    other.session.close();
    await settle();
    expect(fixture.clock.pending).toBe(0);
    expect(fixture.lm.active).toBe(0);
    expect(fixture.tts.syntheses.every((synthesis) => synthesis.isCancelled)).toBe(true);
    expect(fixture.stt.recognitions.every((recognition) => recognition.isCancelled)).toBe(true);
  });
});
