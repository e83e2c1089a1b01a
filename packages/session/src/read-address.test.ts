import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress } from './read-address.ts';

describe('an e-mail address in a transcript', () => {
  it.each([
    ['jo.smith@example.com', 'jo.smith@example.com'],
    ["It's Jo.Smith@Example.com.", 'jo.smith@example.com'],
    ['jo@example.com, yes, jo@example.com', 'jo@example.com'],
    ['jo dot smith at example dot com', 'jo.smith@example.com'],
    ['j o dot smith at example dot com', 'jo.smith@example.com'],
    ['J-O dot S-M-I-T-H at example dot com', 'jo.smith@example.com'],
    ['J. O. Smith at example.com', 'josmith@example.com'],
    ['jo underscore smith at gmail dot com', 'jo_smith@gmail.com'],
    ['jo under score smith at gmail dot com', 'jo_smith@gmail.com'],
    ["it's jo, s m i t h, at example dot co dot uk", 'josmith@example.co.uk'],
    ['smith, s m i t h, at example dot com', 'smith@example.com'],
    ['s m i t h, smith, at example dot com', 'smith@example.com'],
    ['capital J o at example dot com', 'jo@example.com'],
    ['jo at example dot com all lower case', 'jo@example.com'],
    ['jo smith all one word at example dot com', 'josmith@example.com'],
    ['s as in sam a m at example dot com', 'sam@example.com'],
    ['j for juliet, o for oscar at example dot com', 'jo@example.com'],
    ['jo four two at example dot com', 'jo42@example.com'],
    ['jo forty two at example dot com', 'jo42@example.com'],
    ['jo nineteen ninety at example dot com', 'jo1990@example.com'],
    ['jo oh seven at example dot com', 'jo07@example.com'],
    ['jo double seven at example dot com', 'jo77@example.com'],
    ['double u i l l at example dot com', 'will@example.com'],
    ['a double n a at example dot com', 'anna@example.com'],
    ['anna dash maria at example dot org', 'anna-maria@example.org'],
    ['anna hyphen maria at example dot org', 'anna-maria@example.org'],
    ['anna minus maria at example dot org', 'anna-maria@example.org'],
    ['anna-maria at example.org', 'anna-maria@example.org'],
    ['jo plus shop at example dot com', 'jo+shop@example.com'],
    ['jo at sign example point com', 'jo@example.com'],
    ['jo at acme software dot com', 'jo@acmesoftware.com'],
    ['jo at mail dot example dot d e', 'jo@mail.example.de'],
    ['jo at g m x dot net', 'jo@gmx.net'],
    ['jo at three m dot com', 'jo@3m.com'],
    ['ess em eye tee h at example dot com', 'smith@example.com'],
    ['jay smith at example dot com', 'jaysmith@example.com'],
    ['it is for you j o e at example dot com', 'joe@example.com'],
    ['s em i tee h at example dot com', 'smith@example.com'],
    ['my email address is jo at example dot com', 'jo@example.com'],
    ['Yes, you can reach me at jo at example dot com, thanks.', 'jo@example.com'],
    ['um please send it to uh jo dot smith at example dot com please', 'jo.smith@example.com'],
    ['i think the best one is jo at example dot com thank you very much', 'jo@example.com'],
    ["no, it's jo at example dot com", 'jo@example.com'],
    ['No, sorry, use jo@example.com.', 'jo@example.com'],
    ['oh no actually jo at example dot com', 'jo@example.com'],
    ['jo dot smith@example.com', 'jo.smith@example.com'],
    ['j smith@example.com', 'jsmith@example.com'],
    ['it is jo 42 dash x@example.com', 'jo42-x@example.com'],
    ['José at example dot com', 'jose@example.com'],
  ])('%j is %s', (text, address) => {
    expect(readAddress(text)).toBe(address);
  });

  it.each([
    '',
    'yes',
    'no thanks',
    'jo smith',
    'jo at example',
    'jo at gmail',
    'at example dot com',
    'jo dot com',
    'dot at dot com',
    'jo dot dot smith at example dot com',
    'jo at example dot',
    'jo at example dot come',
    'jo at example dot com and hurry',
    'jo at example dot com i moved to berlin',
    'jo at example dot com no wait joe at example dot com',
    'jo@example.com, no, jo@example.org',
    'jo@example.com no wait',
    'jo sorry joe at example dot com',
    'jo or joe at example dot com',
    'jo dot smith and anna at example dot com',
    'jo at home at example dot com',
    'jo two hundred at example dot com',
    'jo slash smith at example dot com',
    'jo@example.com or anna@example.com',
    'jo@example.com\nbcc: anna@example.com',
    'jo..smith@example.com',
    'jo@example.c0m',
    'jo at the office dot com',
    'what is your email address',
    'ich wohne in berlin',
    'почта at example dot com',
    `jo at ${'example dot '.repeat(60)}com`,
    'x'.repeat(1_000_000),
  ])('is none in %j', (text) => {
    expect(readAddress(text)).toBeNull();
  });

  it('is always one that can be written to, and the same when read once more', () => {
    const words = fc.constantFrom(
      ...'jo smith at at dot dot com org j s 4 two double u it is capital dash plus _ @ . - thanks'.split(
        ' ',
      ),
    );
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(words, { maxLength: 14 }).map((parts) => parts.join(' ')),
      fc
        .tuple(...[1, 2, 3].map(() => fc.array(words, { minLength: 1, maxLength: 3 })))
        .map(([a, b, c]) => [...a!, 'at', ...b!, 'dot', 'com', ...c!.slice(1)].join(' ')),
    );
    let found = 0;
    fc.assert(
      fc.property(text, (spoken) => {
        const address = readAddress(spoken);
        if (address === null) return;
        found += 1;
        expect(address).toMatch(/^[a-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,24}$/u);
        expect(readAddress(address)).toBe(address);
      }),
      { numRuns: 20_000, seed: 4_471 },
    );
    expect(found).toBeGreaterThan(100);
  });
});
