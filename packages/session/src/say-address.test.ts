import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress } from './read-address.ts';
import { sayAddress } from './say-address.ts';

describe('an e-mail address that is said', () => {
  it.each([
    ['jo.smith@example.com', 'jo dot smith at example dot com'],
    ['Jo.Smith@Example.COM', 'jo dot smith at example dot com'],
    [' jo@example.com ', 'jo at example dot com'],
    ['jo_smith@gmail.com', 'jo underscore smith at gmail dot com'],
    ['jo-ann+shop@mail.example.org', 'jo dash ann plus shop at mail dot example dot org'],
    ['jo42@example.co.uk', 'jo 4 2 at example dot co dot U K'],
    ['jsmith@example.de', 'J S M I T H at example dot D E'],
    ['jd@gmx.net', 'J D at G M X dot net'],
    ['a.b@c.io', 'A dot B at C dot I O'],
    ['dot@example.com', 'D O T at example dot com'],
    ['four@double.com', 'F O U R at D O U B L E dot com'],
    ['xkcdqrst@example.com', 'X K C D Q R S T at example dot com'],
    ['anna1990@example.com', 'anna 1 9 9 0 at example dot com'],
  ])('of %s is "%s"', (address, said) => {
    expect(sayAddress(address)).toBe(said);
  });

  it.each([
    '',
    'jo',
    'jo@',
    '@example.com',
    'jo@example',
    'jo@@example.com',
    'jo@a@example.com',
    'jo..smith@example.com',
    '.jo@example.com',
    'jo.@example.com',
    'jo smith@example.com',
    'Jo <jo@example.com>',
    'jo@example.com\nBcc: x@example.com',
    'jo@-example.com',
    'jo@example-.com',
    'jo@example.c',
    'jo@example.c0m',
    'jo@exämple.com',
    '___@example.com',
    `${'x'.repeat(65)}@example.com`,
    `jo@${'example.'.repeat(40)}com`,
  ])('is none for %j', (address) => {
    expect(sayAddress(address)).toBeNull();
  });

  it('is understood as it was written', () => {
    const name = fc.oneof(
      fc.stringMatching(/^[a-z0-9]{1,12}$/u),
      fc.stringMatching(/^[a-z]{1,8}[._+-][a-z0-9]{1,8}$/u),
      fc.constantFrom(
        'at',
        'dot',
        'oh',
        'one',
        'the',
        'as',
        'email',
        'w',
        'uu',
        'double',
        'forty',
        'sam',
      ),
    );
    const label = fc.oneof(
      fc.stringMatching(/^[a-z0-9]{1,10}$/u),
      fc.stringMatching(/^[a-z]{1,5}-[a-z0-9]{1,5}$/u),
      fc.constantFrom('is', 'thanks', 'com', 'two', 'capital'),
    );
    const ending = fc.constantFrom(
      'com',
      'org',
      'net',
      'info',
      'de',
      'co.uk',
      'io',
      'to',
      'in',
      'is',
    );
    fc.assert(
      fc.property(name, label, ending, (local, domain, last) => {
        const address = `${local}@${domain}.${last}`;
        expect(readAddress(sayAddress(address)!)).toBe(address);
        expect(readAddress(`It's ${sayAddress(address)!}.`)).toBe(address);
        expect(readAddress(sayAddress(address)!.toLowerCase())).toBe(address);
      }),
      { numRuns: 2_000 },
    );
  });
});
