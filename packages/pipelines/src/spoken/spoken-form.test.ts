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
    ['SKU-4471', 'ess kay you four four seven one'],
    ['A1B2', 'ay one bee two'],
    ['1, 2 or 3?', 'one, two or three?'],
    // money
    ['$19.99', 'nineteen dollars and ninety nine cents'],
    ['$1, $0.99', 'one dollar, ninety nine cents'],
    ['$1,234.50 a year', 'one thousand two hundred thirty four dollars and fifty cents a year'],
    ['$5 million', 'five million dollars'],
    ['£2.01', 'two pounds and one penny'],
    ['-$5', 'minus five dollars'],
    // dates and times
    ['April 25', 'april twenty fifth'],
    ['April 25, 2026', 'april twenty fifth, twenty twenty six'],
    ['Apr. 3rd', 'april third'],
    ['You may 5 times', 'you may five times'],
    ['2026-04-25', 'april twenty fifth twenty twenty six'],
    ['10/31', 'october thirty first'],
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
    ['5 kg', 'five kilograms'],
    ['1 lb', 'one pound'],
    ['72°F', 'seventy two degrees fahrenheit'],
    ['2-3 days', 'two to three days'],
    ['1st 2nd 23rd', 'first second twenty third'],
    // telephones and addresses
    ['555-0134', 'five five five, zero one three four'],
    ['(555) 010-4477', 'five five five, zero one zero, four four seven seven'],
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
      { written: 'Order', spoken: ['order'], pause: '' },
      { written: '4471', spoken: ['four', 'four', 'seven', 'one'], pause: '' },
      { written: '👍', spoken: [], pause: '' },
    ]);
  });

  it('leaves nothing for the synthesizer to interpret', () => {
    const text = 'A €3 x^2 <b>50%</b> @home #tag 1e9 9:99 30/2 $x 1.2.3 v2.0 ½ ² C++ \\n a|b {}';
    expect(spoken(text)).toMatch(/^[a-z' ,.?!]*$/);
  });
});
