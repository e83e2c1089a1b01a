import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentFolderError } from './agent-folder-error.ts';
import { loadAgentFolder } from './load-agent-folder.ts';
import { emptyDirectory, faultLines, PLAIN_AGENT, writtenFolder } from './written-folder.ts';

const REALTIME_AGENT = PLAIN_AGENT.replace('embedded', 'openai-realtime');

let directory = '';

beforeEach(async () => {
  directory = await emptyDirectory();
});

afterEach(() => rm(directory, { recursive: true }));

async function load(yaml: string, variables: Readonly<Record<string, string>> = {}) {
  const folder = await writtenFolder({ 'agent.yaml': yaml }, { directory });
  return loadAgentFolder(folder, { variables: (name) => variables[name] });
}

async function faults(yaml: string, variables?: Readonly<Record<string, string>>) {
  const error = await load(yaml, variables).catch((thrown: unknown) => thrown);
  return faultLines(error as AgentFolderError, `${directory}/hello`);
}

describe('an agent with the pipeline openai-realtime', () => {
  it('needs nothing but that line and the key in the environment', async () => {
    const { definition } = await load(REALTIME_AGENT, { OPENAI_API_KEY: 'sk-secret' });
    expect(definition.pipeline).toBe('openai-realtime');
    expect(definition.openaiRealtime).toEqual({
      model: 'gpt-realtime-2.1',
      apiKeyVariable: 'OPENAI_API_KEY',
      apiKeyHeader: 'bearer',
      audio: 'auto',
      turnDetection: 'session',
      exactTexts: 'embedded',
      wordTimes: 'aligned',
    });
    expect(JSON.stringify(definition)).not.toContain('sk-secret');
  });

  it('says what its model is', async () => {
    const yaml = `${REALTIME_AGENT}openaiRealtime:
  url: wss://acme.openai.azure.com/openai/v1/realtime
  model: acme-deployment
  apiKeyVariable: AZURE_KEY
  apiKeyHeader: api-key
  voice: cedar
  audio: g711
  prices: { audioInput: 32, audioOutput: 64, transcriptMinute: 0.006 }
`;
    const { definition } = await load(yaml, { AZURE_KEY: 'k' });
    expect(definition.openaiRealtime).toMatchObject({
      url: 'wss://acme.openai.azure.com/openai/v1/realtime',
      model: 'acme-deployment',
      apiKeyHeader: 'api-key',
      voice: 'cedar',
      audio: 'g711',
      prices: { audioInput: 32, audioOutput: 64, transcriptMinute: 0.006 },
    });
  });

  it.each([
    ['{ type: server_vad }', { type: 'server_vad' }],
    [
      '{ type: server_vad, threshold: 0.6, prefixPaddingMs: 200, silenceDurationMs: 400 }',
      { type: 'server_vad', threshold: 0.6, prefixPaddingMs: 200, silenceDurationMs: 400 },
    ],
    ['{ type: semantic_vad, eagerness: low }', { type: 'semantic_vad', eagerness: 'low' }],
  ])('leaves finding turns to its provider, by %s', async (written, providerVad) => {
    const yaml = `${REALTIME_AGENT}openaiRealtime:
  turnDetection: provider
  providerVad: ${written}
`;
    const { definition } = await load(yaml, { OPENAI_API_KEY: 'k' });
    expect(definition.openaiRealtime).toMatchObject({ turnDetection: 'provider', providerVad });
  });

  it('is told where a key is missing, by the line that asks for it', async () => {
    expect(await faults(REALTIME_AGENT)).toEqual([
      'agent.yaml:2:11 the environment variable OPENAI_API_KEY is not set. Set it to the key of the model before the start, or name another variable.',
    ]);
    expect(await faults(`${REALTIME_AGENT}openaiRealtime:\n  apiKeyVariable: MY_KEY\n`)).toEqual([
      'agent.yaml:6:19 the environment variable MY_KEY is not set. Set it to the key of the model before the start, or name another variable.',
    ]);
  });

  it('needs no key where another pipeline answers, and is checked all the same', async () => {
    const options = 'openaiRealtime:\n  url: https://api.openai.com/v1/realtime\n';
    expect(await faults(`${PLAIN_AGENT}${options}`)).toEqual([
      'agent.yaml:6:8 "https:" is no WebSocket address. Write the whole address, such as wss://api.openai.com/v1/realtime.',
    ]);
  });

  it.each([
    [
      'apiKey: sk-secret',
      '6:3 unknown key "apiKey". Known are url, model, apiKeyVariable, apiKeyHeader, voice, transcriptionModel, transcriptionLanguage, audio, turnDetection, providerVad, exactTexts, wordTimes, prices.',
    ],
    [
      'apiKeyVariable: sk-secret',
      '6:19 what stands here is no name of a variable. Write a name of capitals, digits and underscores, never the key itself.',
    ],
    [
      'url: nowhere',
      '6:8 "nowhere" is no address. Write the whole address, such as wss://api.openai.com/v1/realtime.',
    ],
    [
      'url: wss://me:pw@host/v1',
      '6:8 the address holds a name or a password. Put the key into a variable, and its name into apiKeyVariable.',
    ],
    ['url: wss://host/v1#part', '6:8 "#part" is never sent to a server. Remove it.'],
    [
      'audio: opus',
      '6:10 "openaiRealtime.audio" is "opus"; it must be auto or pcm or g711. Known are auto, pcm, g711.',
    ],
    [
      'turnDetection: theirs',
      '6:18 "openaiRealtime.turnDetection" is "theirs"; it must be session or provider. Known are session, provider.',
    ],
    [
      'providerVad: { type: server_vad }',
      '6:16 nothing is left to the provider that this could say more of. Add "turnDetection: provider".',
    ],
    [
      'turnDetection: provider\n  providerVad: { type: energy }',
      '7:24 "openaiRealtime.providerVad.type" is "energy"; it must be server_vad or semantic_vad. Known are server_vad, semantic_vad.',
    ],
    [
      'turnDetection: provider\n  providerVad: { type: semantic_vad, eagerness: eager }',
      '7:49 "openaiRealtime.providerVad.eagerness" is "eager"; it must be low or medium or high or auto. Known are low, medium, high, auto.',
    ],
    [
      'turnDetection: provider\n  providerVad: { type: semantic_vad, silenceDurationMs: 500 }',
      '7:38 unknown key "silenceDurationMs". Known are type, eagerness.',
    ],
    [
      'turnDetection: provider\n  providerVad: { type: server_vad, silenceDurationMs: 10 }',
      '7:55 "openaiRealtime.providerVad.silenceDurationMs" is 10; the least is 50. Change it or remove it.',
    ],
    [
      'transcriptionLanguage: english',
      '6:26 "openaiRealtime.transcriptionLanguage" is "english", which cannot be. Write a language by its two letters, such as en.',
    ],
    [
      'prices: { audioInput: -1 }',
      '6:25 "openaiRealtime.prices.audioInput" is -1; the least is 0. Change it or remove it.',
    ],
  ])('refuses "%s"', async (line, fault) => {
    const told = await faults(`${REALTIME_AGENT}openaiRealtime:\n  ${line}\n`, {
      OPENAI_API_KEY: 'k',
    });
    expect(told).toEqual([`agent.yaml:${fault}`]);
  });
});
