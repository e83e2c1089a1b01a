import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAgents } from '@antiphon/agents';
import { CircuitBreakers } from '@antiphon/pipelines';
import { engineModel, GEMINI_KEY, LocalGemini } from '@antiphon/pipelines/testing';
import { systemClock } from '@antiphon/session';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCascadePipeline } from './cascade-pipeline.ts';
import type { CascadePipeline } from './cascade-pipeline.ts';
import { Microphone } from './testing/microphone.ts';
import { startStockServer } from './testing/stock-server.ts';
import type { StockServer } from './testing/stock-server.ts';
import { TestClient } from './testing/test-client.ts';

const AGENTS = fileURLToPath(new URL('../agents', import.meta.url));

/** In real time; each answer comes within seconds. */
const LIMIT_MS = 90_000;

let folder = '';
/** What the model hears, thinks and speaks with. */
let embedded: CascadePipeline;
let upstream: LocalGemini;
let server: StockServer;
let microphone: Microphone;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-gemini-'));
  const { definition } = (await loadAgents(AGENTS)).get('acme-support')!;
  embedded = await openCascadePipeline([definition], {
    agents: new Map([[definition.name, definition]]),
    clock: systemClock,
    breakers: new CircuitBreakers({ clock: systemClock }),
    log: pino({ level: 'silent' }),
    variables: () => undefined,
    maxSessions: 4,
    onProgress: () => {},
    onFailure: (_what, error) => {
      throw error;
    },
  });
  upstream = await LocalGemini.start(engineModel(embedded.engineOf(definition), definition.config));
  cpSync(path.join(AGENTS, 'acme-support'), path.join(folder, 'acme-support'), { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  const file = path.join(folder, 'acme-support', 'agent.yaml');
  const yaml = readFileSync(file, 'utf8').replace('pipeline: embedded', 'pipeline: gemini-live');
  writeFileSync(file, `${yaml}geminiLive:\n  url: ${upstream.settings.url}\n`);
  server = await startStockServer({
    settings: { ANTIPHON_AGENTS_DIR: folder, GEMINI_API_KEY: GEMINI_KEY },
  });
}, LIMIT_MS);

afterEach(async () => {
  microphone.close();
  await server.close();
  expect(upstream.open).toBe(0);
  await upstream.close();
  await embedded.close();
  await rm(folder, { recursive: true });
});

it(
  'an agent whose model is a Gemini Live service looks up an order and tells of it',
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
    expect(upstream.connections.flatMap(({ faults }) => faults)).toEqual([]);
    await client.close();
  },
);
