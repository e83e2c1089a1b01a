import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spelledCode } from './codes-in-words.ts';
import { digitWords } from './number-words.ts';
import { speakableText, spokenForm } from './spoken-form.ts';

const DIGIT_NAMES = new Map(digitWords('0123456789').map((name, digit) => [name, `${digit}`]));

/** The digits that are said one by one, in order; nothing else may stand for a number. */
function digitsSaid(text: string): string {
  return speakableText(spokenForm(text))
    .split(/[ ,.?!]+/)
    .map((word) => DIGIT_NAMES.get(word) ?? '')
    .join('');
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}

const digits = fc.stringMatching(/^\d{1,12}$/);
const letters = fc.stringMatching(/^[a-zA-Z]{1,6}$/);
const groups = fc.array(digits, { minLength: 1, maxLength: 5 });
const mark = fc.constantFrom('-', '_', '.', '/');

describe('identifiers', () => {
  it('lose no digit and keep their order, after whatever names them', () => {
    const lead = fc.constantFrom(
      'order',
      'Your code is',
      'reference',
      'ticket',
      'Confirmation number:',
      'your order number is',
      'tracking #',
      'PIN',
    );
    fc.assert(
      fc.property(lead, groups, mark, (name, parts, joint) => {
        const id = parts.join(joint);
        expect(digitsSaid(`${name} ${id} is here.`)).toBe(digitsOf(id));
      }),
    );
  });

  it('lose no digit and keep their order where letters are among them', () => {
    const run = fc.array(fc.oneof(digits, letters), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(run, fc.constantFrom('', '-', '_', '/'), (parts, joint) => {
        const id = parts.join(joint);
        fc.pre(/\d/.test(id) && /[a-z]/i.test(id));
        expect(digitsOf(spelledCode(id))).toBe(digitsOf(id));
        expect(digitsSaid(`ticket x${id}`)).toBe(digitsOf(id));
      }),
    );
  });

  it('lose no digit in groups of a telephone or card number', () => {
    const group = fc.stringMatching(/^\d{3,5}$/);
    fc.assert(
      fc.property(fc.array(group, { minLength: 3, maxLength: 5 }), (parts) => {
        const number = parts.join(' ');
        expect(digitsSaid(`Call +${number} now.`)).toBe(digitsOf(number));
        expect(digitsSaid(`The card is ${number}.`)).toBe(digitsOf(number));
      }),
    );
  });
});
