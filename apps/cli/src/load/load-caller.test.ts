import { describe, expect, it } from 'vitest';
import { LoadCaller } from './load-caller.ts';
import type { LoadCallerOptions } from './load-caller.ts';
import { LoadMeasurements } from './load-measurements.ts';
import { SILENT_FRAME } from './utterance.ts';

const VOICED = Buffer.from('voiced');
/** One second. */
const UTTERANCE = Array.from({ length: 50 }, () => VOICED);

/** A caller whose time is driven and whose server is the test. */
function driven(options: Partial<LoadCallerOptions> = {}) {
  const sent: (Buffer | string)[] = [];
  const measurements = new LoadMeasurements();
  const caller = new LoadCaller({
    utterances: [UTTERANCE],
    measurements,
    send: (message) => sent.push(message),
    ...options,
  });
  let nowMs = 0;
  return {
    sent,
    measurements,
    configured: (detection: Parameters<LoadCaller['configured']>[0]) =>
      caller.configured(detection),
    frames: (count: number) => {
      for (let i = 0; i < count; i += 1, nowMs += 20) caller.frame(nowMs);
    },
    /** Something comes `lateMs` after the last frame was sent. */
    receive: (event: Record<string, unknown>, lateMs = 0) => {
      caller.message(Buffer.from(JSON.stringify(event)), nowMs - 20 + lateMs);
    },
    voicedFrames: () => sent.filter((message) => message === VOICED).length,
  };
}

const STARTED = { type: 'input_audio_buffer.speech_started', audio_start_ms: 0, item_id: 'u' };
const STOPPED = { type: 'input_audio_buffer.speech_stopped', audio_end_ms: 0, item_id: 'u' };

function audio(itemId: string, ms: number) {
  return {
    type: 'response.output_audio.delta',
    event_id: 'e',
    response_id: 'r',
    item_id: itemId,
    output_index: 0,
    content_index: 0,
    delta: Buffer.alloc(ms * 8).toString('base64'),
  };
}

function response(type: string, id: string) {
  return { type: `response.${type}`, event_id: 'e', response: { id } };
}

describe('LoadCaller', () => {
  it('speaks in frames after a greeting that did not come', () => {
    const { frames, sent, voicedFrames } = driven();
    frames(74);
    expect(new Set(sent)).toEqual(new Set([SILENT_FRAME]));
    frames(51);
    expect(voicedFrames()).toBe(50);
    expect(sent).toHaveLength(125);
  });

  it('measures from the frame that completes the silence window', () => {
    const { frames, receive, measurements } = driven();
    frames(74 + 50);
    receive(STARTED);
    frames(25);
    receive(STOPPED, 2);
    receive(audio('a', 2000), 5);
    expect(measurements.values).toMatchObject({
      turnOverhead: [5],
      postEndpoint: [3],
      voiceToVoice: [505],
    });
    expect(measurements.turns).toBe(1);
  });

  it('keeps when its turns ended and were answered, by its number', () => {
    const { frames, receive, measurements } = driven({ number: 7 });
    frames(74 + 50);
    receive(STARTED);
    frames(25);
    receive(STOPPED, 2);
    receive(audio('a', 2000), 5);
    expect(measurements.answered).toEqual([{ caller: 7, endAtMs: 2960, answeredAtMs: 2965 }]);
  });

  it.each([
    ['where is my order', { madeReady: [128], notMadeReady: [], overProviders: [30] }],
    ['where is my order please', { madeReady: [], notMadeReady: [128], overProviders: [-200] }],
  ])('takes from a turn of "%s" the delays that it waited for', (transcript, expected) => {
    const { frames, receive, measurements } = driven({
      waits: {
        lateWord: 'please',
        delays: { finalMs: 100, firstTokenMs: 150, firstAudioMs: 80 },
      },
    });
    frames(74 + 50);
    receive(STARTED);
    frames(25);
    receive(STOPPED, 2);
    receive(
      {
        type: 'conversation.item.input_audio_transcription.completed',
        event_id: 'e',
        item_id: 'u',
        content_index: 0,
        transcript,
        usage: { type: 'duration', seconds: 1 },
      },
      101,
    );
    receive(audio('a', 2000), 130);
    expect(measurements.values).toMatchObject({ turnOverhead: [130], ...expected });
  });

  it('tells of a server that answers before the silence window is over', () => {
    const { frames, receive, measurements } = driven();
    frames(74 + 50 + 20);
    receive(STOPPED);
    receive(audio('a', 2000), 5);
    expect(measurements.values.turnOverhead).toEqual([]);
    expect([...measurements.errors.keys()]).toEqual([
      'answered before the silence window was over',
    ]);
  });

  it('expects no silence window of a server that listens to the words', () => {
    const { frames, receive, configured, measurements } = driven();
    configured({
      type: 'semantic_vad',
      eagerness: 'auto',
      create_response: true,
      interrupt_response: true,
    });
    frames(74 + 50 + 20);
    receive(STOPPED);
    receive(audio('a', 2000), 5);
    expect(measurements.values).toMatchObject({
      turnOverhead: [],
      postEndpoint: [5],
      voiceToVoice: [405],
    });
    expect([...measurements.errors.keys()]).toEqual([]);
  });

  it('cuts in on every second answer, stops playing and says what it heard', () => {
    const { frames, receive, measurements, sent, voicedFrames } = driven();
    frames(74 + 50 + 25);
    receive(response('created', 'r'));
    receive(STOPPED);
    receive(audio('a', 2000));
    frames(34);
    expect(voicedFrames()).toBe(50);
    frames(11);
    expect(voicedFrames()).toBeGreaterThan(50);
    receive(audio('a', 100), 1);
    receive(STARTED, 10);
    receive(response('done', 'r'), 14);
    const truncate = sent.filter((message) => typeof message === 'string');
    expect(truncate.map((text) => JSON.parse(text) as unknown)).toEqual([
      { type: 'conversation.item.truncate', item_id: 'a', content_index: 0, audio_end_ms: 910 },
    ]);
    frames(45);
    expect(measurements.values).toMatchObject({
      bargeInDetected: [210],
      bargeInSilenced: [210],
      bargeInStopped: [0],
      bargeInCancelled: [4],
    });
    expect(measurements.bargeIns).toBe(1);
  });

  it('measures audio that still comes after the interruption was noticed', () => {
    const { frames, receive, measurements } = driven();
    frames(74 + 50 + 25);
    receive(STOPPED);
    receive(audio('a', 2000));
    frames(45);
    receive(STARTED, 10);
    receive(audio('a', 100), 13);
    frames(45);
    expect(measurements.values.bargeInStopped).toEqual([3]);
  });

  it('tells of an interruption that nobody noticed and of an answer that never came', () => {
    const { frames, receive, measurements } = driven();
    frames(74 + 50 + 25);
    receive(STOPPED);
    receive(audio('a', 2000));
    frames(40 + 50);
    expect([...measurements.errors.keys()]).toEqual(['an interruption was not noticed']);
    frames(600);
    expect([...measurements.errors.keys()]).toContain('no answer within 10 s');
  });

  it('counts audio that comes too late to be heard without a gap', () => {
    const { frames, receive, measurements } = driven();
    frames(10);
    receive(audio('a', 100));
    frames(10);
    receive(audio('a', 100));
    expect({ gaps: measurements.gaps, gapMs: measurements.gapMs }).toEqual({ gaps: 1, gapMs: 100 });
  });
});
