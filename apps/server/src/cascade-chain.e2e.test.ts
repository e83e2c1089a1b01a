import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAgents } from '@antiphon/agents';
import { FliteTextToSpeech, ScriptedLanguageModel } from '@antiphon/pipelines';
import {
  answersOf,
  CHAT_KEY,
  embeddedVoice,
  LocalChatServer,
  LocalOpenaiSpeechServer,
  OPENAI_SPEECH_KEY,
} from '@antiphon/pipelines/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Microphone } from './testing/microphone.ts';
import { startStockServer } from './testing/stock-server.ts';
import type { StockServer } from './testing/stock-server.ts';
import { TestClient } from './testing/test-client.ts';
import type { Message } from './testing/test-client.ts';

const AGENTS = fileURLToPath(new URL('../agents', import.meta.url));

/** In real time; each answer comes within seconds. */
const LIMIT_MS = 90_000;

let folder = '';
/** The language model, which follows the agent's script behind the API of chat completions. */
let chat: LocalChatServer;
/** The synthesizer, which speaks with the embedded voice behind the API of OpenAI's speech. */
let speech: LocalOpenaiSpeechServer;
let flite: FliteTextToSpeech;
let server: StockServer;
let microphone: Microphone;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-cascade-'));
  cpSync(path.join(AGENTS, 'acme-support'), path.join(folder, 'acme-support'), { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  const agents = await loadAgents(folder);
  const dialogue = agents.get('acme-support')?.definition.dialogue;
  if (!dialogue) throw new Error('The agent has no script.');
  chat = await LocalChatServer.start({ answer: answersOf(new ScriptedLanguageModel(dialogue)) });
  flite = await FliteTextToSpeech.start();
  speech = await LocalOpenaiSpeechServer.start({ voice: embeddedVoice(flite, 'slt') });
  const file = path.join(folder, 'acme-support', 'agent.yaml');
  const yaml = readFileSync(file, 'utf8').replace('pipeline: embedded', 'pipeline: cascade');
  const at = (url: string, variable: string): string =>
    `provider: openai, url: '${url}', apiKeyVariable: ${variable}`;
  const services = [
    'cascade:',
    `  languageModel: { ${at(chat.url, 'CHAT_KEY')}, model: local-chat }`,
    `  textToSpeech: { ${at(speech.url, 'SPEECH_KEY')}, voice: marin }`,
  ];
  writeFileSync(file, `${yaml}${services.join('\n')}\n`);
  server = await startStockServer({
    settings: { ANTIPHON_AGENTS_DIR: folder, CHAT_KEY, SPEECH_KEY: OPENAI_SPEECH_KEY },
  });
}, LIMIT_MS);

afterEach(async () => {
  microphone.close();
  await server.close();
  // No connection outlives the server.
  await expect.poll(() => chat.http.open + speech.http.open).toBe(0);
  await chat.close();
  await speech.close();
  await flite.close();
  await rm(folder, { recursive: true });
});

it(
  'an agent with a hosted model and a hosted voice looks up an order and tells of it',
  { timeout: LIMIT_MS },
  async () => {
    const client = await TestClient.open(`${server.realtimeUrl}?agent=acme-support`, {
      key: server.key,
    });
    microphone = new Microphone((frame) =>
      client.send({
        type: 'input_audio_buffer.append',
        audio: Buffer.from(frame.buffer).toString('base64'),
      }),
    );
    const said = (): string[] =>
      client.messages.flatMap((message) =>
        message.type === 'response.output_audio_transcript.done'
          ? [String(message['transcript'])]
          : [],
      );
    const saysNext = async (pattern: RegExp): Promise<void> => {
      await client.message(() => said().some((text) => pattern.test(text)));
    };
    await saysNext(/What can I do for you/u);
    await microphone.speak('check-on-an-order');
    await saysNext(/order number/iu);
    await microphone.speak('four-four-seven-one');
    await saysNext(/shipped|delivery|deliver/iu);
    const heard = client.messages
      .filter(({ type }) => type === 'conversation.item.input_audio_transcription.completed')
      .map((message: Message) => String(message['transcript']));
    expect(heard.join(' | ')).toMatch(/order.*four four seven one/u);
    const items = client.messages
      .filter(({ type }) => type === 'conversation.item.done')
      .map(({ item }) => item as { type: string; name?: string; output?: string });
    expect(items.filter(({ type }) => type === 'function_call').map(({ name }) => name)).toEqual([
      'lookup_order',
    ]);
    expect(items.find(({ type }) => type === 'function_call_output')?.output).toContain('4471');
    const failed = client.messages.filter(
      ({ type, response }) =>
        type === 'error' || (response as { status?: string } | undefined)?.status === 'failed',
    );
    expect(failed).toEqual([]);
    // The model was told what the tool answered, after the call that it had made.
    const { messages } = chat.last.body;
    expect(messages.map(({ role }) => role).slice(-2)).toEqual(['assistant', 'tool']);
    await client.close();
  },
);
