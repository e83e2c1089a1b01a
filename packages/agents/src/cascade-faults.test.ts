import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentFolderError } from './agent-folder-error.ts';
import type { KnownProviders } from './cascade-faults.ts';
import { loadAgentFolder } from './load-agent-folder.ts';
import { emptyDirectory, faultLines, PLAIN_AGENT, writtenFolder } from './written-folder.ts';

const CASCADE_AGENT = PLAIN_AGENT.replace('embedded', 'cascade');

const OPENAI = { address: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY' };
const PROVIDERS: KnownProviders = {
  speechToText: {
    embedded: null,
    scribe: { address: 'wss://host/v1', keyVariable: 'OPENAI_API_KEY' },
  },
  languageModel: { embedded: null, openai: { ...OPENAI, needsModel: true } },
  textToSpeech: {
    embedded: null,
    openai: OPENAI,
    cartesia: { address: 'wss://api.cartesia.ai/tts/websocket', keyVariable: 'CARTESIA_API_KEY' },
  },
};

const MODEL = 'provider: openai, model: gpt-mini';

let directory = '';

beforeEach(async () => {
  directory = await emptyDirectory();
});

afterEach(() => rm(directory, { recursive: true }));

async function load(yaml: string, variables: Readonly<Record<string, string>> = {}) {
  const folder = await writtenFolder({ 'agent.yaml': yaml }, { directory });
  const options = { cascadeProviders: PROVIDERS, variables: (name: string) => variables[name] };
  return loadAgentFolder(folder, options);
}

async function faults(yaml: string, variables?: Readonly<Record<string, string>>) {
  const error = await load(yaml, variables).catch((thrown: unknown) => thrown);
  return faultLines(error as AgentFolderError, `${directory}/hello`);
}

describe('an agent with the pipeline cascade', () => {
  it('has everything embedded unless it says otherwise', async () => {
    const { definition } = await load(CASCADE_AGENT);
    expect(definition.cascade).toEqual({
      speechToText: { provider: 'embedded' },
      languageModel: { provider: 'embedded' },
      textToSpeech: { provider: 'embedded' },
    });
  });

  it('says who serves it, and keeps the key out', async () => {
    const { definition } = await load(
      `${CASCADE_AGENT}cascade:
  languageModel:
    provider: openai
    url: https://acme.openai.azure.com/openai/deployments/support
    model: support
    apiKeyVariable: AZURE_KEY
    apiKeyHeader: api-key
    apiVersion: 2025-03-01-preview
    prices: { textInput: 0.4, cachedTextInput: 0.1, textOutput: 1.6 }
  textToSpeech: { provider: cartesia, voice: katie, prices: { characters: 38 } }
`,
      { AZURE_KEY: 'k-secret', CARTESIA_API_KEY: 'k-secret' },
    );
    expect(definition.cascade).toEqual({
      speechToText: { provider: 'embedded' },
      languageModel: {
        provider: 'openai',
        url: 'https://acme.openai.azure.com/openai/deployments/support',
        model: 'support',
        apiKeyVariable: 'AZURE_KEY',
        apiKeyHeader: 'api-key',
        apiVersion: '2025-03-01-preview',
        prices: { textInput: 0.4, cachedTextInput: 0.1, textOutput: 1.6 },
      },
      textToSpeech: { provider: 'cartesia', voice: 'katie', prices: { characters: 38 } },
    });
    expect(JSON.stringify(definition)).not.toContain('k-secret');
  });

  it('needs the key of a provider, and of another server only the one it names', async () => {
    const advice =
      'is not set. Set it to the key of the provider before the start, or name another variable.';
    const written = (model: string) => `${CASCADE_AGENT}cascade:\n  languageModel: { ${model} }\n`;
    expect(await faults(written(MODEL))).toEqual([
      `agent.yaml:6:30 the environment variable OPENAI_API_KEY ${advice}`,
    ]);
    const local = `${MODEL}, url: http://127.0.0.1:11434/v1`;
    expect((await load(written(local))).definition.cascade?.languageModel.url).toContain('11434');
    expect(await faults(written(`${local}, apiKeyVariable: MY_KEY`))).toEqual([
      `agent.yaml:6:103 the environment variable MY_KEY ${advice}`,
    ]);
  });

  it('needs no key where another pipeline answers, and is checked all the same', async () => {
    const services = `cascade:\n  languageModel: { ${MODEL}, url: nowhere }\n`;
    expect(await faults(`${PLAIN_AGENT}${services}`)).toEqual([
      'agent.yaml:6:60 "nowhere" is no address. Write the whole address, such as https://api.openai.com/v1.',
    ]);
  });

  it.each([
    [
      'languageModel: { provider: opanai }',
      '6:30 there is no provider "opanai" of languageModel. Did you mean "openai"?',
    ],
    [
      'speechToText: { provider: openai }',
      '6:29 there is no provider "openai" of speechToText. Known are embedded, scribe.',
    ],
    [
      'languageModel: { provider: openai }',
      '6:30 its model is missing. Add "model": the name the provider has for it, or an Azure deployment.',
    ],
    [
      `languageModel: { ${MODEL}, apiKey: sk-secret }`,
      '6:55 unknown key "apiKey". Known are provider, url, model, apiKeyVariable, apiKeyHeader, apiVersion, prices, fallback, budgetMs, breaker, hedges.',
    ],
    [
      `languageModel: { ${MODEL}, breaker: { failures: 0 } }`,
      '6:76 "cascade.languageModel.breaker.failures" is 0; the least is 1. Change it or remove it.',
    ],
    [
      `languageModel: { ${MODEL}, apiKeyVariable: sk-secret }`,
      '6:71 what stands here is no name of a variable. Write a name of capitals, digits and underscores, never the key itself.',
    ],
    [
      `languageModel: { ${MODEL}, url: wss://host/v1 }`,
      '6:60 "wss:" is not how it is reached. Write the whole address, such as https://api.openai.com/v1.',
    ],
    [
      'textToSpeech: { provider: cartesia, url: https://host/tts }',
      '6:44 "https:" is not how it is reached. Write the whole address, such as wss://api.cartesia.ai/tts/websocket.',
    ],
    [
      `languageModel: { ${MODEL}, url: https://me:pw@host/v1 }`,
      '6:60 the address holds a name or a password. Put the key into a variable, and its name into apiKeyVariable.',
    ],
    [
      `languageModel: { ${MODEL}, url: https://host/v1#part }`,
      '6:60 "#part" is never sent to a server. Remove it.',
    ],
    [
      `languageModel: { ${MODEL}, apiVersion: a b }`,
      '6:67 "cascade.languageModel.apiVersion" is "a b", which cannot be. Write a version such as 2025-03-01-preview.',
    ],
    [
      'speechToText: { language: english }',
      '6:29 "cascade.speechToText.language" is "english", which cannot be. Write a language by its two letters, such as en.',
    ],
    [
      `languageModel: { ${MODEL}, fallback: [{ provider: opanai }] }`,
      '6:78 there is no provider "opanai" of languageModel. Did you mean "openai"?',
    ],
    [
      `languageModel: { ${MODEL}, fallback: [{ ${MODEL}, apiKeyVariable: THEIR_KEY }] }`,
      '6:119 the environment variable THEIR_KEY is not set. Set it to the key of the provider before the start, or name another variable.',
    ],
    [
      'textToSpeech: { provider: cartesia, prices: {} }',
      '6:39 "cascade.textToSpeech.prices.characters" is missing. Add "characters": the dollars for a million of them.',
    ],
    [
      'textToSpeech: { prices: { characters: 15 } }',
      '6:19 the provider "embedded" runs in the server and has no "prices". Remove it, or name another provider.',
    ],
    [
      'speechToText: { provider: scribe, finalizesPauses: true }',
      '6:37 this provider makes words final at the end of a turn only. Remove it, or name the provider deepgram.',
    ],
    [
      'speechToText: { finalizesPauses: true }',
      '6:19 the provider "embedded" runs in the server and has no "finalizesPauses". Remove it, or name another provider.',
    ],
    [
      'textToSpeech: { voice: alloy }',
      '6:19 the provider "embedded" runs in the server and has no "voice". Remove it, or name another provider.',
    ],
  ])('refuses "%s"', async (line, fault) => {
    const told = await faults(`${CASCADE_AGENT}cascade:\n  ${line}\n`, {
      OPENAI_API_KEY: 'k',
      CARTESIA_API_KEY: 'k',
    });
    expect(told).toContain(`agent.yaml:${fault}`);
  });
});

describe('a budget and its fallbacks', () => {
  const withBudget = (service: string, budgetMs: number, others: number) =>
    faults(
      `${CASCADE_AGENT}cascade:\n  ${service}: { budgetMs: ${budgetMs}, fallback: [${Array.from({ length: others }, () => '{ provider: embedded }').join(', ')}] }\n`,
    );

  it.each([
    ['speechToText', 1_334, 1_333, 4_000],
    ['languageModel', 2_001, 2_000, 6_000],
    ['textToSpeech', 1_001, 1_000, 3_000],
  ])('of %s are refused where a caller would not bear the wait', async (...row) => {
    const [service, budgetMs, least, most] = row;
    expect(await withBudget(service, budgetMs, 3)).toEqual([
      expect.stringContaining(
        `with ${budgetMs} ms for each before it, the last of 4 is asked after ${3 * budgetMs} ms, and nobody bears more than ${most} ms. Use ${least} at most, or fewer fallbacks.`,
      ),
    ]);
  });
});
