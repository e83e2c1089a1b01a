import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MailServer } from '@antiphon/tools/testing';
import { Microphone } from '../microphone.ts';
import { startStockServer } from '../stock-server.ts';
import type { StockServer } from '../stock-server.ts';
import { TestClient } from '../test-client.ts';
import { TraceCollector } from '../trace-collector.ts';
import { AGENTS, copyWithPipeline, ORIGINAL, writeAgent } from './agent-copies.ts';
import { callByCommandLine } from './command-line-caller.ts';
import { CountingClock } from './counting-clock.ts';
import { EngineCall } from './engine-call.ts';
import { startCascadeModel } from './local-cascade.ts';
import type { LocalCascade } from './local-cascade.ts';
import { startGeminiModel } from './local-gemini-model.ts';
import type { LocalGeminiModel } from './local-gemini-model.ts';
import { isOver, NOTHING, recordedEvents, startChainedModel } from './local-models.ts';
import type { ChainedModel, LocalModel } from './local-models.ts';
import { LocalParts } from './local-parts.ts';

/** The engines that hold whole conversations. */
export const ENGINES = ['embedded', 'openai-realtime', 'cascade', 'gemini-live'] as const;
export type EngineName = (typeof ENGINES)[number];

/** What stands behind each of them. */
interface Models extends Readonly<Record<EngineName, LocalModel>> {
  readonly 'openai-realtime': ChainedModel;
  readonly cascade: LocalCascade;
  readonly 'gemini-live': LocalGeminiModel;
}

interface TrialParts extends Pick<EngineTrial, 'models' | 'server' | 'mails' | 'traces' | 'clock'> {
  readonly folder: string;
  readonly closings: (() => Promise<void>)[];
}

/** A recording is complete this soon after its session. */
const POLL_MS = 50;

/**
 * One server with one agent for each engine, all copies of one folder with another `pipeline` line,
 * and everything that stands behind the engines and the agent, on this machine.
 */
export class EngineTrial {
  readonly models: Models;
  readonly server: StockServer;
  readonly mails: MailServer;
  /** The server's, of every turn. */
  readonly traces: TraceCollector;
  /** The server's. */
  readonly clock: CountingClock;
  readonly #folder: string;
  readonly #closings: (() => Promise<void>)[];

  private constructor(parts: TrialParts) {
    this.models = parts.models;
    this.server = parts.server;
    this.mails = parts.mails;
    this.traces = parts.traces;
    this.clock = parts.clock;
    this.#folder = parts.folder;
    this.#closings = parts.closings;
  }

  static async start(): Promise<EngineTrial> {
    const closings: (() => Promise<void>)[] = [];
    try {
      const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-engines-'));
      closings.push(() => rm(folder, { recursive: true }));
      // Tools are ES modules wherever they lie.
      await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
      const mails = await MailServer.start();
      closings.push(() => mails.close());
      const traces = await TraceCollector.start();
      closings.push(() => traces.close());
      const models = await startModels(path.join(folder, 'chained'), closings);
      const all = Object.values(models);
      const original = path.join(folder, 'original');
      writeAgent(original, all.map(({ section }) => section).join(''));
      for (const engine of ENGINES) {
        copyWithPipeline(original, path.join(folder, 'agents', agentOf(engine)), engine);
      }
      const clock = new CountingClock();
      const server = await startStockServer({
        clock,
        settings: {
          ANTIPHON_AGENTS_DIR: path.join(folder, 'agents'),
          ANTIPHON_DATA_DIR: path.join(folder, 'data'),
          SMTP_URL: mails.url,
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces.url,
          SMTP_FROM: 'help@example.com',
          ...Object.assign({}, ...all.map(({ settings }) => settings)),
        },
      });
      closings.push(() => server.close());
      return new EngineTrial({ models, server, mails, traces, clock, folder, closings });
    } catch (error) {
      await closeAll(closings);
      throw error;
    }
  }

  /** The folder of an engine's agent. */
  folderOf(engine: EngineName): string {
    return path.join(this.#folder, 'agents', agentOf(engine));
  }

  /** Holds a whole conversation with the agent of an engine; resolves when all is recorded. */
  async call(engine: EngineName): Promise<EngineCall> {
    const told = await callByCommandLine({
      server: this.server,
      agent: agentOf(engine),
      scenario: `${ORIGINAL}/whole-call`,
      wav: path.join(this.#folder, `${engine}.wav`),
    });
    const recording = path.join(this.#folder, 'data', 'recordings', told.sessionId);
    for (;;) {
      const events = await recordedEvents(recording);
      if (isOver(events)) return new EngineCall(told, events);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Calls the agent of an engine, talks over its greeting, and hangs up on the first sound of the answer. */
  async hangUpOnAnswer(engine: EngineName): Promise<void> {
    await this.#ask(engine, async (client) => {
      const committed = await client.message('input_audio_buffer.committed');
      const before = client.messages.indexOf(committed);
      await client.message(
        (message) =>
          message.type === 'response.output_audio.delta' &&
          client.messages.indexOf(message) > before,
      );
    });
  }

  /** The same, but turns end by the words, and the whole answer is made before it hangs up. */
  async askBySemantics(engine: EngineName): Promise<void> {
    const turn_detection = { type: 'semantic_vad' };
    const audio = { input: { turn_detection } };
    await this.#ask(
      engine,
      async (client) => {
        await client.message('input_audio_buffer.committed');
        await client.message(
          ({ type, transcript }) =>
            type === 'response.output_audio_transcript.done' &&
            String(transcript).includes('order number'),
        );
      },
      { type: 'session.update', session: { type: 'realtime', audio } },
    );
  }

  /** Calls, says something over the greeting, and hangs up once that has come that is waited for. */
  async #ask(
    engine: EngineName,
    waitedFor: (client: TestClient) => Promise<void>,
    update: Record<string, unknown> | null = null,
  ): Promise<void> {
    const { realtimeUrl, key } = this.server;
    const client = await TestClient.open(`${realtimeUrl}?agent=${agentOf(engine)}`, { key });
    if (update) client.send(update);
    const microphone = new Microphone((frame) =>
      client.send({
        type: 'input_audio_buffer.append',
        audio: Buffer.from(frame.buffer).toString('base64'),
      }),
    );
    try {
      await client.message('response.done');
      await microphone.speak('check-on-an-order');
      await waitedFor(client);
    } finally {
      microphone.close();
      client.socket.terminate();
      await client.closed;
    }
  }

  /** Ends the server; how many connections to models it leaves. */
  async endServer(): Promise<number> {
    await this.#closings.pop()?.();
    const models = Object.values(this.models);
    const counts = await Promise.all(models.map((model) => model.connections()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Ends all that is left. */
  close(): Promise<void> {
    return closeAll(this.#closings);
  }
}

/** The name of an engine's agent. */
function agentOf(engine: EngineName): string {
  return `acme-${engine}`;
}

async function startModels(dataDir: string, closings: (() => Promise<void>)[]): Promise<Models> {
  const chained = await startChainedModel(ORIGINAL, dataDir);
  closings.push(() => chained.close());
  const parts = await LocalParts.start(AGENTS, ORIGINAL);
  closings.push(() => parts.close());
  const cascade = await startCascadeModel(parts);
  closings.push(() => cascade.close());
  const gemini = await startGeminiModel(parts);
  closings.push(() => gemini.close());
  return { embedded: NOTHING, 'openai-realtime': chained, cascade, 'gemini-live': gemini };
}

async function closeAll(closings: (() => Promise<void>)[]): Promise<void> {
  for (const close of closings.splice(0).toReversed()) await close();
}
