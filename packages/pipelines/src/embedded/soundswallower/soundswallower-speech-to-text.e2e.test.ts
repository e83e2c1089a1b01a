import { StreamingResampler, type SampleRate } from '@antiphon/audio';
import type { Dialogue } from '@antiphon/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Transcript } from '../../cascade/ports/speech-to-text.ts';
import type { PipelineError } from '../../pipeline-error.ts';
import { describeSpeechToText } from '../../testing/index.ts';
import { fixtureClip, telephoneFrames } from '../fixture-clip.ts';
import { SoundSwallowerSpeechToText } from './soundswallower-speech-to-text.ts';

const DIALOGUE: Dialogue = {
  slots: { order: { kind: 'digits', minLength: 4, maxLength: 5 } },
  intents: {
    number: { examples: ["it's [uh] {order}", 'my order number is {order}'] },
    change: {
      examples: ['[wait] can you cancel that one', 'and reorder it with overnight shipping'],
    },
    yes: { examples: ['yes [that is right]', 'yeah'] },
    where: { examples: ['where is my package', 'where is my order'] },
    brand: { examples: ['the kubernetes shirt'] },
  },
  start: 'open',
  stages: { open: { on: {} } },
  unclear: ['Sorry?'],
};

const WORDS: Readonly<Record<string, string>> = {
  'festival-order-4471': "it's uh four four seven one",
  'festival-cancel-and-reorder':
    'wait can you cancel that one and reorder it with overnight shipping',
  'festival-yes': 'yes that is right',
  'festival-where-is-my-package': 'where is my package',
  'flite-order-4471': "it's uh four four seven one",
  'flite-cancel-and-reorder': 'wait can you cancel that one and reorder it with overnight shipping',
  'flite-yes': 'yes that is right',
  'flite-order-55129': 'my order number is five five one two nine',
};

const TURNS_PER_WORKER = 2;

let recogniser: SoundSwallowerSpeechToText;

beforeAll(async () => {
  recogniser = await SoundSwallowerSpeechToText.start({
    dialogue: DIALOGUE,
    turnsPerWorker: TURNS_PER_WORKER,
  });
});

afterAll(() => recogniser.close());

interface Heard extends Transcript {
  readonly partials: readonly string[];
}

function recognise(
  pcm: Int16Array,
  sessionId: string,
  sampleRate: SampleRate = 8000,
): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const partials: string[] = [];
    const turn = recogniser.recognise(sessionId, {
      onPartial: ({ text }) => partials.push(text),
      onFinal: (transcript) => resolve({ ...transcript, partials }),
      onError: reject,
    });
    const frameSamples = sampleRate / 50;
    for (let at = 0; at < pcm.length; at += frameSamples) {
      turn.accept({ pcm: pcm.subarray(at, at + frameSamples), sampleRate, atMs: 0 });
    }
    turn.finish();
  });
}

describeSpeechToText('SoundSwallower', async () => ({
  speechToText: await SoundSwallowerSpeechToText.start({ dialogue: DIALOGUE }),
  speech: telephoneFrames(fixtureClip('festival-order-4471')),
  text: "it's uh four four seven one",
}));

