import { NO_TOKENS } from '@antiphon/session';
import { afterEach, describe, expect, it } from 'vitest';
import { ServerMetrics } from './server-metrics.ts';
import { readPrometheusText } from './testing/prometheus-text.ts';

type UsedAmounts = Parameters<ServerMetrics['usage']['used']>[1];

const opened: ServerMetrics[] = [];

afterEach(async () => {
  for (const metrics of opened.splice(0)) await metrics.close();
});

const NOTHING: UsedAmounts = {
  operation: 'chat',
  provider: 'openai',
  model: 'gpt',
  ...NO_TOKENS,
  audioMs: 0,
  characters: 0,
  dollars: null,
  durationMs: null,
  errorCode: null,
};

/** Has requests counted; the values of a metric with what they are told apart by. */
async function counted(...requests: readonly Partial<UsedAmounts>[]) {
  const metrics = new ServerMetrics({ sessions: () => new Map() });
  opened.push(metrics);
  const labels = { agent: 'acme', pipeline: 'embedded' };
  for (const request of requests) metrics.usage.used(labels, { ...NOTHING, ...request });
  const { samples } = readPrometheusText(await metrics.text());
  return (metric: string) =>
    samples
      .filter(({ name }) => name === metric)
      .map(({ labels: told, value }) => {
        const { gen_ai_token_type: type, antiphon_token_modality: modality, ...whose } = told;
        const { gen_ai_operation_name: operation, gen_ai_request_model: model, ...more } = whose;
        const { error_type: error, ...others } = more;
        expect(others).toEqual({
          gen_ai_agent_name: 'acme',
          antiphon_pipeline: 'embedded',
          gen_ai_provider_name: 'openai',
        });
        return [operation, model, type, modality, error, value].filter(
          (part) => part !== undefined,
        );
      });
}

const REALTIME = { operation: 'realtime_inference', model: 'gpt-realtime' } as const;
const SPOKEN = { operation: 'text_to_speech', model: null } as const;

describe('what providers used', () => {
  it('is counted, each token once, with what it costs where there are prices', async () => {
    const written = { outputTextTokens: 20, outputAudioTokens: 200 };
    const valuesOf = await counted(
      {
        ...REALTIME,
        ...written,
        inputTextTokens: 100,
        inputAudioTokens: 50,
        cachedTextTokens: 60,
        dollars: 0.5,
      },
      { ...REALTIME, ...written },
      { ...SPOKEN, characters: 12, audioMs: 1_500, dollars: 0.5 },
    );
    expect(valuesOf('gen_ai_client_token_usage_sum')).toEqual([
      ['realtime_inference', 'gpt-realtime', 'input', 'text', 40],
      ['realtime_inference', 'gpt-realtime', 'input', 'audio', 50],
      ['realtime_inference', 'gpt-realtime', 'input', 'cached_text', 60],
      ['realtime_inference', 'gpt-realtime', 'output', 'text', 40],
      ['realtime_inference', 'gpt-realtime', 'output', 'audio', 400],
    ]);
    expect(valuesOf('antiphon_usage_cost_total')).toEqual([
      ['realtime_inference', 'gpt-realtime', 0.5],
      ['text_to_speech', 0.5],
    ]);
    expect(valuesOf('antiphon_usage_characters_total')).toEqual([['text_to_speech', 12]]);
    expect(valuesOf('antiphon_usage_audio_total')).toEqual([['text_to_speech', 1.5]]);
    expect(valuesOf('gen_ai_client_operation_duration_count')).toEqual([]);
  });

  it('is measured in seconds, by what failed where it did, also where nothing is counted', async () => {
    const valuesOf = await counted(
      { durationMs: 700, outputTextTokens: 3 },
      { durationMs: 1_300 },
      { durationMs: 250, errorCode: 'provider_lost' },
      { durationMs: 500, errorCode: 'Jane said no.' },
    );
    expect(valuesOf('gen_ai_client_operation_duration_sum')).toEqual([
      ['chat', 'gpt', 2],
      ['chat', 'gpt', 'provider_lost', 0.25],
      ['chat', 'gpt', '_OTHER', 0.5],
    ]);
    expect(valuesOf('gen_ai_client_token_usage_count')).toEqual([
      ['chat', 'gpt', 'output', 'text', 1],
    ]);
    expect(valuesOf('antiphon_usage_cost_total')).toEqual([]);
  });
});
