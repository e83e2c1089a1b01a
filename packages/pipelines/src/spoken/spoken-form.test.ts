import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speakableText, spokenForm } from './spoken-form.ts';

function spoken(text: string): string {
  return speakableText(spokenForm(text));
}

describe('spokenForm', () => {
  it.each([
    // identifiers and counts
    ['Your order 4471 shipped.', 'your order four four seven one shipped.'],
    ['#4471', 'number four four seven one'],
    ['No. 12', 'number twelve'],
    ['No, thanks.', 'no, thanks.'],
    ['agent 007', 'agent zero zero seven'],
    ['100 items', 'one hundred items'],
    ['1,234 items', 'one thousand two hundred thirty four items'],
    ['3.14 and .5', 'three point one four and zero point five'],
    ['SKU-4471', 'ess kay you, four four seven one'],
    ['order 447, ticket 12', 'order four four seven, ticket one two'],
    ['your order number is 447', 'your order number is four four seven'],
    ['order #447', 'order number four four seven'],
    ['orders 447 and 448', 'orders four four seven and four four eight'],
    ['Can order 447 ship?', 'can order four four seven ship?'],
    ['You can order 12 pizzas.', 'you can order twelve pizzas.'],
    ['room 204, room 12', 'room two zero four, room twelve'],
    ['code 12-34-56', 'code one two, three four, five six'],
    ['12-34-56', 'one two, three four, five six'],
    ['a card ending in 1999', 'a card ending in one nine nine nine'],
    ['4111 1111 1111 1111', 'four one one one, one one one one, one one one one, one one one one'],
    ['sku-4471', 'ess kay you, four four seven one'],
    ['ord_4471', 'oh are dee, four four seven one'],
    ['order-447', 'order, four four seven'],
    ['abc123def', 'ay bee see one two three dee ee eff'],
    ['192.168.1.10', 'one nine two point one six eight point one point one zero'],
    ['dial 911', 'dial nine one one'],
    ['a 30-day trial, the top-10', 'a thirty day trial, the top ten'],
    ['A1B2', 'ay one bee two'],
    ['1, 2 or 3?', 'one, two or three?'],
    // money
    ['$19.99', 'nineteen dollars and ninety nine cents'],
    ['$1, $0.99', 'one dollar, ninety nine cents'],
    ['$1,234.50 a year', 'one thousand two hundred thirty four dollars and fifty cents a year'],
    ['$5 million', 'five million dollars'],
    ['£2.01', 'two pounds and one penny'],
    ['-$5', 'minus five dollars'],
    [
      '$5 m, $1.5k, $2bn',
      'five million dollars, one point five thousand dollars, two billion dollars',
    ],
    ['$12.50/month', 'twelve dollars and fifty cents per month'],
    ['$10-20', 'ten to twenty dollars'],
    [
      '€12,50 and €1.234,56',
      'twelve euros and fifty cents and one thousand two hundred thirty four euros and fifty six cents',
    ],
    ['12.50 €, 12€', 'twelve euros and fifty cents, twelve euros'],
    ['USD 5 or 12 EUR', 'five dollars or twelve euros'],
    ['¥500, ₹5.50, C$5', 'five hundred yen, five rupees and fifty paise, five canadian dollars'],
    ['$3.459', 'three point four five nine dollars'],
    // dates and times
    ['April 25', 'april twenty fifth'],
    ['April 25, 2026', 'april twenty fifth, twenty twenty six'],
    ['Apr. 3rd', 'april third'],
    ['You may 5 times', 'you may five times'],
    ['2026-04-25', 'april twenty fifth twenty twenty six'],
    ['10/31', 'october thirty first'],
    ['on 3/5', 'on march fifth'],
    ['by Friday 3/5', 'by friday march fifth'],
    ['from 3/5 to 3/8', 'from march fifth to march eighth'],
    ['before 25/4', 'before april twenty fifth'],
    ['04/25/2026', 'april twenty fifth twenty twenty six'],
    ['2026-04-25T14:30:00Z', 'april twenty fifth twenty twenty six at fourteen thirty'],
    ['14:30, 20:00', 'fourteen thirty, twenty hundred'],
    ['9am-5pm', 'nine ay em to five pee em'],
    ['in 1999', 'in nineteen ninety nine'],
    ['the 1990s', 'the nineteen nineties'],
    ['at 3:30 pm.', 'at three thirty pee em.'],
    ['3:05', 'three oh five'],
    ['12:00', "twelve o'clock"],
    ['7pm', 'seven pee em'],
    ['5 p.m. Bye', 'five pee em. bye'],
    // shares, units and ranges
    ['99.5%', 'ninety nine point five percent'],
    ['3/4', 'three quarters'],
    ['3/5 of them', 'three fifths of them'],
    ['cut by 1/2', 'cut by one half'],
    ['2½ or 2 1/2 cups', 'two and one half or two and one half cups'],
    ['4/5 stars', 'four out of five stars'],
    ['30/2', 'thirty slash two'],
    ['10-20%, 12.5 %', 'ten to twenty percent, twelve point five percent'],
    ['80km/h, 5GB', 'eighty kilometers per hour, five gigabytes'],
    ['5G and 10k', 'five gee and ten thousand'],
    ['5 kg', 'five kilograms'],
    ['1 lb', 'one pound'],
    ['72°F', 'seventy two degrees fahrenheit'],
    ['2-3 days', 'two to three days'],
    ['1st 2nd 23rd', 'first second twenty third'],
    // telephones and addresses
    ['555-0134', 'five five five, zero one three four'],
    ['(555) 010-4477', 'five five five, zero one zero, four four seven seven'],
    ['+1 (555) 010-4477', 'plus one, five five five, zero one zero, four four seven seven'],
    ['+44 20 7946 0958', 'plus four four, two zero, seven nine four six, zero nine five eight'],
    ['+44-20-7946-0958', 'plus four four, two zero, seven nine four six, zero nine five eight'],
    ['1-800-FLOWERS', 'one, eight zero zero, flowers'],
    ['john.smith@example.com', 'john dot smith at example dot com'],
    ['www.example.com/help', 'example dot com slash help'],
    // abbreviations and capitals
    ['OK, ok?', 'okay, okay?'],
    ['Dr. Smith', 'doctor smith'],
    ['Main St. and St. Paul', 'main street and saint paul'],
    ['e.g. this', 'for example this'],
    ['The FAQs on TV', 'the eff ay cues on tee vee'],
    ['NASA is NOT here', 'nasa is not here'],
    ['A plan: plan A', 'a plan, plan ay'],
    ['iPhone', 'eye phone'],
    // punctuation, markdown and pictures
    ['**Bold**, _it_ `code`', 'bold, it code'],
    ['- [here](https://example.com/x)', 'here'],
    ['done 👍🏽!', 'done!'],
    ['wait — what', 'wait, what'],
    ['hello—world', 'hello, world'],
    ['don’t “quote”', "don't quote"],
    ['naïve café', 'naive cafe'],
    ['and/or twenty-five', 'and or twenty five'],
    ['日本語', ''],
    ['   ', ''],
  ])('says %s as "%s"', (written, expected) => {
    expect(spoken(written)).toBe(expected);
  });

  it('keeps every written part, said or not', () => {
    const text = 'Order 4471 — $19.99 👍 (today).';
    expect(spokenForm(text).map((word) => word.written)).toEqual(text.split(' '));
  });

  it('gives each written part its own spoken words', () => {
    expect(spokenForm('Order 4471 👍')).toEqual([
      { written: 'Order', spoken: ['order'], pause: '', kind: 'word' },
      { written: '4471', spoken: ['four', 'four', 'seven', 'one'], pause: '', kind: 'number' },
      { written: '👍', spoken: [], pause: '', kind: 'word' },
    ]);
  });

  it('leaves nothing for the synthesizer to interpret', () => {
    const text = 'A €3 x^2 <b>50%</b> @home #tag 1e9 9:99 30/2 $x 1.2.3 v2.0 ½ ² C++ \\n a|b {}';
    expect(spoken(text)).toMatch(/^[a-z' ,.?!]*$/);
  });
});

it('says an ordinary word as looking through it would', () => {
  const ordinary = fc.stringMatching(/^[A-Za-z]+(?:'[a-z]+)?[.,;:!?]*$/);
  fc.assert(
    fc.property(fc.array(ordinary, { maxLength: 4 }), (words) => {
      const said = (written: readonly string[]) =>
        spokenForm(written.join(' ')).map((word) => ({ ...word, written: '' }));
      // A joiner is left out of a word that is looked through.
      expect(said(words.map((word) => `${word}\u200D`))).toEqual(said(words));
    }),
  );
});
