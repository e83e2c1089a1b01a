import type { TimedWord } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { describeTextToSpeech, FakeTextToSpeech } from '../testing/index.ts';
import { settle } from './cascade-fixture.ts';
import { SpelledOutTextToSpeech } from './spelled-out-text-to-speech.ts';

async function synthesized(text: string) {
  const clock = new DrivenClock();
  const voice = new FakeTextToSpeech(clock);
  const words: TimedWord[] = [];
  let isOver = false;
  let spelledOut = 0;
  new SpelledOutTextToSpeech(voice, { clock }).synthesize(
    { text, voice: 'fake-voice', speed: 1 },
    {
      onWords: (told) => words.push(...told),
      onAudio: () => {},
      onSpelledOut: () => {
        spelledOut += 1;
      },
      onEnd: () => {
        isOver = true;
      },
      onError: (error) => {
        throw error;
      },
    },
  );
  await settle();
  clock.advance(60_000);
  await settle();
  expect(isOver).toBe(true);
  return { said: voice.syntheses[0]?.request.text, words, spelledOut };
}

describe('a voice that is given numbers as people say them', () => {
  it.each([
    ['Order 4471 has shipped.', 'Order four four seven one has shipped.'],
    ['It costs $12.50, I think.', 'It costs twelve dollars and fifty cents, I think.'],
    ['Call (555) 010-4477.', 'Call five five five, zero one zero, four four seven seven.'],
    ['On 2026-04-25 at 3:30.', 'On april twenty fifth twenty twenty six at three thirty.'],
    ['See SKU-4471 today.', 'See S K U, 4 4 7 1 today.'],
    ['At 7pm on the 3rd, 9am-5pm.', 'At 7pm on the third, 9am to 5pm.'],
    ['It is $5 million.', 'It is five million dollars.'],
    ['It is 12 €, or 5 kg.', 'It is twelve euros, or five kilograms.'],
    ['It is $12.50/month.', 'It is twelve dollars and fifty cents per month.'],
    ['On 3/5 I ship order 447.', 'On march fifth I ship order four four seven.'],
    ['Code 12-34-56.', 'Code one two, three four, five six.'],
    ['(sku-4471), ord_447!', '(S K U, 4 4 7 1), O R D, 4 4 7!'],
    ['Is it abc123def?', 'Is it A B C 1 2 3 D E F?'],
    ['Write to jo99@example.com.', 'Write to jo99@example.com.'],
    ['Nothing to count here.', 'Nothing to count here.'],
  ])('says %s', async (written, said) => {
    const result = await synthesized(written);
    expect(result.said).toBe(said);
    expect(result.words.map(({ text }) => text).join(' ')).toBe(written);
    expect(result.spelledOut).toBe(said === written ? 0 : 1);
  });

  it('tells the times of what is written', async () => {
    const { words } = await synthesized('Order 4471 shipped.');
    const [first, number, last] = words;
    expect(number!.startMs).toBeGreaterThanOrEqual(first!.endMs);
    expect(number!.endMs - number!.startMs).toBeGreaterThan(3 * (first!.endMs - first!.startMs));
    expect(last!.startMs).toBeGreaterThanOrEqual(number!.endMs);
  });
});

describeTextToSpeech('FakeTextToSpeech that is given numbers as people say them', () => {
  const clock = new DrivenClock();
  return {
    textToSpeech: new SpelledOutTextToSpeech(new FakeTextToSpeech(clock, { delayMs: 5 }), {
      clock,
    }),
    drive: () => clock.advance(10),
  };
});
