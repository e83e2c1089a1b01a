import { describe, expect, it } from 'vitest';
import type { Dialect } from '../dialect.ts';
import { readSessionPayload } from './session-payload.ts';

function read(session: unknown, dialect: Dialect = 'ga') {
  const payload = readSessionPayload(session, { dialect });
  if (!payload.ok) throw new Error(payload.fault.message);
  return payload;
}

function faultOf(session: unknown, dialect: Dialect = 'ga') {
  const payload = readSessionPayload(session, { dialect });
  if (payload.ok) throw new Error(`expected a fault, read ${JSON.stringify(payload.patch)}`);
  return payload.fault;
}

const inputPatch = (input: object) => read({ type: 'realtime', audio: { input } }).patch;
const outputPatch = (output: object) => read({ type: 'realtime', audio: { output } }).patch;

const SHARED = {
  instructions: 'Be kind.',
  tools: [{ type: 'function', name: 'f', description: 'd', parameters: { type: 'object' } }],
  tool_choice: 'required',
  tracing: { workflow_name: 'w', group_id: 'g' },
  include: ['item.input_audio_transcription.logprobs'],
  prompt: { id: 'p', version: '2', variables: { city: 'Rome' } },
};
const TURN_DETECTION = {
  type: 'server_vad',
  threshold: 0.4,
  prefix_padding_ms: 100,
  silence_duration_ms: 350,
  create_response: false,
  interrupt_response: true,
};
const GA = {
  type: 'realtime',
  ...SHARED,
  output_modalities: ['audio'],
  max_output_tokens: 900,
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      transcription: { model: 'whisper-1', language: 'it' },
      noise_reduction: { type: 'near_field' },
      turn_detection: TURN_DETECTION,
    },
    output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'cedar', speed: 1.25 },
  },
};
const BETA = {
  ...SHARED,
  modalities: ['text', 'audio'],
  max_response_output_tokens: 900,
  input_audio_format: 'g711_ulaw',
  output_audio_format: 'pcm16',
  input_audio_transcription: { model: 'whisper-1', language: 'it' },
  input_audio_noise_reduction: { type: 'near_field' },
  turn_detection: TURN_DETECTION,
  voice: 'cedar',
  speed: 1.25,
};
const PATCH = {
  instructions: 'Be kind.',
  tools: [{ name: 'f', description: 'd', parameters: { type: 'object' } }],
  toolChoice: 'required',
  tracing: { workflowName: 'w', groupId: 'g' },
  include: ['item.input_audio_transcription.logprobs'],
  prompt: { id: 'p', version: '2', variables: { city: 'Rome' } },
  outputModality: 'audio',
  maxOutputTokens: 900,
  inputFormat: { encoding: 'g711_ulaw', rate: 8000 },
  outputFormat: { encoding: 'pcm16', rate: 24000 },
  inputTranscription: { model: 'whisper-1', language: 'it' },
  noiseReduction: { type: 'near_field' },
  turnDetection: {
    type: 'server_vad',
    threshold: 0.4,
    prefixPaddingMs: 100,
    silenceDurationMs: 350,
    createResponse: false,
    interruptResponse: true,
  },
  voice: 'cedar',
  speed: 1.25,
};