describe('SoundSwallowerSpeechToText', () => {
  it.each(Object.entries(WORDS))('understands %s', async (name, text) => {
    const heard = await recognise(fixtureClip(name), `caller of ${name}`);
    expect(heard.text).toBe(text);
    expect(heard.unclear).toBeLessThan(0.15);
  });

  it.each([0.25, 2])('understands a voice at %s of its level', async (gain) => {
    const pcm = fixtureClip('festival-order-4471').map((sample) =>
      Math.max(-32768, Math.min(32767, gain * sample)),
    );
    expect((await recognise(pcm, `level ${gain}`)).text).toBe("it's uh four four seven one");
  });

  it('understands audio of 24 kHz', async () => {
    const wider = new StreamingResampler(8000, 24000);
    const clip = fixtureClip('festival-where-is-my-package');
    const pcm = Int16Array.from([...wider.process(clip), ...wider.flush()]);
    expect((await recognise(pcm, 'wide', 24000)).text).toBe('where is my package');
  });

  it('tells the words so far while the caller speaks', async () => {
    const { partials } = await recognise(fixtureClip('festival-cancel-and-reorder'), 'partial');
    expect(partials).toContain('wait can you cancel');
    expect(partials.join(' ')).not.toContain('_');
  });

  it('understands more turns at once than it has decoders', async () => {
    const names = Object.keys(WORDS);
    const heard = await Promise.all(
      names.map((name) => recognise(fixtureClip(name), `one of many: ${name}`)),
    );
    expect(names.length).toBeGreaterThan(TURNS_PER_WORKER);
    expect(heard.map(({ text }) => text)).toEqual(Object.values(WORDS));
  });

  it('hears nothing in silence', async () => {
    const heard = await recognise(new Int16Array(8000), 'silence');
    expect(heard).toMatchObject({ text: '', unclear: 0 });
  });

  it('gives an empty transcript of a turn without audio', async () => {
    expect(await recognise(new Int16Array(0), 'nothing')).toMatchObject({ text: '', unclear: 0 });
  });

  it('says nothing after a turn was cancelled, and understands the next one', async () => {
    const events: string[] = [];
    const turn = recogniser.recognise('cancelled', {
      onPartial: () => events.push('partial'),
      onFinal: () => events.push('final'),
      onError: () => events.push('error'),
    });
    turn.accept({ pcm: fixtureClip('festival-yes'), sampleRate: 8000, atMs: 0 });
    turn.finish();
    turn.cancel();
    expect((await recognise(fixtureClip('flite-yes'), 'next')).text).toBe('yes that is right');
    expect(events).toEqual([]);
  });

  it('refuses a turn when too many wait', async () => {
    const codes: string[] = [];
    const turns = Array.from({ length: TURNS_PER_WORKER + 65 }, (_, index) =>
      recogniser.recognise(`waiting ${index}`, {
        onPartial: () => {},
        onFinal: () => {},
        onError: (error) => codes.push((error as PipelineError).code),
      }),
    );
    await Promise.resolve();
    expect(codes).toEqual(['queue_full']);
    for (const turn of turns) turn.cancel();
    expect((await recognise(fixtureClip('festival-yes'), 'after')).text).toBe('yes that is right');
  });
});

describe('SoundSwallowerSpeechToText with another vocabulary', () => {
  it('finds what it has no words for unclear', async () => {
    const narrow = await SoundSwallowerSpeechToText.start({
      phrases: ['tuesday', 'a blue jacket'],
    });
    const unclear = await new Promise<number>((resolve, reject) => {
      const turn = narrow.recognise('stranger', {
        onPartial: () => {},
        onFinal: (transcript) => resolve(transcript.unclear),
        onError: reject,
      });
      const pcm = fixtureClip('festival-cancel-and-reorder');
      turn.accept({ pcm, sampleRate: 8000, atMs: 0 });
      turn.finish();
    });
    await narrow.close();
    expect(unclear).toBeGreaterThan(0.15);
  });

  it('refuses turns after close and says nothing of those before', async () => {
    const closing = await SoundSwallowerSpeechToText.start({ phrases: ['yes'] });
    const events: string[] = [];
    const listener = {
      onPartial: () => events.push('partial'),
      onFinal: () => events.push('final'),
      onError: (error: Error) => events.push((error as PipelineError).code),
    };
    const turn = closing.recognise('late', listener);
    turn.accept({ pcm: fixtureClip('festival-yes'), sampleRate: 8000, atMs: 0 });
    turn.finish();
    await closing.close();
    expect(events).toEqual([]);
    closing.recognise('later', listener);
    await Promise.resolve();
    expect(events).toEqual(['closed']);
  });
});
