import { GEMINI_KEY, LocalGemini } from '../../gemini-live/testing/local-gemini.ts';
import type { WireSetup } from '../../gemini-live/wire-types.ts';
import type { BenchProviders } from './bench-providers.ts';
import { BENCH_ANSWER, BENCH_TRANSCRIPT, benchSound } from './bench-speech.ts';
import { RelayedTurns } from './relayed-turns.ts';

const REPLY = { text: BENCH_ANSWER, pcm: benchSound(BENCH_ANSWER) };

/** A Gemini Live model that hears the same in every turn and answers at once. */
export async function startBenchGemini(): Promise<BenchProviders> {
  const turns = new RelayedTurns();
  const upstream = await LocalGemini.start({
    transcribe: () => BENCH_TRANSCRIPT,
    answer: () => REPLY,
    step: async () => {},
    sends: ({ serverContent }, { setup }) => {
      const instructions = instructionsOf(setup);
      const transcription = serverContent?.inputTranscription;
      if (transcription?.text === FIRST_WORD) turns.heard(instructions);
      if (serverContent?.modelTurn) turns.answered(instructions);
      return true;
    },
  });
  const { url, model } = upstream.settings;
  return {
    section: 'geminiLive',
    settings: { url, model, apiKeyVariable: 'BENCH_MODEL_KEY', wordTimes: 'none' },
    variables: { BENCH_MODEL_KEY: GEMINI_KEY },
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

const FIRST_WORD = BENCH_TRANSCRIPT.split(' ')[0];

function instructionsOf(setup: WireSetup | null): string | undefined {
  const content = setup?.systemInstruction;
  if (typeof content !== 'object' || !('parts' in content)) return undefined;
  return content.parts?.[0]?.text;
}
