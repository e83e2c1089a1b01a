import { setImmediate } from 'node:timers/promises';
import { startSession } from '@antiphon/session';
import type { Clock, MessageItem, VoiceEngine } from '@antiphon/session';
import {
  CallerEar,
  DrivenClock,
  FakeDetectors,
  FakeTools,
  ListeningChannel,
  MemoryLeg,
  TEST_CONFIG,
} from '@antiphon/session/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GeminiLiveEngine } from '../gemini-live/gemini-live-engine.ts';
import { LocalGemini } from '../gemini-live/testing/local-gemini.ts';
import { OpenaiRealtimeEngine } from '../openai-realtime/openai-realtime-engine.ts';
import { RealtimeUpstream } from '../openai-realtime/testing/realtime-upstream.ts';
import { FakeTextToSpeech, FakeWordAligner } from '../testing/index.ts';

const AFTER_MS = 1_000;
/** 1,760 ms of the voice below. */
const COVER = 'One moment, please.';
const ANSWER = 'It has shipped.';

/** Legs by how speech over the agent is carried out on them. */
const HOLD = { bargeIn: 'hold', maxLeadMs: 400, playedPosition: 'estimate' } as const;
const CANCEL = { bargeIn: 'cancel', maxLeadMs: 10_000, playedPosition: 'client' } as const;

/** Enough to take the floor with. */
const transcribe = () => 'so tell me';

