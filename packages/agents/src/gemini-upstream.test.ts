import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentFolderError } from './agent-folder-error.ts';
import { loadAgentFolder } from './load-agent-folder.ts';
import { emptyDirectory, faultLines, PLAIN_AGENT, writtenFolder } from './written-folder.ts';

const GEMINI_AGENT = PLAIN_AGENT.replace('embedded', 'gemini-live');

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

describe('an agent with the pipeline gemini-live', () => {
  it('needs nothing but that line and the key in the environment', async () => {
    const { definition } = await load(GEMINI_AGENT, { GEMINI_API_KEY: 'AIza-secret' });
    expect(definition.pipeline).toBe('gemini-live');
    expect(definition.geminiLive).toEqual({
      model: 'gemini-3.8-live',
      apiKeyVariable: 'GEMINI_API_KEY',
      wordTimes: 'aligned',
    });
    expect(definition.openaiRealtime).toBeUndefined();
    expect(JSON.stringify(definition)).not.toContain('AIza-secret');
  });

  it('says what its model is', async () => {
    const yaml = `${GEMINI_AGENT}geminiLive:
  url: wss://example.com/live
  model: gemini-2.5-flash-native-audio-preview-12-2025
  apiKeyVariable: MY_KEY
  voice: Kore
  language: en-US
  wordTimes: none
  prices: { audioInput: 3, audioOutput: 12 }
`;
    const { definition } = await load(yaml, { MY_KEY: 'k' });
    expect(definition.geminiLive).toEqual({
      url: 'wss://example.com/live',
      model: 'gemini-2.5-flash-native-audio-preview-12-2025',
      apiKeyVariable: 'MY_KEY',
      voice: 'Kore',
      language: 'en-US',
      wordTimes: 'none',
      prices: { audioInput: 3, audioOutput: 12 },
    });
  });

  it('is told where a key is missing, by the line that asks for it', async () => {
    expect(await faults(GEMINI_AGENT)).toEqual([
      'agent.yaml:2:11 the environment variable GEMINI_API_KEY is not set. Set it to the key of the model before the start, or name another variable.',
    ]);
  });

  it.each([
    [
      'apiKey: AIza-secret',
      '6:3 unknown key "apiKey". Known are url, model, apiKeyVariable, voice, language, wordTimes, prices.',
    ],
    [
      'apiKeyVariable: AIza-secret',
      '6:19 what stands here is no name of a variable. Write a name of capitals, digits and underscores, never the key itself.',
    ],
    [
      'url: wss://example.com/live?key=AIza-secret',
      '6:8 the address holds a key. Put the key into a variable, and its name into apiKeyVariable.',
    ],
    [
      'url: https://example.com/live',
      '6:8 "https:" is no WebSocket address. Write the whole address, such as wss://generativelanguage.googleapis.com/ws/...BidiGenerateContent.',
    ],
    [
      'language: english',
      '6:13 "geminiLive.language" is "english", which cannot be. Write a language as BCP-47 has it, such as en-US.',
    ],
  ])('refuses "%s"', async (line, fault) => {
    const told = await faults(`${GEMINI_AGENT}geminiLive:\n  ${line}\n`, { GEMINI_API_KEY: 'k' });
    expect(told).toEqual([`agent.yaml:${fault}`]);
  });
});