describe('readSessionPayload, shapes', () => {
  it('reads both shapes into the same patch, whatever the dialect', () => {
    for (const dialect of ['ga', 'beta'] as const) {
      const ga = read(GA, dialect);
      expect(ga.shape).toBe('ga');
      expect(ga.patch).toStrictEqual({ ...PATCH, sessionType: 'realtime' });
      const beta = read(BETA, dialect);
      expect(beta.shape).toBe('beta');
      expect(beta.patch).toStrictEqual(PATCH);
    }
  });

  it('follows the dialect where the payload could be either', () => {
    expect(read({ instructions: 'x' }, 'beta').shape).toBe('beta');
    expect(faultOf({ instructions: 'x' }, 'ga')).toMatchObject({
      code: 'missing_required_parameter',
      param: 'session.type',
    });
  });

  it('takes GA payloads without a type on a beta connection', () => {
    expect(read({ output_modalities: ['text'] }, 'beta')).toStrictEqual({
      ok: true,
      shape: 'ga',
      patch: { outputModality: 'text' },
    });
  });

  it('accepts what agents-realtime 0.20 sends by default and for telephony', () => {
    const shared = {
      type: 'realtime',
      model: 'gpt-realtime-2.1',
      output_modalities: ['audio'],
    };
    const transcription = { model: 'gpt-4o-mini-transcribe' };
    const pcm = { type: 'audio/pcm', rate: 24000 };
    const byDefault = {
      ...shared,
      audio: {
        input: {
          format: pcm,
          noise_reduction: null,
          transcription,
          turn_detection: { type: 'semantic_vad' },
        },
        output: { format: pcm, speed: 1 },
      },
    };
    expect(read(byDefault).patch).toStrictEqual({
      sessionType: 'realtime',
      model: 'gpt-realtime-2.1',
      outputModality: 'audio',
      inputFormat: { encoding: 'pcm16', rate: 24000 },
      noiseReduction: null,
      inputTranscription: transcription,
      turnDetection: { type: 'semantic_vad' },
      outputFormat: { encoding: 'pcm16', rate: 24000 },
      speed: 1,
    });
    const forTelephony = {
      ...shared,
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          noise_reduction: null,
          transcription,
          turn_detection: {
            type: 'server_vad',
            silence_duration_ms: 300,
            model_version: 'default',
          },
        },
        output: { format: { type: 'audio/pcmu' }, voice: { id: 'v' }, speed: 1.5 },
      },
      tool_choice: 'auto',
    };
    expect(read(forTelephony).patch).toMatchObject({
      outputFormat: { encoding: 'g711_ulaw', rate: 8000 },
      turnDetection: { type: 'server_vad', silenceDurationMs: 300 },
      speed: 1.5,
    });
  });

  it('passes over the read-only members of a session object sent back', () => {
    const session = { type: 'realtime', id: 'sess_1', object: 'realtime.session', expires_at: 5 };
    expect(read(session).patch).toStrictEqual({ sessionType: 'realtime' });
  });

  it.each(['ga', 'beta'] as const)('reads the address on file of a %s client', (dialect) => {
    const shape = dialect === 'ga' ? { type: 'realtime' } : { modalities: ['text'] };
    const patchOf = (antiphon: unknown) => read({ ...shape, antiphon }, dialect).patch;
    expect(patchOf({ contactEmail: 'jo@example.com' })).toMatchObject({
      contactEmail: 'jo@example.com',
    });
    for (const nothing of [null, {}, { contactEmail: null }]) {
      expect(patchOf(nothing)).not.toHaveProperty('contactEmail');
    }
    const faults = [{ contactEmail: 7 }, { contactEmail: '' }, { contactEmail: 'x'.repeat(255) }];
    for (const antiphon of faults) {
      expect(faultOf({ ...shape, antiphon }, dialect).param).toBe('session.antiphon.contactEmail');
    }
    expect(faultOf({ ...shape, antiphon: { email: 'x' } }, dialect).code).toBe('unknown_parameter');
  });

  it('leaves a beta temperature out of a GA patch and keeps it in a beta one', () => {
    expect(read({ type: 'realtime', temperature: 0.9 }).patch).not.toHaveProperty('temperature');
    expect(read({ voice: 'v', temperature: 0.9 }).patch).toMatchObject({ temperature: 0.9 });
  });

  it('does not ask for a type where the event implies it', () => {
    const options = { dialect: 'ga', isTypeImplied: true } as const;
    const payload = readSessionPayload({ audio: { input: { transcription: null } } }, options);
    expect(payload).toMatchObject({ ok: true, patch: { inputTranscription: null } });
  });
});

describe('readSessionPayload, absent and null', () => {
  it('keeps the difference between absent and null', () => {
    expect(
      read({ type: 'realtime', audio: { input: { turn_detection: null } } }).patch,
    ).toStrictEqual({ sessionType: 'realtime', turnDetection: null });
    expect(read({ voice: null, max_response_output_tokens: null }).patch).toStrictEqual({
      voice: null,
      maxOutputTokens: null,
    });
  });

  it.each([[null], [false], [{ type: 'none' }]])('reads turn detection %j as off', (off) => {
    expect(inputPatch({ turn_detection: off }).turnDetection).toBeNull();
  });
});

