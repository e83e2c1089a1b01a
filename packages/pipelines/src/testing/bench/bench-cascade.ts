import {
  CARTESIA_KEY,
  LocalCartesiaServer,
} from '../../providers/cartesia/testing/local-cartesia-server.ts';
import {
  DEEPGRAM_KEY,
  LocalDeepgramServer,
} from '../../providers/deepgram/testing/local-deepgram-server.ts';
import { endChunks, textChunks } from '../../providers/openai/testing/chat-chunks.ts';
import { CHAT_KEY, LocalChatServer } from '../../providers/openai/testing/local-chat-server.ts';
import { pause } from './bench-providers.ts';
import type { BenchProviders, ProviderDelays } from './bench-providers.ts';
import { BENCH_ANSWER, benchEars, benchVoice, LATE_WORD } from './bench-speech.ts';

/** Deepgram's own example of its preliminary results has one a second. */
const INTERIM_MS = 200;

/** A recogniser, a language model and a synthesizer, each with a connection that is kept. */
export async function startBenchCascade(delays: ProviderDelays): Promise<BenchProviders> {
  const ears = await LocalDeepgramServer.start({
    ears: benchEars(delays.finalMs),
    interimMs: INTERIM_MS,
  });
  const chat = await LocalChatServer.start({
    answer: () => [...textChunks(BENCH_ANSWER), ...endChunks('stop')],
    step: (chunk) => pause(chunk === 0 ? delays.firstTokenMs : 0),
  });
  const voice = await LocalCartesiaServer.start({
    voice: benchVoice,
    step: (chunk) => pause(chunk === 1 ? delays.firstAudioMs : 0),
  });
  return {
    section: 'cascade',
    settings: {
      speechToText: { provider: 'deepgram', url: ears.url, apiKeyVariable: 'BENCH_EARS_KEY' },
      languageModel: {
        provider: 'openai',
        model: 'local-chat',
        url: chat.url,
        apiKeyVariable: 'BENCH_CHAT_KEY',
      },
      textToSpeech: {
        provider: 'cartesia',
        voice: 'voice-1',
        url: voice.url,
        apiKeyVariable: 'BENCH_VOICE_KEY',
      },
    },
    variables: {
      BENCH_EARS_KEY: DEEPGRAM_KEY,
      BENCH_CHAT_KEY: CHAT_KEY,
      BENCH_VOICE_KEY: CARTESIA_KEY,
    },
    lateWord: LATE_WORD,
    get open() {
      return ears.open + chat.http.open + voice.open;
    },
    turns: () => [],
    forget: () => {
      for (const heard of ears.audio) heard.length = 0;
      for (const { heard } of [...ears.connections, ...voice.connections]) heard.length = 0;
      chat.http.posts.length = 0;
    },
  };
}
