import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';
import { boundedCode } from './bounded-code.ts';

/** What was asked of a provider, by the names that spans have. */
export type UsedOperation = 'chat' | 'realtime_inference' | 'speech_to_text' | 'text_to_speech';

/** Which way tokens went. */
export type TokenType = 'input' | 'output';

/** What tokens stand for; those that the provider had read before are told apart. */
export type TokenModality = 'text' | 'audio' | 'cached_text' | 'cached_audio';

/** Whose use it is. All of these come from folders: there are few. */
export interface UsageLabels {
  readonly agent: string;
  readonly pipeline: string;
}

/** What one request to a provider used. */
export interface UsedAmounts {
  readonly operation: UsedOperation;
  readonly provider: string;
  /** Null where the folder does not name it. */
  readonly model: string | null;
  readonly inputTextTokens: number;
  readonly inputAudioTokens: number;
  readonly outputTextTokens: number;
  readonly outputAudioTokens: number;
  /** Of the input. */
  readonly cachedTextTokens: number;
  readonly cachedAudioTokens: number;
  readonly audioMs: number;
  readonly characters: number;
  /** Null without prices. */
  readonly dollars: number | null;
  /** Null where it is not measured. */
  readonly durationMs: number | null;
  /** Null where the request did not fail. */
  readonly errorCode: string | null;
}

/** As the conventions of OpenTelemetry have them for their two metrics. */
const TOKENS = [
  1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
  67_108_864,
];

const DURATIONS_S = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

const MOST_CODES = 32;

/** Counts what providers used, how long it took, and what it costs where there are prices. */
export class UsageMetrics {
  readonly #durations: Histogram;
  readonly #tokens: Histogram;
  readonly #audio: Counter;
  readonly #characters: Counter;
  readonly #cost: Counter;
  readonly #codeOf = boundedCode(MOST_CODES);

  constructor(meter: Meter) {
    this.#tokens = meter.createHistogram('gen_ai.client.token.usage', {
      unit: '{token}',
      description: 'Tokens of requests, as their providers count them.',
      advice: { explicitBucketBoundaries: TOKENS },
    });
    this.#durations = meter.createHistogram('gen_ai.client.operation.duration', {
      unit: 's',
      description: 'Requests to providers, from asking to the end of what they answered.',
      advice: { explicitBucketBoundaries: DURATIONS_S },
    });
    this.#audio = meter.createCounter('antiphon.usage.audio', {
      unit: 's',
      description: 'Audio that was sent to be recognised.',
    });
    this.#characters = meter.createCounter('antiphon.usage.characters', {
      unit: '{character}',
      description: 'Text that was given to synthesizers.',
    });
    this.#cost = meter.createCounter('antiphon.usage.cost', {
      unit: '{USD}',
      description: 'What was used, in US dollars by the prices of the agents.',
    });
  }

  used(labels: UsageLabels, amounts: UsedAmounts): void {
    const attributes = attributesOf(labels, amounts);
    const { audioMs, characters, dollars, durationMs, errorCode } = amounts;
    for (const { type, modality, count } of tokensOf(amounts)) {
      const told = { 'gen_ai.token.type': type, 'antiphon.token.modality': modality };
      if (count > 0) this.#tokens.record(count, { ...attributes, ...told });
    }
    if (audioMs > 0) this.#audio.add(audioMs / 1000, attributes);
    if (characters > 0) this.#characters.add(characters, attributes);
    if (dollars !== null) this.#cost.add(dollars, attributes);
    if (durationMs === null) return;
    const failed = errorCode === null ? {} : { 'error.type': this.#codeOf(errorCode) };
    this.#durations.record(durationMs / 1000, { ...attributes, ...failed });
  }
}

interface Tokens {
  readonly type: TokenType;
  readonly modality: TokenModality;
  readonly count: number;
}

/** Each token once: what was cached is not in the rest of the input. */
function tokensOf(amounts: UsedAmounts): readonly Tokens[] {
  const { inputTextTokens, inputAudioTokens, cachedTextTokens, cachedAudioTokens } = amounts;
  return [
    { type: 'input', modality: 'text', count: inputTextTokens - cachedTextTokens },
    { type: 'input', modality: 'audio', count: inputAudioTokens - cachedAudioTokens },
    { type: 'input', modality: 'cached_text', count: cachedTextTokens },
    { type: 'input', modality: 'cached_audio', count: cachedAudioTokens },
    { type: 'output', modality: 'text', count: amounts.outputTextTokens },
    { type: 'output', modality: 'audio', count: amounts.outputAudioTokens },
  ];
}

function attributesOf(
  { agent, pipeline }: UsageLabels,
  { operation, provider, model }: UsedAmounts,
): Attributes {
  return {
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': provider,
    ...(model !== null && { 'gen_ai.request.model': model }),
    'gen_ai.agent.name': agent,
    'antiphon.pipeline': pipeline,
  };
}
