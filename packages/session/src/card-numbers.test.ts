import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardNumbers, isCard, replaced, withoutRuns } from './card-numbers.ts';

const masked = (text: string) => replaced(text, cardNumbers(text), (digits) => `<${digits}>`);

const UNITS = 'zero one two three four five six seven eight nine'.split(' ');
const TEENS =
  'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const PLURALS = 'zeros ones twos threes fours fives sixes sevens eights nines'.split(' ');
const REPEATS = ['double', 'triple', 'quadruple'];

/** All ways to say a group of a number. */
function waysOf(group: string): string[] {
  const [first, ...rest] = group.split('').map(Number);
  const ways = [
    group,
    group.replaceAll(/\B/gu, ' ').replaceAll(/\d/gu, (digit) => UNITS[Number(digit)]!),
  ];
  ways.push(ways[1]!.replaceAll('zero', 'oh').replaceAll(' ', '-'));
  const isRepeated = rest.length > 0 && rest.length < 4 && rest.every((digit) => digit === first);
  if (isRepeated) {
    ways.push(`${REPEATS[rest.length - 1]} ${UNITS[first!]}`);
    ways.push(`${UNITS[group.length]} ${PLURALS[first!]}`);
  }
  if (/^[1-9]\d$/u.test(group)) ways.push(belowHundred(group));
  if (/^[1-9]\d00$/u.test(group)) ways.push(`${belowHundred(group.slice(0, 2))} hundred`);
  if (/^[1-9][1-9]\d$/u.test(group)) {
    const tail = belowHundred(group.slice(1));
    ways.push(`${UNITS[first!]} hundred ${tail}`, `${UNITS[first!]} hundred and ${tail}`);
  }
  if (/^[1-9]0[1-9]\d$/u.test(group))
    ways.push(`${UNITS[first!]} thousand ${belowHundred(group.slice(2))}`);
  if (/^[1-9]{2}[1-9]\d$/u.test(group)) {
    const [thousands, hundreds] = group;
    const tail = belowHundred(group.slice(2));
    ways.push(`${UNITS[Number(thousands)]} thousand ${UNITS[Number(hundreds)]} hundred ${tail}`);
  }
  return ways;
}

function belowHundred(group: string): string {
  const [tens, unit] = [Number(group[0]), Number(group[1])];
  if (tens === 1) return TEENS[unit]!;
  return unit === 0 ? TENS[tens]! : `${TENS[tens]}-${UNITS[unit]}`;
}

const anyCard = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(9), { minLength: 10, maxLength: 17 }))
  .map(([first, rest]) => {
    const digits = [first, ...rest].join('');
    return '0123456789'
      .split('')
      .map((check) => digits + check)
      .find(isCard)!;
  });

/** Between any groups, and where the words before would take in those that follow. */
const LOOSE = [' ', ' ', '-', ' \u2013 ', '.', ' and '];
const STRICT = [', ', '... ', ' uh ', ' dash ', ', um, er, ', '. Then, '];

const anySpokenCard = fc
  .tuple(
    anyCard,
    fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 19, maxLength: 19 }),
    fc.infiniteStream(fc.nat(1_000)),
  )
  .map(([digits, sizes, picks]) => {
    const pick = <Item>(items: readonly Item[]) => items[picks.next().value! % items.length]!;
    let text = '';
    for (let at = 0, group = 0; at < digits.length; group++) {
      if (group > 0) text += pick(/(?:ty|hundred)$/iu.test(text) ? STRICT : [...LOOSE, ...STRICT]);
      const part = digits.slice(at, at + sizes[group]!);
      const way = pick(waysOf(part));
      text += picks.next().value! % 3 === 0 ? way.toUpperCase() : way;
      at += part.length;
    }
    return { digits, text };
  });

const anyWords = fc
  .array(
    fc.constantFrom(
      ...'my card is please it thanks so and the number um er for to ate double that'.split(' '),
    ),
    { maxLength: 6 },
  )
  .map((words) => words.join(' '));

describe('numbers of cards', () => {
  it('are found whatever way they are said, and nothing else is', () => {
    fc.assert(
      fc.property(anySpokenCard, anyWords, anyWords, ({ digits, text }, before, after) => {
        const [head, tail] = [`${before} is: `, `, that is ${after}`];
        expect(masked(`${head}${text}${tail}`)).toBe(`${head}<${digits}>${tail}`);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are not made of digits that do not pass the check, or are too few', () => {
    const anyOther = fc
      .array(fc.nat(9), { minLength: 1, maxLength: 24 })
      .map((digits) => digits.join(''))
      .filter((digits) => !isCard(digits));
    fc.assert(
      fc.property(anyWords, anyOther, anyWords, (before, digits, after) => {
        const text = `${before} is ${digits} that is ${after}`;
        expect(masked(text)).toBe(text);
      }),
    );
  });

  it('leave a text of any signs with fewer digits as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        fc.pre((text.match(/\p{Nd}/gu) ?? []).length < 12);
        expect(masked(text)).toBe(text);
        expect(withoutRuns(text, 12, '')).toBe(text);
      }),
    );
  });

  it.each([
    ['Four one one one, one one one one, one one one one, one one one one.', '<4111111111111111>.'],
    ["It's 4111-1111-1111-1111, expires 12/27", "It's <4111111111111111>, expires 12/27"],
    ['4111 1111 1111 1111 12 27', '<4111111111111111> 12 27'],
    ['that one 4111 1111 1111 1111', 'that one <4111111111111111>'],
    ['oh, 4111111111111111', 'oh, <4111111111111111>'],
    ['five five double five, 5555 5555 triple four four', '<5555555555554444>'],
    ['thirty-seven eighty-two, 822463 one oh oh oh five', '<378282246310005>'],
    ['4242 4242 4242 4242 4242 4242 4242 4242', '<4242424242424242> <4242424242424242>'],
    ['four one one one one one one one one one one one one one won one', '<4111111111111111>'],
    ['٤١١١ ١١١١ ١١١١ ١١١١', '<4111111111111111>'],
    ['4111 1111 1111 1112', '4111 1111 1111 1112'],
    ['call me at 030 1234 5678', 'call me at 030 1234 5678'],
    ['order 4471 for two', 'order 4471 for two'],
  ])('are found in %j', (text, told) => {
    expect(masked(text)).toBe(told);
  });
});

describe('a number that is being said', () => {
  it('is told up to its first digits', () => {
    expect(withoutRuns('my card is 4111 11', 6, '-')).toBe('my card is 4111 11');
    expect(withoutRuns('my card is 4111 111 and', 6, '-')).toBe('my card is - and');
    expect(withoutRuns('four one double one, uh, one one one', 6, '-')).toBe('-');
  });
});
