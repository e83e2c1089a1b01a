import { systemClock } from '@antiphon/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlignedTextToSpeech } from '../cascade/aligned-text-to-speech.ts';
import type { TextToSpeech } from '../cascade/ports/text-to-speech.ts';
import { FliteTextToSpeech } from '../embedded/flite/flite-text-to-speech.ts';
import { ForcedAligner } from '../embedded/soundswallower/forced-aligner.ts';
import { CartesiaTextToSpeech } from './cartesia/cartesia-text-to-speech.ts';
import { CARTESIA_KEY, LocalCartesiaServer } from './cartesia/testing/local-cartesia-server.ts';
import { ElevenlabsTextToSpeech } from './elevenlabs/elevenlabs-text-to-speech.ts';
import {
  ELEVENLABS_KEY,
  LocalElevenlabsServer,
} from './elevenlabs/testing/local-elevenlabs-server.ts';
import { HumeTextToSpeech } from './hume/hume-text-to-speech.ts';
import { HUME_KEY, LocalHumeServer } from './hume/testing/local-hume-server.ts';
import { OpenaiTextToSpeech } from './openai/openai-text-to-speech.ts';
import {
  LocalOpenaiSpeechServer,
  OPENAI_SPEECH_KEY,
} from './openai/testing/local-openai-speech-server.ts';
import { embeddedVoice } from './testing/local-voice.ts';
import type { LocalVoice } from './testing/local-voice.ts';
import { SpokenTrial } from './testing/spoken-trial.ts';

const LINES = [
  'Order 4471 shipped already. Expected delivery is April 25, does that match what you see?',
  'Your balance is $1,240.55, and “the next” payment is due May 14th - or call 555-0142.',
  'Sure, one moment.',
];

/** A real voice behind the wire of each provider: what was said must come out as it went in. */
describe('hosted voices', () => {
  let flite: FliteTextToSpeech;
  let voice: LocalVoice;
  let aligner: ForcedAligner;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    flite = await FliteTextToSpeech.start();
    aligner = await ForcedAligner.start();
    voice = embeddedVoice(flite, 'slt');
  });

  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
    await aligner.close();
    await flite.close();
  });

  async function cartesia(): Promise<TextToSpeech> {
    const server = await LocalCartesiaServer.start({ voice });
    closing.push(() => server.close());
    const { url } = server;
    const clock = systemClock;
    return new CartesiaTextToSpeech({ apiKey: CARTESIA_KEY, url, voice: 'voice-1', clock });
  }

  async function elevenlabs(): Promise<TextToSpeech> {
    const server = await LocalElevenlabsServer.start({ voice });
    closing.push(() => server.close());
    const { url } = server;
    const clock = systemClock;
    return new ElevenlabsTextToSpeech({ apiKey: ELEVENLABS_KEY, url, voice: 'voice-1', clock });
  }

  async function hume(): Promise<TextToSpeech> {
    const server = await LocalHumeServer.start({ voice });
    closing.push(() => server.close());
    const { url } = server;
    return new HumeTextToSpeech({ apiKey: HUME_KEY, url, voice: 'voice-1', clock: systemClock });
  }

  async function openai(): Promise<TextToSpeech> {
    const server = await LocalOpenaiSpeechServer.start({ voice });
    closing.push(() => server.close());
    const { url } = server;
    const clock = systemClock;
    const inner = new OpenaiTextToSpeech({ apiKey: OPENAI_SPEECH_KEY, url, voice: 'alloy', clock });
    return new AlignedTextToSpeech(inner, { aligner, clock });
  }

  it.each([
    ['Cartesia', cartesia, 24000, 1, 1],
    ['ElevenLabs', elevenlabs, 24000, 1, 1],
    ['Hume', hume, 48000, 1, 1],
    // What the aligner finds may end late, hardly ever early.
    ['OpenAI', openai, 24000, 60, 300],
  ] as const)('%s says every word when it is said', async (...[, open, rate, early, late]) => {
    const textToSpeech = await open();
    closing.push(() => textToSpeech.close());
    for (const text of LINES) {
      const trial = new SpokenTrial(textToSpeech, { text });
      await trial.over;
      const speech = await voice({ text, speed: 1 }, rate);
      expect(trial.error).toBeNull();
      expect(trial.pcm).toEqual(speech.pcm);
      expect(trial.text).toBe(text);
      for (const [index, word] of trial.words.entries()) {
        const known = speech.words[index]!;
        expect(Math.abs(word.startMs - known.startMs)).toBeLessThanOrEqual(late);
        expect(word.endMs).toBeGreaterThanOrEqual(known.endMs - early);
        expect(word.endMs).toBeLessThanOrEqual(known.endMs + late);
        expect(word.startMs).toBeGreaterThanOrEqual(trial.toldAtMs[index]! - 1);
      }
    }
  });
});
