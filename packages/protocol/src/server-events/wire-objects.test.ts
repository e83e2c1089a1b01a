import { describe, expect, it } from 'vitest';
import { PCM16_24K } from '../audio-format.ts';
import type { SessionState } from '../session-config.ts';
import { defaultSessionConfig } from '../session-defaults.ts';
import { itemObject } from './item-object.ts';
import { responseObject } from './response-object.ts';
import { sessionObject } from './session-object.ts';

const STATE: SessionState = {
  ...defaultSessionConfig({ model: 'm', silenceDurationMs: 200 }),
  id: 'sess_1',
  expiresAt: 1756324625,
};

describe('sessionObject', () => {
  it('shows every member of a session with the defaults', () => {
    expect(sessionObject(STATE)).toStrictEqual({
      type: 'realtime',
      object: 'realtime.session',
      id: 'sess_1',
      model: 'm',
      output_modalities: ['audio'],
      instructions: '',
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      tracing: null,
      truncation: 'auto',
      prompt: null,
      expires_at: 1756324625,
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          transcription: null,
          noise_reduction: null,
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 200,
            idle_timeout_ms: null,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin', speed: 1 },
      },
      include: null,
      temperature: 0.8,
    });
  });

  it('writes every setting a client can make in the words it was made in', () => {
    const object = sessionObject({
      ...STATE,
      outputModality: 'text',
      inputFormat: { encoding: 'g711_ulaw', rate: 8000 },
      outputFormat: { encoding: 'g711_alaw', rate: 8000 },
      inputTranscription: { model: 'w', language: 'it' },
      noiseReduction: { type: 'far_field' },
      turnDetection: {
        type: 'semantic_vad',
        eagerness: 'low',
        createResponse: false,
        interruptResponse: true,
      },
      tools: [{ name: 'f', parameters: { type: 'object' } }],
      toolChoice: { type: 'function', name: 'f' },
      tracing: { workflowName: 'w', groupId: 'g' },
      truncation: { type: 'retention_ratio', retentionRatio: 0.5, postInstructionsTokens: 9 },
      prompt: { id: 'p', version: '2' },
      parallelToolCalls: false,
      reasoning: { effort: 'low' },
    });
    expect(object).toMatchObject({
      output_modalities: ['text'],
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          transcription: { model: 'w', language: 'it' },
          noise_reduction: { type: 'far_field' },
          turn_detection: {
            type: 'semantic_vad',
            eagerness: 'low',
            create_response: false,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcma' } },
      },
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
      tool_choice: { type: 'function', name: 'f' },
      tracing: { workflow_name: 'w', group_id: 'g' },
      truncation: {
        type: 'retention_ratio',
        retention_ratio: 0.5,
        token_limits: { post_instructions: 9 },
      },
      prompt: { id: 'p', version: '2' },
      parallel_tool_calls: false,
      reasoning: { effort: 'low' },
    });
  });

  it('shows nothing but input in a transcription session', () => {
    const object = sessionObject({ ...STATE, sessionType: 'transcription', turnDetection: null });
    expect(object).toStrictEqual({
      type: 'transcription',
      object: 'realtime.transcription_session',
      id: 'sess_1',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          transcription: null,
          noise_reduction: null,
          turn_detection: null,
        },
      },
      include: null,
      expires_at: 1756324625,
    });
  });
});

describe('itemObject', () => {
  it('gives every audio part a transcript and keeps audio for who asks for it', () => {
    const item = {
      id: 'item_1',
      status: 'completed',
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_audio', audio: 'AAAA', transcript: null },
        { type: 'input_image', imageUrl: 'data:,' },
      ],
    } as const;
    const copy = { ...item, content: [...item.content] };
    expect(itemObject(copy)).toStrictEqual({
      id: 'item_1',
      object: 'realtime.item',
      status: 'completed',
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_audio', transcript: null },
        { type: 'input_image', image_url: 'data:,' },
      ],
    });
    expect(itemObject(copy, { isAudioIncluded: true })).toMatchObject({
      content: [{ type: 'input_audio', transcript: null, audio: 'AAAA' }, {}],
    });
  });

  it.each([
    ['in_progress', '', ''],
    ['completed', '', '{}'],
    ['incomplete', '', '{}'],
    ['completed', '{"a":1}', '{"a":1}'],
  ] as const)(
    'writes the arguments of a call that is %s from "%s" as "%s"',
    (status, text, wire) => {
      const call = { id: 'i', status, type: 'function_call', callId: 'c', name: 'f' } as const;
      expect(itemObject({ ...call, arguments: text })).toStrictEqual({
        id: 'i',
        object: 'realtime.item',
        status,
        type: 'function_call',
        name: 'f',
        call_id: 'c',
        arguments: wire,
      });
    },
  );
});

describe('responseObject', () => {
  const RESPONSE = {
    id: 'resp_1',
    output: [],
    conversationId: null,
    outputModality: 'text',
    maxOutputTokens: 5,
    outputFormat: PCM16_24K,
    voice: 'marin',
    temperature: 0.8,
  } as const;

  it('has null for what is not known while in progress', () => {
    const object = responseObject({ ...RESPONSE, output: [], status: 'in_progress' });
    expect(object).toStrictEqual({
      object: 'realtime.response',
      id: 'resp_1',
      status: 'in_progress',
      status_details: null,
      output: [],
      conversation_id: null,
      output_modalities: ['text'],
      max_output_tokens: 5,
      audio: { output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin' } },
      usage: null,
      metadata: null,
      temperature: 0.8,
    });
  });

  it.each(['completed', 'cancelled', 'incomplete', 'failed'] as const)(
    'counts zero tokens in every member when %s without usage',
    (status) => {
      expect(responseObject({ ...RESPONSE, output: [], status }).usage).toStrictEqual({
        total_tokens: 0,
        input_tokens: 0,
        output_tokens: 0,
        input_token_details: {
          text_tokens: 0,
          audio_tokens: 0,
          image_tokens: 0,
          cached_tokens: 0,
          cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
        },
        output_token_details: { text_tokens: 0, audio_tokens: 0 },
      });
    },
  );

  it('adds the tokens up', () => {
    const usage = { inputText: 1, inputAudio: 2, cachedText: 1, outputText: 4, outputAudio: 8 };
    const object = responseObject({ ...RESPONSE, output: [], status: 'completed', usage });
    expect(object.usage).toMatchObject({
      total_tokens: 15,
      input_tokens: 3,
      output_tokens: 12,
      input_token_details: { text_tokens: 1, audio_tokens: 2, cached_tokens: 1 },
      output_token_details: { text_tokens: 4, audio_tokens: 8 },
    });
  });
});
