import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PartialTranscript } from '../../cascade/ports/speech-to-text.ts';
import { fixtureClip, telephoneFrames } from '../fixture-clip.ts';
import { FliteProgram } from '../flite/flite-program.ts';
import { spokenClip } from '../spoken-clip.ts';
import { SoundSwallowerSpeechToText } from './soundswallower-speech-to-text.ts';

/** A script that has none of the words in question. */
const PHRASES = [
  'book a table for two',
  'tomorrow evening at seven',
  'cancel my booking',
  'what time do you open',
  'where is my package',
  "it's uh four four seven one",
];

/** What is said and how the voice is made to say it: it spells "mm-hmm" out. */
const LISTENING = new Map([
  ['uh-huh', 'uh-huh'],
  ['mm-hmm', 'um hum'],
  ['yeah', 'yeah'],
  ['yes', 'yes'],
  ['right', 'right'],
  ['okay', 'okay'],
  ['sure', 'sure'],
  ['i see', 'i see'],
  ['got it', 'got it'],
  ['all right', 'all right'],
]);
const FLOOR = new Map(
  [
    'stop',
    'wait',
    'no',
    'hold on',
    'hang on',
    'excuse me',
    'sorry',
    'actually',
    'hello',
    'one second',
    'one moment',
  ].map((phrase) => [phrase, phrase]),
);

let recogniser: SoundSwallowerSpeechToText;
let flite: FliteProgram;

beforeAll(async () => {
  recogniser = await SoundSwallowerSpeechToText.start({ phrases: PHRASES });
  flite = await FliteProgram.load();
});

afterAll(() => recogniser.close());

function heard(pcm: Int16Array, sessionId: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const turn = recogniser.recognise(sessionId, {
      onPartial: () => {},
      onFinal: ({ text, unclear }) => resolve(unclear > 0.5 ? '' : text),
      onError: reject,
    });
    for (const frame of telephoneFrames(pcm)) turn.accept(frame);
    turn.finish();
  });
}

/** What is heard of each phrase in two voices. */
async function hearings(phrases: ReadonlyMap<string, string>) {
  const found: { phrase: string; voice: string; text: string }[] = [];
  for (const voice of ['slt', 'rms']) {
    for (const [phrase, text] of phrases) {
      const pcm = spokenClip(flite, [text], { voice });
      found.push({ phrase, voice, text: await heard(pcm, `${voice} says ${phrase}`) });
    }
  }
  const wrong = found.filter(({ phrase, text }) => phrase !== text);
  const lines = wrong.map(
    ({ phrase, voice, text }) => `${voice}: ${phrase} -> ${text || '(nothing)'}`,
  );
  process.stdout.write(
    [`${found.length - wrong.length} of ${found.length} heard`, ...lines].join('\n  ') + '\n',
  );
  return { found, rightShare: 1 - wrong.length / found.length };
}

describe('a recogniser of any script', () => {
  it('hears the signs of listening in their written form, four of five from voices it never heard', async () => {
    const { rightShare } = await hearings(LISTENING);
    expect(rightShare).toBeGreaterThanOrEqual(0.8);
  });

  it('hears the words that claim the floor, and takes none of them for a sign of listening', async () => {
    const { found, rightShare } = await hearings(FLOOR);
    expect(rightShare).toBeGreaterThanOrEqual(0.8);
    expect(found.filter(({ text }) => LISTENING.has(text))).toEqual([]);
  });

  it.each([
    ['festival-where-is-my-package', 'where is my package'],
    ['flite-order-4471', "it's uh four four seven one"],
    ['stop', 'stop'],
    ['okay', 'okay'],
  ])(
    'tells the last word of %s from 150 ms of the silence after it, and that it is whole',
    async (name, text) => {
      const pcm = name.includes('-')
        ? fixtureClip(name)
        : spokenClip(flite, [name], { voice: 'slt' });
      const frames = telephoneFrames(pcm.subarray(0, voiceEnd(pcm) + 0.15 * 8000));
      const partials: PartialTranscript[] = [];
      await new Promise<void>((resolve, reject) => {
        const turn = recogniser.recognise(`promptly ${name}`, {
          onPartial: (partial) => {
            partials.push(partial);
            if (partial.text !== text) return;
            resolve();
            turn.cancel();
          },
          onFinal: () => reject(new Error('the turn was not finished')),
          onError: reject,
        });
        for (const frame of frames) turn.accept(frame);
      });
      expect(partials.at(-1)!.endOfUtterance).toBeGreaterThan(0.5);
      for (const { text: words, endOfUtterance } of partials) {
        if (/(?:where is|it's uh|uh four|four four|four four seven)$/.test(words)) {
          expect(endOfUtterance ?? 0).toBeLessThan(0.5);
        }
      }
    },
  );
});

/** The last sample within 30 dB of the loudest 10 ms. */
function voiceEnd(pcm: Int16Array): number {
  const levels: number[] = [];
  for (let at = 0; at + 80 <= pcm.length; at += 80) {
    levels.push(pcm.subarray(at, at + 80).reduce((sum, sample) => sum + sample ** 2, 0));
  }
  const loudest = Math.max(...levels);
  return 80 * (levels.findLastIndex((level) => level > loudest / 1000) + 1);
}