describe('readSessionPayload, liberal spellings', () => {
  it.each(['auto', 'none', 'required'])('reads tool choice %s', (mode) => {
    expect(read({ type: 'realtime', tool_choice: mode }).patch.toolChoice).toBe(mode);
  });

  it.each([
    ['a bare name', 'weather'],
    ['an object', { type: 'function', name: 'weather' }],
    ['a nested object', { type: 'function', function: { name: 'weather' } }],
  ])('reads a function as tool choice from %s', (_, choice) => {
    expect(read({ type: 'realtime', tool_choice: choice }).patch.toolChoice).toEqual({
      type: 'function',
      name: 'weather',
    });
  });

  it('reads tools without a type and with a nested function', () => {
    const tools = [{ name: 'a' }, { type: 'function', function: { name: 'b', description: null } }];
    expect(read({ type: 'realtime', tools }).patch.tools).toStrictEqual([
      { name: 'a' },
      { name: 'b' },
    ]);
  });

  it.each([
    ['pcm16', 'pcm16', 24000],
    ['g711_alaw', 'g711_alaw', 8000],
    ['audio/pcma', 'g711_alaw', 8000],
    [{ type: 'audio/pcm' }, 'pcm16', 24000],
    [{ type: 'audio/pcmu', rate: 8000 }, 'g711_ulaw', 8000],
  ])('reads the format %j', (format, encoding, rate) => {
    expect(inputPatch({ format }).inputFormat).toEqual({ encoding, rate });
    expect(read({ voice: 'v', output_audio_format: format }).patch.outputFormat).toEqual({
      encoding,
      rate,
    });
  });

  it('reads a voice by name or id, and any list with audio as audio', () => {
    expect(outputPatch({ voice: 'marin' }).voice).toBe('marin');
    expect(outputPatch({ voice: { id: 'voice_1' } }).voice).toBe('voice_1');
    expect(read({ modalities: ['audio'] }).patch.outputModality).toBe('audio');
    expect(read({ modalities: ['text'] }).patch.outputModality).toBe('text');
  });

  it('keeps of a turn detection only what its type has', () => {
    const detection = {
      type: 'semantic_vad',
      eagerness: 'low',
      threshold: 0.5,
      idle_timeout_ms: null,
    };
    expect(inputPatch({ turn_detection: detection }).turnDetection).toStrictEqual({
      type: 'semantic_vad',
      eagerness: 'low',
    });
  });

  it('reads truncation by ratio', () => {
    const truncation = {
      type: 'retention_ratio',
      retention_ratio: 0.8,
      token_limits: { post_instructions: 100 },
    };
    expect(read({ type: 'realtime', truncation }).patch.truncation).toEqual({
      type: 'retention_ratio',
      retentionRatio: 0.8,
      postInstructionsTokens: 100,
    });
  });
});

const ga = (session: object) => ({ type: 'realtime', ...session });
const gaInput = (input: object) => ga({ audio: { input } });
const vad = (members: object) => gaInput({ turn_detection: { type: 'server_vad', ...members } });
const CHOICE = 'session.tool_choice';
const VAD = 'session.audio.input.turn_detection';

