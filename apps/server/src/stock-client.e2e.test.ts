import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Framer, readWav, StreamingResampler } from '@antiphon/audio';
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import type { RealtimeItem } from '@openai/agents-realtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { startServer } from './server.ts';
import type { RunningServer } from './server.ts';

/** Recorded callers, 8 kHz µ-law. */
const CLIPS = new URL('../../cli/scenarios/acme-support/audio/rms/', import.meta.url);

/** The client's default: 24 kHz PCM, in frames of 20 ms. */
const FRAME_SAMPLES = 480;

let folder: string;
let server: RunningServer;
let session: RealtimeSession;
let microphone: Microphone;
let errors: unknown[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-stock-'));
  const env = { ANTIPHON_PORT: '0', ANTIPHON_DATA_DIR: folder, ANTIPHON_LOG_LEVEL: 'silent' };
  server = await startServer(readConfig({ env, workingDir: folder }));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

afterEach(() => {
  microphone.close();
  session.close();
  expect(errors).toEqual([]);
});

/** Sends sound in real time without a gap: silence, and clips when they are spoken. */
class Microphone {
  readonly #queue: Int16Array[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #startedAtMs = performance.now();
  #sent = 0;

  constructor(send: (audio: ArrayBuffer) => void) {
    this.#timer = setInterval(() => {
      while (this.#sent * 20 <= performance.now() - this.#startedAtMs) {
        const frame = this.#queue.shift() ?? new Int16Array(FRAME_SAMPLES);
        send(frame.slice().buffer);
        this.#sent += 1;
      }
    }, 10);
  }

  async speak(clip: string): Promise<void> {
    const { pcm } = readWav(await readFile(new URL(`${clip}.wav`, CLIPS)));
    const sound = new StreamingResampler(8000, 24_000).process(pcm);
    new Framer(FRAME_SAMPLES).push(sound, (frame) => this.#queue.push(frame.slice()));
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

async function connect(tools: ReturnType<typeof tool>[] = []): Promise<void> {
  errors = [];
  const agent = new RealtimeAgent({ name: 'caller', instructions: 'Be kind.', tools });
  session = new RealtimeSession(agent, {
    transport: 'websocket',
    model: 'acme-support',
    tracingDisabled: true,
    config: {
      audio: { input: { turnDetection: { type: 'server_vad', silenceDurationMs: 400 } } },
    },
  });
  session.on('error', (error) => errors.push(error));
  const url = `${server.url.replace('http', 'ws')}/v1/realtime?model=acme-support`;
  await session.connect({ apiKey: server.key, url });
  microphone = new Microphone((audio) => session.sendAudio(audio));
}

/** What the unmodified client believes was said, by role, oldest first. */
function said(role: 'user' | 'assistant'): string[] {
  return session.history.flatMap((item: RealtimeItem) => {
    if (item.type !== 'message' || item.role !== role) return [];
    const [part] = item.content;
    if (!part) return [];
    return ['transcript' in part ? (part.transcript ?? '') : 'text' in part ? part.text : ''];
  });
}

type Emitter = {
  on(name: string, listener: () => void): unknown;
  off(name: string, listener: () => void): unknown;
};

/** Resolves once the client's history fits; the test's time limit is the limit. */
function until(fits: () => boolean): Promise<void> {
  const emitter = session as unknown as Emitter;
  return new Promise((resolve) => {
    const look = (): void => {
      if (!fits()) return;
      emitter.off('history_updated', look);
      resolve();
    };
    emitter.on('history_updated', look);
    look();
  });
}

describe('an unchanged @openai/agents-realtime on the embedded pipeline', () => {
  it('holds a text turn', async () => {
    await connect();
    let audioBytes = 0;
    session.on('audio', ({ data }) => (audioBytes += data.byteLength));
    session.sendMessage("Hi, I'd like to check on an order.");
    await until(() => said('assistant').some((text) => text.includes('order number?')));
    expect(audioBytes).toBeGreaterThan(24_000);
    expect(audioBytes % 2).toBe(0);
  });

  it('runs its own tool when the caller’s words ask for it', async () => {
    const asked: unknown[] = [];
    const lookup = tool({
      name: 'lookup_order',
      description: 'Finds an order by its number.',
      parameters: {
        type: 'object',
        properties: { order_id: { type: 'string' } },
        required: ['order_id'],
        additionalProperties: false,
      },
      strict: true,
      execute: (input) => {
        asked.push(input);
        return '{"order_id":"4471","status":"shipped","expected_delivery":"May 2"}';
      },
    });
    await connect([lookup]);
    session.sendMessage('where is my order');
    await until(() => said('assistant').some((text) => text.includes('order number?')));
    await microphone.speak('four-four-seven-one');
    await until(() => said('assistant').some((text) => text.includes('May 2')));
    expect(asked).toEqual([{ order_id: '4471' }]);
  });

  it('is interrupted by recorded speech and then shows only what was heard', async () => {
    await connect();
    session.sendMessage('where is order 4471');
    await until(() => said('assistant').some((text) => text.includes('tracking shows?')));
    // The words are there before their sound; the caller listens for a while before cutting in.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await microphone.speak('cancel-and-reorder');
    await new Promise<void>((resolve) => session.on('audio_interrupted', () => resolve()));
    await until(() => !said('assistant').some((text) => text.includes('tracking shows?')));
    const cut = said('assistant').find((text) => text.startsWith('Order 4471'));
    expect('Order 4471 has shipped and should arrive on April 25.').toContain(cut ?? 'nothing');
    await until(() => said('assistant').some((text) => text.includes('billing')));
    expect(said('user').at(-1)).toBe(
      'wait can you cancel that one and reorder it with overnight shipping',
    );
  });
});
