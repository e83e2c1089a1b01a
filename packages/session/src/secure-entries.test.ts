import { describe, expect, it } from 'vitest';
import { SecureEntries, withoutPlaceholders } from './secure-entries.ts';

describe('secrets that a caller typed', () => {
  it('reach the tool in the place of what stands for them', () => {
    const secrets = new SecureEntries();
    const [pin, card] = [secrets.keep('0471'), secrets.keep('4000123412341234')];
    expect(secrets.reveal(JSON.stringify({ pin, card: [`no ${card}`], other: 'x' }))).toBe(
      '{"pin":"0471","card":["no 4000123412341234"],"other":"x"}',
    );
    expect(secrets.reveal('{"order_id":"4471"}')).toBe('{"order_id":"4471"}');
  });

  it('are not guessed: a call that names an unknown one does not run', () => {
    const secrets = new SecureEntries();
    secrets.keep('4471');
    expect(secrets.reveal('{"pin":"{secure:entry_2}"}')).toBeNull();
    secrets.clear();
    expect(secrets.reveal('{"pin":"{secure:entry_1}"}')).toBeNull();
  });

  it.each([
    ['PIN 4471 is wrong', 'PIN •••• is wrong'],
    ['4 4 7 1', '••••'],
    ['4-4-7-1, 44 71', '••••, ••••'],
    ['14471 and 44712', '14471 and 44712'],
    ['4472', '4472'],
    ['{"pin":"4471"}', '{"pin":"••••"}'],
  ])('are masked in %j', (text, masked) => {
    const secrets = new SecureEntries();
    secrets.keep('4471');
    secrets.keep('4');
    expect(secrets.mask(text)).toBe(masked);
  });

  it('are forgotten when there are too many, the oldest first', () => {
    const secrets = new SecureEntries();
    const names = Array.from({ length: 20 }, (_, index) => secrets.keep(String(1_000 + index)));
    expect(secrets.reveal(names[3]!)).toBeNull();
    expect(secrets.reveal(names[4]!)).toBe('1004');
    expect(secrets.reveal(names[19]!)).toBe('1019');
  });

  it('are not read aloud', () => {
    expect(withoutPlaceholders('{secure:entry_1}')).toBe('the number you gave');
  });
});
