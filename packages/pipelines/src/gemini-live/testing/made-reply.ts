import { setImmediate } from 'node:timers/promises';
import { pcm16ToBytes } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import { countingSound } from '../../upstream/testing/counting-sound.ts';
import type { WireServerMessage } from '../wire-types.ts';
import { plainReply } from './live-script.ts';
import type { ScriptedReply } from './live-script.ts';
import type { LocalConnection } from './local-connection.ts';

const CHUNK_MS = 100;

/** One answer of an upstream, in the order in which the public service tells it. */
export class MadeReply {
  readonly #connection: LocalConnection;
  #isInterrupted = false;

  constructor(connection: LocalConnection) {
    this.#connection = connection;
  }

  interrupt(): void {
    this.#isInterrupted = true;
  }

  async make(): Promise<void> {
    const connection = this.#connection;
    const { answer = plainReply, countsTokens = false, waitsForPlaying } = connection.script;
    await this.#step();
    const { said, items, setup, toolNames } = connection;
    const reply = await answer({ said, items, setup: setup!, toolNames, connection });
    if (!connection.isOpen) return;
    const spoken = reply.text === undefined ? '' : await this.#speak(reply.text, reply);
    const calls = this.#isInterrupted ? [] : (reply.calls ?? []);
    if (calls.length > 0) {
      const functionCalls = calls.map((call) => ({ ...call, id: connection.newCallId() }));
      for (const { id, name } of functionCalls) connection.calls.set(id, name ?? '');
      connection.ended(this, spoken, functionCalls);
      connection.send({ toolCall: { functionCalls } });
      return;
    }
    if (this.#isInterrupted) connection.send({ serverContent: { interrupted: true } });
    else connection.send({ serverContent: { generationComplete: true } });
    connection.ended(this, spoken);
    await waitsForPlaying?.(connection);
    const { reason } = reply;
    connection.send({
      serverContent: {
        turnComplete: true,
        ...(reason !== undefined && { turnCompleteReason: reason }),
      },
      ...(countsTokens && { usageMetadata: USAGE }),
    });
  }

  /** Lets what the client sent come in; whether to go on. */
  async #step(): Promise<boolean> {
    await (this.#connection.script.step?.(this.#connection) ?? setImmediate());
    return !this.#isInterrupted && this.#connection.isOpen;
  }

  /** Sound and words, neither of which waits for the other; gives what was said. */
  async #speak(text: string, { pcm = soundOf(text), outputRate }: ScriptedReply): Promise<string> {
    const connection = this.#connection;
    const rate = outputRate ?? 24_000;
    const samples = pcm(rate);
    const mimeType = `audio/pcm;rate=${connection.script.outputRate ?? rate}`;
    const words = text.match(/\s*\S+/gu) ?? [];
    const chunk = (rate * CHUNK_MS) / 1000;
    const chunks = Math.max(1, Math.ceil(samples.length / chunk));
    let said = 0;
    for (let index = 0; index < chunks; index += 1) {
      if (!(await this.#step())) break;
      const bytes = pcm16ToBytes(samples.subarray(index * chunk, (index + 1) * chunk));
      const data = Buffer.from(bytes).toString('base64');
      const parts = [{ inlineData: { mimeType, data } }];
      if (data !== '') connection.send({ serverContent: { modelTurn: { role: 'model', parts } } });
      const due = Math.ceil(((index + 1) * words.length) / chunks);
      const delta = words.slice(said, due).join('');
      said = due;
      if (delta !== '')
        connection.send({ serverContent: { outputTranscription: { text: delta } } });
    }
    return words.slice(0, said).join('');
  }
}

function soundOf(text: string): (rate: SampleRate) => Int16Array {
  return (rate) => countingSound(text, rate);
}

const USAGE: WireServerMessage['usageMetadata'] & object = {
  promptTokenCount: 200,
  promptTokensDetails: [
    { modality: 'TEXT', tokenCount: 100 },
    { modality: 'AUDIO', tokenCount: 100 },
  ],
  responseTokenCount: 150,
  responseTokensDetails: [
    { modality: 'TEXT', tokenCount: 50 },
    { modality: 'AUDIO', tokenCount: 100 },
  ],
  thoughtsTokenCount: 50,
  cachedContentTokenCount: 50,
  cacheTokensDetails: [{ modality: 'TEXT', tokenCount: 50 }],
};
