import { describe, expect, it } from 'vitest';
import { SentenceCutter, speakablePieces } from '../sentence-cutter.ts';
import { SpeechGuard } from './speech-guard.ts';
import { nothingSaid } from './turn-speech.ts';

const PHRASES = { more: 'Want the rest?', list: 'There are {count}. Shall I e-mail the list?' };
const OFFER = (count: number) => `There are ${count}. Shall I e-mail the list?`;

function newGuard() {
  return new SpeechGuard({ phrases: PHRASES, speed: 1, said: nothingSaid() });
}

function guarded(text: string) {
  const guard = newGuard();
  const cutter = new SentenceCutter();
  const pieces = [...text.split('').flatMap((bit) => cutter.push(bit)), ...cutter.flush()];
  const told = [...pieces.map((piece) => guard.take(piece)), guard.flush()];
  return {
    text: told.flatMap((one) => one.pieces).join(' '),
    edits: told.flatMap((one) => one.edits),
  };
}

const ORDINARY = [
  'Sure, I can look that up for you.',
  'Your order has shipped, and it will be with you on Monday.',
  'Thank you for calling, Maria, I have your order here.',
  'Thank you very much, Maria, Bob and Ann.',
  'I need your name, address, phone number and email.',
  'It is fast, cheap, safe and reliable.',
  "They're light, small, quiet and sturdy.",
  'Please open the app, tap settings, choose billing and press save.',
  'You need to open the app, tap settings, choose billing and press save.',
  'We have picked, packed, labelled and shipped your order.',
  'It ships to 12 Main Street, Springfield, Illinois and nowhere else.',
  'She lives on Elm Street, Springfield, Sangamon County, Illinois.',
  'We are open on Monday, Tuesday, Wednesday and Thursday.',
  'The code has four, four, seven and one.',
  'You have paid $5, $6, $7 and $8 so far.',
  'It comes on April 25, 2026, in the morning, as you asked.',
  'We have red, green and blue.',
  'We have a lamp, a desk and a chair, and they are all in stock.',
  'If you like, I can send it again, or you can pick it up, or wait.',
  'Well, yes, of course, I can do that for you.',
  'Do you want it in red, green, blue or black?',
  'I understand, sir, and I am sorry about the delay.',
  'When it arrives, check the box, the seal and the label.',
  'Your plan includes calls, texts and data, so you pay nothing more.',
  'As I said, the refund takes five days, sometimes six, rarely more.',
  'The driver rang, waited, knocked and left, I am afraid.',
  'First, may I have your order number?',
  "First, I'll check the order, then the payment.",
  'First of all, thank you, and second, sorry for the wait.',
  'We have it here, but, to be honest, it is the last one.',
  'No, that was the second time, not the first, was it?',
  'Option a) is cheaper, and b) is faster.',
];

describe('lists inside of sentences', () => {
  it.each(ORDINARY)('leave an ordinary sentence as it is, at once: %s', (text) => {
    expect(guarded(text)).toEqual({ text, edits: [] });
    const guard = newGuard();
    for (const piece of speakablePieces(text)) expect(guard.take(piece).pieces).toEqual([piece]);
  });

  it.each([
    ['We have it in red, green, blue, black and white.', OFFER(5)],
    ['Yes, we have red, green, blue, and black.', OFFER(4)],
    [
      'We have these colors: red, green, blue, black or white. Which one?',
      `We have these colors: ${OFFER(5)} Which one?`,
    ],
    ['We accept Visa, Mastercard, Discover and Amex.', OFFER(4)],
    ['The options are a lamp, a desk, a chair and a bed.', `The options are a lamp, ${OFFER(4)}`],
    ['You can a) wait, b) call, c) write or d) leave.', OFFER(4)],
    ['You can choose: a) red, b) green, c) blue, d) black.', `You can choose: ${OFFER(4)}`],
    [
      'We have:\na) red\nb) green\nc) blue\nd) black\n\nWhich one?',
      `We have: ${OFFER(4)} Which one?`,
    ],
    [
      'First, open the box. Second, plug it in. Third, press the knob. Fourth, wait. Is that fine?',
      `${OFFER(4)} Is that fine?`,
    ],
    ['First, open the box. Second, plug it in. Third, press the knob. Finally, wait.', OFFER(4)],
  ])('become a number and an offer where they are long: %s', (text, heard) => {
    expect(guarded(text)).toEqual({ text: heard, edits: ['list'] });
  });

  it('are read where they are counted off and short', () => {
    const text = 'First, open the box. Second, plug it in. Is that fine?';
    expect(guarded(text)).toEqual({ text, edits: [] });
  });

  it('say the number after a part that has been said', () => {
    const guard = newGuard();
    expect(guard.take('We carry a lot of brands,').pieces).toEqual(['We carry a lot of brands,']);
    expect(guard.take('including lamps, desks, chairs and beds.').pieces).toEqual([OFFER(4)]);
  });
});
