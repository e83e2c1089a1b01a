import {
  anything,
  constant,
  decimal,
  either,
  flag,
  given,
  json,
  list,
  loose,
  mostly,
  older,
  optional,
  optionalNotNull,
  required,
  strict,
  text,
  whole,
  word,
} from './shapes.ts';
import type { Member, RecordShape } from './shapes.ts';

export const format = either(
  word('audio/pcm', 'audio/pcmu', 'audio/pcma', 'pcm16', 'g711_ulaw', 'g711_alaw'),
  loose({ type: required(word('audio/pcm', 'pcm16')), rate: optional(constant(24_000)) }),
  loose({
    type: required(word('audio/pcmu', 'audio/pcma', 'g711_ulaw', 'g711_alaw')),
    rate: optional(constant(8_000)),
  }),
);

const VOICES = ['slt', 'slt', 'slt', 'slt', 'other'];
export const voice = either(
  text({ min: 1, samples: VOICES }),
  loose({ id: required(text({ min: 1, samples: VOICES })) }),
);

const functionMembers = {
  name: required(text({ form: 'name' })),
  description: optional(text()),
  parameters: optional(json, 2),
  antiphon: optional(
    strict({
      confirm: optional(word('none')),
      coverAfterMs: optional(whole(0, 600_000)),
      deadlineMs: optional(whole(1, 600_000)),
      timeoutMs: optional(whole(1, 600_000)),
      covers: optional(list(text({ min: 1, max: 16, samples: ['Hm.', 'One moment.'] }))),
    }),
    3,
  ),
};
const toolType = optionalNotNull(word('function'), 2);
export const tools = list(
  either(
    loose({ type: toolType, ...functionMembers }),
    loose({ type: toolType, function: older(loose(functionMembers)) }),
  ),
);

export const toolChoice = either(
  text({ min: 1, samples: ['auto', 'none', 'required', 'f'] }),
  loose({ type: required(word('function')), name: required(text({ min: 1 })) }),
  loose({
    type: required(word('function')),
    function: older(loose({ name: required(text({ min: 1 })) })),
  }),
);

export const maxTokens = either(whole(1), word('inf'));
export const modalities = list(word('audio', 'text'), 1);
const transcription = loose({
  model: optional(text()),
  language: optional(text()),
  prompt: optional(text()),
});
const noiseReduction = strict({
  type: required(word('near_field', 'far_field')),
  strength: optional(decimal(-Infinity, Infinity, [0, 0.5, -1e300])),
});

const detection = (type: string): RecordShape =>
  strict({
    type: required(word(type)),
    threshold: optional(decimal(0, 1)),
    prefix_padding_ms: optional(whole(0)),
    silence_duration_ms: optional(whole(0)),
    idle_timeout_ms: optional(whole(5_000, 30_000)),
    eagerness: optional(word('low', 'medium', 'high', 'auto')),
    create_response: optional(flag),
    interrupt_response: optional(flag),
  });
const turnDetection = either(
  detection('server_vad'),
  detection('semantic_vad'),
  loose({ type: required(word('none')) }),
  constant(false),
);

export const prompt = loose({
  id: required(text({ min: 1 })),
  version: optional(text()),
  variables: optional(json),
});
export const reasoning = loose({ effort: optional(text({ min: 1 })) });

const sharedMembers: Record<string, Member> = {
  model: optional(text({ min: 1, samples: [...Array(9).fill('test-model'), 'other'] as string[] })),
  instructions: optional(text(), 2),
  tools: optional(tools),
  tool_choice: optional(toolChoice),
  tracing: optional(
    either(
      word('auto'),
      loose({
        workflow_name: optional(text()),
        group_id: optional(text()),
        metadata: optional(json),
      }),
    ),
  ),
  truncation: optional(
    either(
      word('auto', 'disabled'),
      loose({
        type: required(word('retention_ratio')),
        retention_ratio: required(decimal(0, 1)),
        token_limits: optional(loose({ post_instructions: optional(whole(0)) })),
      }),
    ),
  ),
  prompt: optional(prompt, 60),
  include: optional(list(word('item.input_audio_transcription.logprobs'))),
  parallel_tool_calls: optional(flag),
  reasoning: optional(reasoning),
  max_output_tokens: optional(maxTokens),
  antiphon: optional(
    strict({
      contactEmail: optional(
        text({ min: 1, max: 254, samples: ['jo@example.com', 'al@example.org', 'at home'] }),
      ),
    }),
    12,
  ),
  id: optional(anything, 12),
  object: optional(anything, 12),
  expires_at: optional(anything, 12),
};

const BETA_MEMBERS = ['modalities', 'voice', 'turn_detection', 'input_audio_format', 'speed'];
const GA_MEMBERS = ['audio', 'output_modalities'];

/** The session of an update in the shape of GA, which alone may have to say its type. */
export const gaSession = (isTypeRequired: boolean): RecordShape =>
  strict(
    {
      ...sharedMembers,
      type: {
        ...required(mostly('realtime', 'transcription')),
        absence: isTypeRequired ? 'fault' : 'fine',
      },
      output_modalities: optional(modalities),
      audio: optionalNotNull(
        strict({
          input: optionalNotNull(
            strict({
              format: optional(format),
              transcription: optional(transcription),
              noise_reduction: optional(noiseReduction),
              turn_detection: optional(turnDetection),
            }),
            2,
          ),
          output: optionalNotNull(
            strict({
              format: optional(format),
              voice: optional(voice),
              speed: optional(decimal(0.25, 1.5)),
            }),
            2,
          ),
        }),
        2,
      ),
      temperature: optional(anything, 12),
    },
    BETA_MEMBERS,
  );

/** The same in the flat shape of the beta dialect. */
export const betaSession = strict(
  {
    ...sharedMembers,
    /** What tells this shape from the other. */
    modalities: given(modalities),
    voice: optional(voice),
    speed: optional(decimal(0.25, 1.5)),
    input_audio_format: optional(format),
    output_audio_format: optional(format),
    input_audio_transcription: optional(transcription),
    input_audio_noise_reduction: optional(noiseReduction),
    turn_detection: optional(turnDetection),
    temperature: optional(decimal(0, 2)),
    max_response_output_tokens: optional(maxTokens),
  },
  GA_MEMBERS,
);

/** What only the beta dialect's own event takes. */
export const transcriptionSession = strict(
  {
    input_audio_format: given(format),
    input_audio_transcription: optional(transcription),
    turn_detection: optional(turnDetection),
    include: optional(list(word('item.input_audio_transcription.logprobs'))),
  },
  GA_MEMBERS,
);