interface Upstream {
  readonly engine: (clock: Clock) => VoiceEngine;
  /** What the model that is asked next knows, a line each. */
  readonly said: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** Each says its answer when it may. */
const UPSTREAMS = {
  'openai-realtime': async (step: () => Promise<void>): Promise<Upstream> => {
    const answer = () => ({ messages: [{ text: ANSWER }] });
    const upstream = await RealtimeUpstream.start({ answer, step, transcribe });
    return {
      engine: (clock) =>
        new OpenaiRealtimeEngine({ settings: upstream.settings, ...partsOf(clock) }),
      said: () => upstream.last.conversation.said,
      close: () => upstream.close(),
    };
  },
  'gemini-live': async (step: () => Promise<void>): Promise<Upstream> => {
    const answer = () => ({ text: ANSWER });
    const upstream = await LocalGemini.start({ answer, step, transcribe });
    return {
      engine: (clock) => new GeminiLiveEngine({ settings: upstream.settings, ...partsOf(clock) }),
      said: () => upstream.last.said,
      close: () => upstream.close(),
    };
  },
};

function partsOf(clock: Clock) {
  const textToSpeech = new FakeTextToSpeech(clock, { msPerCharacter: 100, sampleRate: 16_000 });
  return {
    clock,
    speech: { textToSpeech, defaultVoice: 'fake-voice' },
    aligner: new FakeWordAligner(),
  };
}

describe.each(['openai-realtime', 'gemini-live'] as const)(
  'a call whose model %s is late',
  (name) => {
    let upstream: Upstream;
    let answer: () => void;

    beforeEach(async () => {
      const mayAnswer = new Promise<void>((resolve) => {
        answer = resolve;
      });
      upstream = await UPSTREAMS[name](() => mayAnswer);
    });

    afterEach(async () => {
      answer();
      await upstream.close();
    });

    /** The caller has said something, and hears the cover for a while. */
    async function covered(capabilities: typeof HOLD | typeof CANCEL, coverMs: number) {
      const clock = new DrivenClock();
      const leg = new MemoryLeg(clock, { ...capabilities, outputRate: 24_000 });
      const ear = new CallerEar(clock);
      leg.ear = ear;
      const channel = new ListeningChannel();
      const detectors = new FakeDetectors();
      const config = { ...TEST_CONFIG, greeting: null, tools: [], covers: [COVER] };
      const { control } = startSession({
        sessionId: 'sess_test',
        agent: {
          name: 'test',
          description: 'For tests.',
          pipeline: name,
          detector: 'energy',
          config: { ...config, answerCoverAfterMs: AFTER_MS },
          dialogue: null,
        },
        leg,
        channels: [channel],
        engine: upstream.engine(clock),
        detectors,
        tools: new FakeTools(),
        clock,
      });
      const pass = async (ms: number): Promise<void> => {
        for (let passedMs = 0; passedMs < ms; passedMs += 10) {
          leg.speak(new Int16Array(240), 24_000);
          clock.advance(10);
          await setImmediate();
        }
      };
      const until = async (holds: () => boolean): Promise<void> => {
        while (!holds()) await pass(10);
      };
      const agentItems = (): MessageItem[] =>
        control
          .items()
          .filter((item) => item.kind === 'message')
          .filter(({ speaker }) => speaker === 'agent');
      const speakFor = async (ms: number): Promise<void> => {
        detectors.detector.start();
        await pass(ms);
        detectors.detector.stop();
      };
      await speakFor(1_000);
      const endedAtMs = clock.now();
      await until(() => leg.sentMs() > 0);
      const waitedMs = clock.now() - endedAtMs;
      await pass(coverMs);
      return { clock, channel, ear, leg, pass, until, speakFor, agentItems, waitedMs };
    }

    it('has a cover after the patience of the agent, and then the answer, as one message', async () => {
      const call = await covered(HOLD, 100);
      expect(call.waitedMs).toBeGreaterThanOrEqual(AFTER_MS);
      expect(call.waitedMs).toBeLessThan(AFTER_MS + 50);
      expect(call.channel.of('generation.covered')).toHaveLength(1);
      // The rest of it was the wait for the transcript.
      const { wait } = call.channel.of('turn.measured')[0]!.report.hops;
      expect(wait).toBeGreaterThan(AFTER_MS - 300);
      await call.pass(500);
      answer();
      await call.until(() => call.channel.of('playout.drained').length > 0);
      expect(call.agentItems().map(({ text, status }) => [text, status])).toEqual([
        [`${COVER} ${ANSWER}`, 'completed'],
      ]);
      expect(call.channel.of('engine.failed')).toEqual([]);
      expect(call.channel.of('invariant.violated')).toEqual([]);
      call.leg.hangUp();
      expect(call.clock.pending).toBe(0);
    });

    it('keeps of a cover that the caller cut into what was heard, and answers anew', async () => {
      const call = await covered(HOLD, 400);
      await call.speakFor(1_500);
      answer();
      await call.until(() => call.channel.of('playout.drained').length > 0);
      const [cut, next] = call.agentItems();
      expect(call.channel.of('bargeIn.decided').map(({ verdict }) => verdict)).toEqual(['cut']);
      expect(cut).toMatchObject({ text: 'One', status: 'incomplete' });
      expect(next).toMatchObject({ text: ANSWER, status: 'completed' });
      const known = upstream.said();
      expect(known.filter((line) => line.endsWith(': One'))).toHaveLength(1);
      expect(known.join()).not.toContain('moment');
      expect(call.channel.of('engine.failed')).toEqual([]);
      call.leg.hangUp();
      expect(call.clock.pending).toBe(0);
    });

    it.each([
      ['goes on with the cover', HOLD],
      ['makes the answer again', CANCEL],
    ])('%s where a sound over it was no turn', async (_what, capabilities) => {
      const call = await covered(capabilities, 400);
      await call.speakFor(60);
      await call.pass(300);
      answer();
      await call.until(() => call.agentItems().some(({ text }) => text?.endsWith(ANSWER)));
      await call.until(() => call.channel.of('playout.drained').length > 0);
      const texts = call.agentItems().map(({ text }) => text);
      const isHeld = capabilities.bargeIn === 'hold';
      expect(texts).toEqual(isHeld ? [`${COVER} ${ANSWER}`] : ['One', ANSWER]);
      const kinds = call.channel.of('generation.started').map(({ kind }) => kind);
      expect(kinds).toEqual(isHeld ? ['answer'] : ['answer', 'answer']);
      expect(call.channel.of('engine.failed')).toEqual([]);
      call.leg.hangUp();
      expect(call.clock.pending).toBe(0);
    });
  },
);
