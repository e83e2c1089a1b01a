import { RealtimeUpstream, UPSTREAM_KEY } from '../../openai-realtime/testing/realtime-upstream.ts';
import type { BenchProviders } from './bench-providers.ts';
import { BENCH_ANSWER, BENCH_TRANSCRIPT, benchSound } from './bench-speech.ts';
import { RelayedTurns } from './relayed-turns.ts';

const ANSWER = { messages: [{ text: BENCH_ANSWER, pcm: benchSound(BENCH_ANSWER) }] };

/** A Realtime model that hears the same in every turn and answers at once. */
export async function startBenchRealtime(): Promise<BenchProviders> {
  const turns = new RelayedTurns();
  const upstream = await RealtimeUpstream.start({
    transcribe: () => BENCH_TRANSCRIPT,
    answer: () => ANSWER,
    step: async () => {},
    sends: ({ type }, { session: { instructions } }) => {
      if (type === 'input_audio_buffer.committed') turns.heard(instructions);
      if (type === 'conversation.item.input_audio_transcription.completed')
        turns.told(instructions);
      if (type === 'response.created') turns.asked(instructions);
      if (type === 'response.output_audio.delta') turns.answered(instructions);
      return true;
    },
  });
  const { url, model } = upstream.settings;
  return {
    section: 'openaiRealtime',
    // Words are not aligned, and nothing else is loaded that would hide what a session costs.
    settings: {
      url,
      model,
      apiKeyVariable: 'BENCH_MODEL_KEY',
      exactTexts: 'model',
      wordTimes: 'none',
    },
    variables: { BENCH_MODEL_KEY: UPSTREAM_KEY },
    lateWord: null,
    get open() {
      return upstream.open;
    },
    turns: () => turns.take(),
    forget: () => {
      for (const { heard } of upstream.connections) heard.length = 0;
    },
  };
}
