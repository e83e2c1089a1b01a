import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainWords } from './plain-word.ts';

function plain(text: string): string {
  return plainWords(text.split(' '))
    .filter((word) => word !== '')
    .join(' ');
}

describe('plainWords', () => {
  it.each([
    ['**Order 4471** has *shipped*.', 'Order 4471 has shipped.'],
    ['It is __really__ _on its way_!', 'It is really on its way!'],
    ['("**yes**")', '("yes")'],
    ['un**believ**able ~~gone~~', 'unbelievable gone'],
    ['## Your order', 'Your order'],
    ['> quoted', 'quoted'],
    ['- one • two', 'one two'],
    ['* one', 'one'],
    ['Say `lookup_order` now', 'Say lookup order now'],
    ['```json {"a": 1} ```', 'a 1'],
    ['See [the status page](https://example.com/a?b=c#d).', 'See the status page.'],
    ['See [here][1] or ![map](map.png)', 'See here or map'],
    ['| Order | Status |', 'Order Status'],
    ['|---|:---:|', ''],
    ['--- *** ___', ''],
    ['It is <b>here</b><br/>', 'It is here'],
    ['Go to https://www.example.com/track?id=4471&x=1.', 'Go to example.com.'],
    ['(http://example.com/x)', '(example.com)'],
    ['{"order_id":"4471","status":"shipped"}', 'order id 4471, status shipped'],
    ['{ "order_id": "4471", "is_late": true }', 'order id "4471", is late true'],
    ['the expected_delivery field', 'the expected delivery field'],
    ['done 👍🏽!', 'done'],
  ])('says of %j only the words', (written, expected) => {
    expect(plain(written)).toBe(expected);
  });

  it.each([
    'Order #4471 costs $19.99, 5 * 3 = 15, 2**3 = 8 and -5 %.',
    "I'll e-mail m_carter@example.com (today).",
    'wait — what - 3 < 4 > 2',
    'A "quoted" [word] & more…',
    'example.com/help v2.0 24/7 a:b 3:30',
    '...',
    'iPhone, eBay, McDonald, PayPal, macOS, iOS, LinkedIn and kWh.',
    'Go to mail.example.com, shop.example.co.uk or toko.co.id today.',
    'e.g. 3 p.m. in the U.S.A. a.k.a. home, i.e. v1.2.3 of node.js',
    'Write to johnSmith@example.com or to jo.van.dijk@mail.example.org.',
    'Ref: 447, at 3:30, ratio 3:1 (see: this)',
    'It is done.Thanks for report.final.pdf.',
  ])('leaves %j as it is', (text) => {
    expect(plain(text)).toBe(text);
  });

  it('does not look through what is too long for a word', () => {
    const word = '*x'.repeat(600);
    expect(plain(word)).toBe(word);
  });
});

it('leaves an ordinary word as looking through it would', () => {
  const ordinary = fc.stringMatching(/^[A-Za-z][a-z]*(?:'[a-z]+)?[.,;:!?]*$/);
  fc.assert(
    fc.property(ordinary, (word) => {
      // A joiner is left out of a word that is looked through.
      expect(plainWords([`${word}\u200D`])).toEqual(plainWords([word]));
    }),
  );
});
