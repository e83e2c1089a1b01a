import { describe, expect, it } from 'vitest';
import { maskAddresses } from './mask-addresses.ts';

describe('maskAddresses', () => {
  it.each([
    ['{"email":"jane.doe+x@mail.example.com"}', '{"email":"j…@mail.example.com"}'],
    ['a@b.org, Zoë <zoë@exämple.de>.', 'a…@b.org, Zoë <z…@exämple.de>.'],
    ["o'neil@example.com!", 'o…@example.com!'],
    ['4 @ 5 and @home and a@b', '4 @ 5 and @home and a@b'],
    ['nothing to hide', 'nothing to hide'],
  ])('makes %j of it', (text, masked) => {
    expect(maskAddresses(text)).toBe(masked);
  });

  it('takes no time for text that only looks like one', () => {
    const text = 'x'.repeat(20_000) + '@';
    expect(maskAddresses(text)).toBe(text);
  });
});
