import { DEFAULT_TOOL_PHRASES, systemClock } from '@antiphon/session';
import type { AgentDefinition, CascadeServices } from '@antiphon/session';
import { CircuitBreakers } from '@antiphon/pipelines';
import { LocalChatServer } from '@antiphon/pipelines/testing';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { openCascadePipeline } from './cascade-pipeline.ts';
import { EmbeddedVoice } from './embedded-voice.ts';

const EMBEDDED: CascadeServices = {
  speechToText: { provider: 'embedded' },
  languageModel: { provider: 'embedded' },
  textToSpeech: { provider: 'embedded' },
};

/** An agent that nothing was written for. */
function agentOf(services: Partial<CascadeServices>, pipeline = 'cascade'): AgentDefinition {
  return {
    name: 'hello',
    description: 'Says hello.',
    pipeline,
    detector: 'energy',
    config: {
      instructions: 'Say hello.',
      voice: 'nobody',
      speed: 1,
      modality: 'audio',
      tools: [],
      toolChoice: 'auto',
      maxOutputTokens: null,
      temperature: null,
      turnDetection: null,
      greeting: null,
      covers: [],
      toolPhrases: DEFAULT_TOOL_PHRASES,
      keypad: 'open',
      listeningNoises: [],
      listeningAfterMs: 6_000,
      apology: 'Sorry.',
      farewell: 'Goodbye.',
    },
    dialogue: null,
    cascade: { ...EMBEDDED, ...services },
  };
}

const voice = new EmbeddedVoice(1, () => {});

afterAll(() => voice.close());

function open(agent: AgentDefinition, variables: Readonly<Record<string, string>> = {}) {
  const options = {
    agents: new Map([[agent.name, agent]]),
    clock: systemClock,
    breakers: new CircuitBreakers({ clock: systemClock }),
    log: pino({ level: 'silent' }),
    variables: (name: string) => variables[name],
    maxSessions: 1,
    onProgress: () => {},
    onFailure: () => {},
  };
  return openCascadePipeline([agent], options, voice);
}

describe('a cascade', () => {
  it.each(['cascade', 'embedded'])(
    'of the pipeline %s needs a script where it follows one',
    async (pipeline) => {
      await expect(open(agentOf({}, pipeline))).rejects.toMatchObject({
        code: 'agents_unusable',
        message: `The agent hello has the pipeline "${pipeline}", which follows a script or listens for its words. Write its dialogue.yaml, or choose another pipeline or provider.`,
      });
    },
  );

  it.each([
    ['', 'is not set'],
    ['sk-secret\n', 'holds more than visible ASCII characters'],
  ])('names the variable of a key that is %j', async (key, problem) => {
    const languageModel = { provider: 'openai', model: 'gpt', apiKeyVariable: 'MY_KEY' };
    await expect(open(agentOf({ languageModel }), { MY_KEY: key })).rejects.toMatchObject({
      code: 'agents_unusable',
      message: `The agent hello needs a key in MY_KEY, which ${problem}.`,
    });
  });

  it('that cannot be opened names the reason, and closes what it has opened', async () => {
    const chat = await LocalChatServer.start();
    const languageModel = { provider: 'openai', url: chat.url, model: 'local-chat' };
    const textToSpeech = { provider: 'hume', url: 'http://127.0.0.1:9', model: '3' };
    await expect(open(agentOf({ languageModel, textToSpeech }))).rejects.toMatchObject({
      code: 'agents_unusable',
      message: 'The agent hello has the model "3" of hume; use "1" or "2".',
    });
    await expect.poll(() => chat.http.open).toBe(0);
    expect(chat.exchanges).toEqual([]);
    await chat.close();
  });
});
