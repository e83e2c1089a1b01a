import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBackOf } from './read-back.ts';

const CANCEL = '[Cancel order {order_id}]. Shall I?';

describe('a read-back', () => {
  it.each([
    [CANCEL, { order_id: '4471' }, 'Cancel order 4471. | Shall I?'],
    [CANCEL, { order_id: 4471 }, 'Cancel order 4471. | Shall I?'],
    ['[Cancel order {order_id}] now. Shall I?', { order_id: 7 }, 'Cancel order 7 | now. Shall I?'],
    ['So: [refund {amount} dollars].  OK?', { amount: 12.5 }, 'So: refund 12.5 dollars. | OK?'],
    [
      '[Ship to {to.city}, {to.zip}]. Shall I?',
      { to: { city: 'Ulm', zip: '89073' } },
      'Ship to Ulm, 89073. | Shall I?',
    ],
    ['[Ship to {to.0}]?', { to: ['Ulm'] }, 'Ship to Ulm? |'],
    [
      '[Cancel {ids}]. Shall I?',
      { ids: [4471, '5520', 6001] },
      'Cancel 4471, 5520 and 6001. | Shall I?',
    ],
    ['[Cancel {ids}]. Shall I?', { ids: ['4471'] }, 'Cancel 4471. | Shall I?'],
    ['[Gift wrap: {wrap}]. Shall I?', { wrap: true }, 'Gift wrap: yes. | Shall I?'],
    ['Cancel order { order_id }. Shall I?', { order_id: '4471' }, 'Cancel order 4471. Shall I? |'],
    [
      '[Cancel {a}], then [book {b}]. Shall I?',
      { a: 1, b: 2 },
      'Cancel 1, then book 2. | Shall I?',
    ],
    ['[Book {what} ]please', { what: 'a table for two' }, 'Book a table for two | please'],
  ])('of "%s" with %j is "%s", "|" at the end of what must be heard', (template, args, said) => {
    const words = said.split(' ');
    const keyWordCount = words.indexOf('|');
    const text = words.filter((word) => word !== '|').join(' ');
    expect(readBackOf(template, JSON.stringify(args))).toEqual({ text, keyWordCount });
  });

  it.each([
    ['44\n71', '44 71'],
    ['**4471**', '4471'],
    ['`4471`', '4471'],
    ['# Order\n- 4471', 'Order - 4471'],
    ['- 4471', '- 4471'],
    ['[4471](x)', '4471(x)'],
    ['{order_id}', 'order_id'],
    ['{secure:entry_1}', 'the number you gave'],
    ['jo_smith@example.com', 'jo_smith@example.com'],
    ['_4471_', '4471'],
    ['44\u200B71\u0000', '4471'],
    ['4471 🎉', '4471'],
    ['-5', '-5'],
    ['Ñandú', 'Ñandú'],
  ])('says %j as "%s"', (value, said) => {
    expect(readBackOf('[Order {id}]', JSON.stringify({ id: value }))).toMatchObject({
      text: `Order ${said}`,
    });
  });

  it.each([
    [{}, 'The argument id is missing.'],
    [{ id: null }, 'The argument id is missing.'],
    [{ id: '' }, 'The argument id has nothing to read aloud.'],
    [{ id: ' *** ' }, 'The argument id has nothing to read aloud.'],
    [{ id: { n: 1 } }, 'The argument id cannot be read aloud.'],
    [{ id: [[1]] }, 'The argument id cannot be read aloud.'],
    [{ id: 1e30 }, 'The argument id cannot be read aloud.'],
    [{ id: [] }, 'The argument id is empty.'],
    [{ id: [1, 2, 3, 4] }, 'The argument id has too many items to be read back.'],
    [{ id: 'x'.repeat(121) }, 'The argument id is too long to be read back.'],
    [{ id: ['x'.repeat(121)] }, 'The argument id is too long to be read back.'],
  ])('is refused for %j', (args, reason) => {
    expect(readBackOf('[Order {id}]. Shall I?', JSON.stringify(args))).toEqual({ reason });
  });

  it.each(['', 'null', '[]', '"4471"', '{'])('is refused for arguments %j', (json) => {
    expect(readBackOf(CANCEL, json)).toEqual({ reason: 'The arguments are no JSON object.' });
  });

  it('does not take what every object has for an argument', () => {
    expect(readBackOf('[Do {constructor.name}]', '{}')).toHaveProperty('reason');
    expect(readBackOf('[Do {id.length}]', '{"id":"4471"}')).toHaveProperty('reason');
  });

  it('is one line of words, the last word of the key part among those to be heard', () => {
    const template = 'Well, [cancel {a} for {b}]: shall I?';
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (a, b) => {
        const readBack = readBackOf(template, JSON.stringify({ a, b }));
        if ('reason' in readBack) return;
        const words = readBack.text.split(' ');
        expect(words.every((word) => /^\S+$/u.test(word))).toBe(true);
        expect(readBack.text).not.toMatch(/[\n{}[\]*`]|\p{C}/u);
        expect(words.slice(readBack.keyWordCount)).toEqual(['shall', 'I?']);
      }),
    );
  });
});
