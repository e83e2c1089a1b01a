import {
  answersOf,
  CHAT_KEY,
  DEEPGRAM_KEY,
  embeddedEars,
  embeddedVoice,
  LocalChatServer,
  LocalDeepgramServer,
  LocalOpenaiSpeechServer,
  OPENAI_SPEECH_KEY,
} from '@antiphon/pipelines/testing';
import type { LocalModel } from './local-models.ts';
import type { LocalParts } from './local-parts.ts';

/** A cascade of three services, each behind the protocol of a provider. */
export interface LocalCascade extends LocalModel {
  /** What the language model was asked. */
  readonly chat: LocalChatServer;
}

export async function startCascadeModel(parts: LocalParts): Promise<LocalCascade> {
  const { recogniser, script, voice, agent } = parts;
  const ear = await LocalDeepgramServer.start({ ears: embeddedEars(recogniser) });
  const chat = await LocalChatServer.start({ answer: answersOf(script) });
  const mouth = await LocalOpenaiSpeechServer.start({
    voice: embeddedVoice(voice, agent.config.voice),
  });
  const at = (provider: string, url: string, variable: string): string =>
    `provider: ${provider}, url: '${url}', apiKeyVariable: ${variable}`;
  return {
    section: [
      'cascade:',
      `  speechToText: { ${at('deepgram', ear.url, 'EAR_KEY')} }`,
      `  languageModel: { ${at('openai', chat.url, 'CHAT_KEY')}, model: local-chat }`,
      `  textToSpeech: { ${at('openai', mouth.url, 'MOUTH_KEY')}, voice: marin }`,
      '',
    ].join('\n'),
    settings: { EAR_KEY: DEEPGRAM_KEY, CHAT_KEY, MOUTH_KEY: OPENAI_SPEECH_KEY },
    chat,
    // Connections stay open between sessions: what is in use are requests that go on.
    inUse: () => {
      const requests = [...chat.http.posts, ...mouth.http.posts];
      const open = requests.filter(({ response }) => !response.writableEnded && !response.closed);
      return Promise.resolve(open.length);
    },
    connections: () => Promise.resolve(ear.open + chat.http.open + mouth.http.open),
    close: async () => {
      await ear.close();
      await chat.close();
      await mouth.close();
    },
  };
}
