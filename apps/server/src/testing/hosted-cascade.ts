import {
  answersOf,
  CHAT_KEY,
  DEEPGRAM_KEY,
  ELEVENLABS_KEY,
  FAKE_END,
  FakeLanguageModel,
  fakeText,
  LocalChatServer,
  LocalDeepgramServer,
  LocalElevenlabsServer,
  LocalOpenaiSpeechServer,
  OPENAI_SPEECH_KEY,
} from '@antiphon/pipelines/testing';
import type { AgentDefinition, Clock, SessionConfig, VoiceEngine } from '@antiphon/session';
import { TEST_CONFIG } from '@antiphon/session/testing';
import { openCascade } from './opened-cascade.ts';

/** What the model answers where it may call no tool. */
const HOSTED_ANSWER =
  'Your order 4471 has shipped, and it costs $19.99. Dr. Smith signs at 4 p.m. Anything else?';

/** Local servers of synthesizers: one that tells word times, and one whose words are looked for. */
const MOUTHS = {
  elevenlabs: { server: LocalElevenlabsServer, key: ELEVENLABS_KEY, voice: 'voice-1' },
  openai: { server: LocalOpenaiSpeechServer, key: OPENAI_SPEECH_KEY, voice: 'marin' },
} as const;

/** A cascade of hosted providers, each a local server, as the server composes it. */
export interface HostedCascade {
  readonly agent: AgentDefinition;
  readonly engine: VoiceEngine;
  readonly config: SessionConfig;
  close(): Promise<void>;
}

export async function openHostedCascade(
  provider: keyof typeof MOUTHS,
  clock: Clock,
): Promise<HostedCascade> {
  const { server, key, voice } = MOUTHS[provider];
  const ear = await LocalDeepgramServer.start();
  const model = new FakeLanguageModel(clock, ({ tools }) => {
    if (tools.length === 0) return fakeText(HOSTED_ANSWER);
    const call = { callId: 'call_1', name: 'lookup_order', arguments: '{"order_id":"4471"}' };
    return [{ type: 'toolCall', ...call }, FAKE_END];
  });
  const chat = await LocalChatServer.start({ answer: answersOf(model) });
  const mouth = await server.start();
  const config = { ...TEST_CONFIG, voice, tools: [], greeting: null, covers: [] };
  const agent: AgentDefinition = {
    name: 'hosted',
    description: 'Answers by way of three providers.',
    pipeline: 'cascade',
    detector: 'energy',
    config,
    dialogue: null,
    cascade: {
      speechToText: { provider: 'deepgram', url: ear.url, apiKeyVariable: 'EAR_KEY' },
      languageModel: {
        provider: 'openai',
        url: chat.url,
        model: 'local-chat',
        apiKeyVariable: 'CHAT_KEY',
      },
      textToSpeech: { provider, url: mouth.url, voice, apiKeyVariable: 'MOUTH_KEY' },
    },
  };
  const keys = { EAR_KEY: DEEPGRAM_KEY, CHAT_KEY, MOUTH_KEY: key };
  const cascade = await openCascade(agent, clock, keys);
  return {
    agent,
    engine: cascade.pipeline.engineOf(agent),
    config,
    close: async () => {
      await cascade.close();
      for (const part of [mouth, chat, ear]) await part.close();
    },
  };
}
