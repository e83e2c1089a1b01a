import { TestClient } from './test-client.ts';
import type { Message } from './test-client.ts';

/** Realtime audio: 24 kHz, 16 bits, sent in frames of 20 ms. */
const RATE = 24_000;
const FRAME_MS = 20;

/** The caller says something for most of a second, every four seconds. */
const CYCLE_MS = 4_000;
const SPEECH_FROM_MS = 300;
const SPEECH_TO_MS = 1_100;

const SILENCE = frame(() => 0);
const SOUND = frame((sample) => 8_000 * Math.sin((2 * Math.PI * 200 * sample) / RATE));

/** One turn of the caller and what it was answered. */
export interface AnsweredTurn {
  /** Where the turn lies in all audio that was sent. */
  readonly startMs: number;
  readonly endMs: number;
  readonly status: string;
  readonly transcript: string;
  /** The answer's audio, as its deltas came. */
  readonly audio: Buffer;
}

/** A caller who speaks in real time, without a gap, and is answered turn by turn. */
export class SteadyCall {
  static readonly cycleMs = CYCLE_MS;
  readonly client: TestClient;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAtMs = performance.now();
  #frames = 0;

  private constructor(client: TestClient) {
    this.client = client;
    this.#timer = setInterval(() => this.#speak(), FRAME_MS / 2);
  }

  static async open(url: string, key: string): Promise<SteadyCall> {
    const client = await TestClient.open(url, { key });
    await client.message('session.created');
    return new SteadyCall(client);
  }

  /** Resolves when so many turns were answered to the end. */
  async answered(count: number): Promise<void> {
    const done = ({ type }: Message) => type === 'response.done';
    await this.client.message(() => this.client.messages.filter(done).length >= count);
  }

  /** The turns that were answered so far. */
  get turns(): AnsweredTurn[] {
    const { messages } = this.client;
    const startsMs = messages.filter(({ type }) => type === 'input_audio_buffer.speech_started');
    const endsMs = messages.filter(({ type }) => type === 'input_audio_buffer.speech_stopped');
    return messages
      .filter(({ type }) => type === 'response.done')
      .map(({ response }, index) => {
        const { id, status } = response as { id: string; status: string };
        const parts = messages.filter((message) => message['response_id'] === id);
        const deltas = parts.filter(({ type }) => type === 'response.output_audio.delta');
        const words = parts.find(({ type }) => type === 'response.output_audio_transcript.done');
        return {
          startMs: Number(startsMs[index]?.['audio_start_ms']),
          endMs: Number(endsMs[index]?.['audio_end_ms']),
          status,
          transcript: String(words?.['transcript']),
          audio: Buffer.concat(deltas.map(({ delta }) => Buffer.from(String(delta), 'base64'))),
        };
      });
  }

  /** Hangs up; how the connection was closed. */
  async hangUp(): Promise<{ readonly code: number; readonly reason: string }> {
    clearInterval(this.#timer);
    return this.client.close();
  }

  #speak(): void {
    while (this.#frames * FRAME_MS <= performance.now() - this.#startedAtMs) {
      const atMs = (this.#frames * FRAME_MS) % CYCLE_MS;
      const audio = atMs >= SPEECH_FROM_MS && atMs < SPEECH_TO_MS ? SOUND : SILENCE;
      this.client.send({ type: 'input_audio_buffer.append', audio });
      this.#frames += 1;
    }
  }
}

function frame(sampleAt: (sample: number) => number): string {
  const length = (RATE * FRAME_MS) / 1000;
  const pcm = Int16Array.from({ length }, (_, sample) => Math.round(sampleAt(sample)));
  return Buffer.from(pcm.buffer).toString('base64');
}
