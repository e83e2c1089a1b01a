import { decodeAudio } from '@antiphon/audio';
import type { AudioEncoding } from '@antiphon/audio';
import { systemClock } from '@antiphon/session';
import type { AudioFrame } from '@antiphon/session';
import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import { afterEach, describe, expect, it } from 'vitest';
import { DeepgramSpeechToText } from './deepgram/deepgram-speech-to-text.ts';
import { DEEPGRAM_KEY, LocalDeepgramServer } from './deepgram/testing/local-deepgram-server.ts';
import { openaiOf } from './openai/testing/transcription-trial.ts';
import { LocalTranscriptionServer } from './openai/testing/local-transcription-server.ts';
import { HeardTrial } from './testing/heard-trial.ts';

/** Every byte there is; of the two zeros of mu-law one stands for both. */
const BYTES = Uint8Array.from({ length: 960 }, (_, index) => index % 256).map((byte) =>
  byte === 0x7f ? 0xff : byte,
);

const closing: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close();
});

/** The bytes as a leg hands them on, in frames of 20 ms. */
function framesOf(law: AudioEncoding): AudioFrame[] {
  const pcm = decodeAudio(BYTES, law);
  return Array.from({ length: pcm.length / 160 }, (_, index) => ({
    pcm: pcm.subarray(index * 160, (index + 1) * 160),
    sampleRate: 8000,
    atMs: index * 20,
  }));
}

async function startDeepgram(audio: 'auto' | 'pcm' = 'auto') {
  const sent: number[] = [];
  const server = await LocalDeepgramServer.start({
    onAudio: (_connection, bytes) => sent.push(...bytes),
  });
  const { url } = server;
  const deepgram = new DeepgramSpeechToText({
    apiKey: DEEPGRAM_KEY,
    url,
    clock: systemClock,
    audio,
    warm: 0,
  });
  closing.push(server, deepgram);
  /** How each connection was told that its audio is written. */
  const asked = () =>
    server.upgrades.map((upgrade) => {
      const names = new URL(upgrade.url, 'ws://local').searchParams;
      return `${names.get('encoding')} ${names.get('sample_rate')}`;
    });
  return { deepgram, sent, asked };
}

describe('G.711 as it comes from a caller', () => {
  it.each([
    ['g711_alaw', 'alaw 8000'],
    ['g711_ulaw', 'mulaw 8000'],
  ] as const)('goes to Deepgram byte for byte: %s', async (law, encoding) => {
    const { deepgram, sent, asked } = await startDeepgram();
    await new HeardTrial(deepgram, framesOf(law), law).outcome();
    expect(asked()).toEqual([encoding]);
    expect(sent).toEqual([...BYTES]);
  });

  it('has a connection to Deepgram for each law', async () => {
    const { deepgram, asked } = await startDeepgram();
    for (const law of ['g711_ulaw', 'g711_alaw', 'g711_ulaw', 'g711_alaw'] as const) {
      await new HeardTrial(deepgram, framesOf(law), law).outcome();
    }
    expect(asked()).toEqual(['mulaw 8000', 'alaw 8000']);
  });

  it('is PCM for Deepgram where that is set up', async () => {
    const { deepgram, asked } = await startDeepgram('pcm');
    await new HeardTrial(deepgram, framesOf('g711_alaw'), 'g711_alaw').outcome();
    expect(asked()).toEqual(['linear16 8000']);
  });

  it.each([
    ['g711_alaw', 'audio/pcma'],
    ['g711_ulaw', 'audio/pcmu'],
  ] as const)('goes to OpenAI byte for byte where that is set up: %s', async (law, type) => {
    const server = await LocalTranscriptionServer.start();
    const openai = openaiOf(server, { audio: 'auto', warm: 0 });
    closing.push(server, openai);
    await new HeardTrial(openai, framesOf(law), law).outcome();
    expect(server.connections).toHaveLength(1);
    const events = server.connections[0]!.heard as unknown as RealtimeClientEvent[];
    expect(events[0]).toMatchObject({ session: { audio: { input: { format: { type } } } } });
    const sent = events.flatMap((event) =>
      event.type === 'input_audio_buffer.append' ? [...Buffer.from(event.audio, 'base64')] : [],
    );
    expect(sent).toEqual([...BYTES]);
  });
});