describe('readSessionPayload, faults', () => {
  it.each([
    [undefined, 'missing_required_parameter', 'session'],
    [5, 'invalid_type', 'session'],
    [[], 'invalid_type', 'session'],
    [{}, 'missing_required_parameter', 'session.type'],
    [{ type: 'agent' }, 'invalid_value', 'session.type'],
    [ga({ x: 1 }), 'unknown_parameter', 'session.x'],
    [ga({ voice: 'v' }), 'unknown_parameter', 'session.voice'],
    [ga({ audio: { x: 1 } }), 'unknown_parameter', 'session.audio.x'],
    [gaInput({ vad: 1 }), 'unknown_parameter', 'session.audio.input.vad'],
    [vad({ silence: 1 }), 'unknown_parameter', `${VAD}.silence`],
    [{ voice: 'v', x: 1 }, 'unknown_parameter', 'session.x'],
    [ga({ audio: null }), 'invalid_type', 'session.audio'],
    [ga({ instructions: 5 }), 'invalid_type', 'session.instructions'],
    [ga({ output_modalities: ['video'] }), 'invalid_value', 'session.output_modalities[0]'],
    [ga({ output_modalities: [] }), 'invalid_value', 'session.output_modalities'],
    [ga({ include: ['x'] }), 'invalid_value', 'session.include[0]'],
    [ga({ max_output_tokens: 0 }), 'invalid_value', 'session.max_output_tokens'],
    [ga({ max_output_tokens: 1.5 }), 'invalid_type', 'session.max_output_tokens'],
    [ga({ max_output_tokens: 'all' }), 'invalid_value', 'session.max_output_tokens'],
    [gaInput({ format: 'mp3' }), 'invalid_value', 'session.audio.input.format'],
    [gaInput({ format: {} }), 'missing_required_parameter', 'session.audio.input.format.type'],
    [
      gaInput({ format: { type: 'audio/pcm', rate: 16000 } }),
      'invalid_value',
      'session.audio.input.format.rate',
    ],
    [
      gaInput({ noise_reduction: {} }),
      'missing_required_parameter',
      'session.audio.input.noise_reduction.type',
    ],
    [gaInput({ turn_detection: {} }), 'missing_required_parameter', `${VAD}.type`],
    [gaInput({ turn_detection: { type: 'x' } }), 'invalid_value', `${VAD}.type`],
    [gaInput({ turn_detection: 5 }), 'invalid_type', VAD],
    [vad({ threshold: 1.1 }), 'invalid_value', `${VAD}.threshold`],
    [vad({ idle_timeout_ms: 4999 }), 'invalid_value', `${VAD}.idle_timeout_ms`],
    [vad({ idle_timeout_ms: 30001 }), 'invalid_value', `${VAD}.idle_timeout_ms`],
    [vad({ create_response: 'yes' }), 'invalid_type', `${VAD}.create_response`],
    [ga({ audio: { output: { speed: 1.6 } } }), 'invalid_value', 'session.audio.output.speed'],
    [ga({ audio: { output: { speed: 0.2 } } }), 'invalid_value', 'session.audio.output.speed'],
    [ga({ audio: { output: { voice: 5 } } }), 'invalid_type', 'session.audio.output.voice'],
    [ga({ tools: [{ type: 'mcp' }] }), 'invalid_value', 'session.tools[0].type'],
    [ga({ tools: [{ type: 'function' }] }), 'missing_required_parameter', 'session.tools[0].name'],
    [ga({ tools: [{ name: 'a b' }] }), 'invalid_value', 'session.tools[0].name'],
    [ga({ tools: [{ name: 'a', parameters: [] }] }), 'invalid_type', 'session.tools[0].parameters'],
    [ga({ tool_choice: { type: 'mcp' } }), 'invalid_value', 'session.tool_choice.type'],
    [ga({ tool_choice: 5 }), 'invalid_type', 'session.tool_choice'],
    [ga({ tool_choice: { type: 'function' } }), 'missing_required_parameter', `${CHOICE}.name`],
    [ga({ tool_choice: { type: 'function', name: 5 } }), 'invalid_type', `${CHOICE}.name`],
    [ga({ tool_choice: { type: 'function', function: 5 } }), 'invalid_type', `${CHOICE}.function`],
    [ga({ tools: [{ function: 'f' }] }), 'invalid_type', 'session.tools[0].function'],
    [
      ga({ truncation: { type: 'retention_ratio', retention_ratio: 2 } }),
      'invalid_value',
      'session.truncation.retention_ratio',
    ],
    [{ modalities: 'audio' }, 'invalid_type', 'session.modalities'],
    [{ voice: 'v', temperature: 9 }, 'invalid_value', 'session.temperature'],
    [{ turn_detection: { type: 'x' } }, 'invalid_value', 'session.turn_detection.type'],
  ])('answers %j with %s', (session, code, param) => {
    expect(faultOf(session)).toMatchObject({ type: 'invalid_request_error', code, param });
  });
});
