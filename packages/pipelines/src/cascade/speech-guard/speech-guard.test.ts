import { describe, expect, it } from 'vitest';
import { SentenceCutter, speakablePieces } from '../sentence-cutter.ts';
import { SpeechGuard } from './speech-guard.ts';
import { nothingSaid } from './turn-speech.ts';

const PHRASES = { more: 'Want the rest?', list: 'There are {count}. Shall I e-mail the list?' };

function guarded(text: string, { speed = 1, said = nothingSaid() } = {}) {
  const guard = new SpeechGuard({ phrases: PHRASES, speed, said });
  const told = [...speakablePieces(text).map((piece) => guard.take(piece)), guard.flush()];
  return {
    text: told.flatMap(({ pieces }) => pieces).join(' '),
    edits: told.flatMap(({ edits }) => edits),
  };
}

describe('a guard of speech', () => {
  it.each([
    'It has shipped. It comes Monday.',
    'Your total is $12.50, and order 4471 is on its way.',
    'I wrote to jo@example.com. Anything else?',
    'One. Two. Three.',
    'A single sentence may be long, even when it goes on about something that nobody asked for.',
  ])('leaves alone what is fit to be heard: %s', (text) => {
    expect(guarded(text)).toEqual({ text, edits: [] });
  });

  it.each([
    ['**Great** news: it `shipped`. 🎉', 'Great news: it shipped.', ['markup', 'markup']],
    ['Your order_status is fine.', 'Your order status is fine.', ['markup']],
    ['See [our page](https://example.com/help).', 'See our page.', ['markup']],
    [
      'Here: {"status": "shipped", "eta": [1, 2]} That is all.',
      'Here: That is all.',
      ['data', 'data'],
    ],
    ['{"a": {"b": "It is. Really."}} Done.', 'Done.', ['data', 'data']],
    ['Run this:\n```js\nlet a = 1. Then b.\n```\nThen call us.', 'Run this: Then call us.', null],
    ['We have ["red", "green", "blue"]. Which one?', 'We have Which one?', ['data', 'data']],
    ['The ids are [1, 2, 3] today.', 'The ids are today.', ['data']],
    ['Here: [["a", 1], {"b": [2]}] Done.', 'Here: Done.', null],
    ['Here it is: "status": "shipped", "eta": 3', 'Here it is:', null],
    [
      'So "note": "Left at the door, with thanks.", "eta": 3 and that is all.',
      'So and that is all.',
      null,
    ],
    ['Your orderStatus is fine.', 'Your order status is fine.', ['markup']],
    [
      'See customer.order.id or $.data.items[0].name now.',
      'See customer order id or data items name now.',
      ['markup'],
    ],
    ['It has shipped. :) Bye.', 'It has shipped. Bye.', ['markup']],
    ['# Title\nIt has shipped.', 'Title It has shipped.', ['markup']],
  ])('leaves out what nobody should hear: %s', (text, heard, edits) => {
    const result = guarded(text);
    expect(result.text).toBe(heard);
    if (edits) expect(result.edits).toEqual(edits);
    else expect(new Set(result.edits).size).toBe(1);
  });

  it.each([
    'He wrote [sic] and I [gladly] agreed.',
    'Open your iPhone, or go to shop.example.co.uk, e.g. today.',
  ])('does not take for data what is none: %s', (text) => {
    expect(guarded(text)).toEqual({ text, edits: [] });
  });

  it.each(['She said "it is here": then she left.', 'It comes at 3:30, or "soon": no later.'])(
    'says all words around a quoted one with a colon: %s',
    (text) => {
      const words = (written: string) => written.match(/\w+/g);
      expect(words(guarded(text).text)).toEqual(words(text));
    },
  );

  it('takes data out however it is cut into bits', () => {
    const text =
      'Here are all of the details, "status": "on its way, really", "eta": [1, 2], "n": null. Is that fine?';
    const cutter = new SentenceCutter();
    const guard = new SpeechGuard({ phrases: PHRASES, speed: 1, said: nothingSaid() });
    const pieces = [...text.split('').flatMap((bit) => cutter.push(bit)), ...cutter.flush()];
    const heard = pieces.flatMap((piece) => guard.take(piece).pieces).join(' ');
    expect(heard).toMatch(/^Here are all of the details,? Is that fine\?$/);
    expect(heard).not.toMatch(/\b(?:status|way|eta|null)\b/);
  });

  it('says three sentences and asks whether to go on', () => {
    expect(guarded('One here. Two here. Three here. Four here. Five here.')).toEqual({
      text: 'One here. Two here. Three here. Want the rest?',
      edits: ['shortened'],
    });
  });

  it('asks nothing where it has just asked something', () => {
    expect(guarded('One here. Two here. Shall I go on? Four here.')).toEqual({
      text: 'One here. Two here. Shall I go on?',
      edits: ['shortened'],
    });
  });

  it('stops before forty words where a sentence has been said', () => {
    const long = `${Array.from({ length: 25 }, () => 'word').join(' ')}.`;
    expect(guarded(`Yes. ${long} ${long}`)).toEqual({
      text: `Yes. ${long} Want the rest?`,
      edits: ['shortened'],
    });
  });

  it('cuts a first sentence that never ends at a clause after some 15 s', () => {
    const clause = 'and it goes on about what nobody asked for,';
    const endless = `It has shipped, ${Array.from({ length: 14 }, () => clause).join(' ')} at last.`;
    const { text, edits } = guarded(endless);
    expect(text).toMatch(/^It has shipped, and .* asked for\. Want the rest\?$/);
    expect(text.split(' ').length).toBeLessThanOrEqual(43);
    expect(text.split(' ').length).toBeGreaterThan(30);
    expect(edits).toEqual(['shortened']);
  });

  it('cuts a sentence without clauses at a word', () => {
    const endless = `${Array.from({ length: 120 }, () => 'word').join(' ')}.`;
    const { text } = guarded(endless);
    expect(text.split(' ')).toHaveLength(43);
    expect(text).toMatch(/word\. Want the rest\?$/);
  });

  it('says more at a higher speed and less at a lower one', () => {
    const sentence = `${Array.from({ length: 15 }, () => 'word').join(' ')}.`;
    const three = `${sentence} ${sentence} ${sentence}`;
    expect(guarded(three, { speed: 1.2 })).toEqual({ text: three, edits: [] });
    expect(guarded(three).text).toBe(`${sentence} ${sentence} Want the rest?`);
    expect(guarded(three, { speed: 0.5 }).text).toBe(`${sentence} Want the rest?`);
  });

  it('counts words as they are spoken', () => {
    const cards = 'The cards are 4111111111111111 and 4222222222222222. Both are fine to use now.';
    expect(guarded(cards)).toEqual({
      text: 'The cards are 4111111111111111 and 4222222222222222. Want the rest?',
      edits: ['shortened'],
    });
  });

  it('leaves numbers whole where it cuts', () => {
    const words = Array.from({ length: 34 }, () => 'word').join(' ');
    const { text } = guarded(`${words} order 4471 and so on and so forth to the end of it.`);
    expect(text).toBe(`${words} order 4471. Want the rest?`);
    expect(guarded(`${words} word word order 4471 and so on.`).text).toBe(
      `${words} word word. Want the rest?`,
    );
  });

  it('goes on counting what was said in the turn before', () => {
    const said = nothingSaid();
    expect(guarded('One here. Two here.', { said }).edits).toEqual([]);
    expect(guarded('Three here. Four here.', { said })).toEqual({
      text: 'Three here. Want the rest?',
      edits: ['shortened'],
    });
    expect(guarded('Five here. Six here.', { said })).toEqual({ text: '', edits: ['shortened'] });
  });

  it('reads a short list', () => {
    expect(guarded('We have:\n- red\n- green\n- blue\n\nWhich one?')).toEqual({
      text: 'We have: red. green. blue. Which one?',
      edits: ['list'],
    });
  });

  it('counts a long list and offers to send it', () => {
    const text = 'We have:\n1. red\n2. green\n3. blue\n4. black\n\nWhich one?';
    expect(guarded(text)).toEqual({
      text: 'We have: There are 4. Shall I e-mail the list? Which one?',
      edits: ['list'],
    });
  });

  it('takes a sentence between two items as part of the first', () => {
    expect(guarded('1. Red. It is warm.\n2. Blue.\nThat is all.')).toEqual({
      text: 'Red. It is warm. Blue. That is all.',
      edits: ['list'],
    });
  });

  it('says nothing where there is nothing to say', () => {
    expect(guarded('{"only": "data"}').text).toBe('');
    expect(guarded('🎉🎉')).toEqual({ text: '', edits: ['markup'] });
  });

  it('goes on after data that is never closed', () => {
    const { text } = guarded(`{"a": "${'and so on. '.repeat(3_000)}`);
    expect(text.length).toBeLessThan(500);
  });
});
