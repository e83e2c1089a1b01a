import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
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
/** The model: our own server, with everything embedded. */
let upstream: StockServer;
/** The server that callers reach. */
let server: StockServer;
let microphone: Microphone;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-chain-'));
  upstream = await startStockServer({ settings: { ANTIPHON_API_KEYS: 'sk-upstream' } });
}, LIMIT_MS);

/** Starts the server whose agent has these options of its model besides its address. */
async function startServer(options: string): Promise<void> {
  cpSync(path.join(AGENTS, 'acme-support'), path.join(folder, 'acme-support'), { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  const file = path.join(folder, 'acme-support', 'agent.yaml');
  const yaml = readFileSync(file, 'utf8').replace(
    'pipeline: embedded',
    'pipeline: openai-realtime',
  );
  const model = `openaiRealtime:\n  url: ${upstream.realtimeUrl}\n  model: acme-support\n`;
  writeFileSync(file, `${yaml}${model}${options}`);
  server = await startStockServer({
    settings: { ANTIPHON_AGENTS_DIR: folder, OPENAI_API_KEY: 'sk-upstream' },
  });
}

afterEach(async () => {
  microphone.close();
  await server.close();
  await upstream.close();
  await rm(folder, { recursive: true });
});

it.each([
  ['finding the turns itself', ''],
  [
    'which finds the turns by server_vad',
    '  turnDetection: provider\n  providerVad: { type: server_vad }\n',
  ],
  [
    'which finds the turns by semantic_vad',
    '  turnDetection: provider\n  providerVad: { type: semantic_vad, eagerness: high }\n',
  ],
])(
  'an agent whose model is another server of ours, %s, looks up an order and tells of it',
  { timeout: LIMIT_MS },
  async (_case, options) => {
    await startServer(options);
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
    await client.close();
  },
);
