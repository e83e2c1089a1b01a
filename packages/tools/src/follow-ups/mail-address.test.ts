import { describe, expect, it } from 'vitest';
import { isMailAddress, readSenderAddress } from './mail-address.ts';

describe('isMailAddress', () => {
  it.each([
    'ann@example.com',
    'ann.o-neil+orders@mail.example.co.uk',
    "o'hara_9@xn--bcher-kva.example",
    `${'a'.repeat(64)}@example.com`,
  ])('takes %s', (text) => {
    expect(isMailAddress(text)).toBe(true);
  });

  it.each([
    '',
    'ann',
    '@example.com',
    'ann@',
    'ann@localhost',
    'ann@10.0.0.7',
    'ann@[10.0.0.7]',
    'ann@example.com.',
    'ann@-example.com',
    'ann@exa mple.com',
    'ann @example.com',
    '.ann@example.com',
    'a..n@example.com',
    'ann@example.com,bob@example.com',
    'ann@bob@example.com',
    'ann@example.com\n',
    'ann@example.com\r\nBcc: all@example.com',
    'ann\0@example.com',
    '"ann"@example.com',
    'Ann <ann@example.com>',
    '<ann@example.com>',
    'ann(comment)@example.com',
    'änn@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ann@${'a.'.repeat(125)}com`,
  ])('refuses %j', (text) => {
    expect(isMailAddress(text)).toBe(false);
  });
});

describe('readSenderAddress', () => {
  it('reads an address with and without a name', () => {
    const address = 'support@example.com';
    expect(readSenderAddress(` ${address} `)).toEqual({ name: null, address });
    expect(readSenderAddress(`Käse & Co. <${address}>`)).toEqual({ name: 'Käse & Co.', address });
  });

  it.each([
    '',
    'Support',
    '<support@example.com>',
    'A <a@example.com>, B <b@example.com>',
    'A\r\nBcc: <b@example.com>',
    'A <support@example.com> B',
    `${'A'.repeat(101)} <support@example.com>`,
  ])('refuses %j', (text) => {
    expect(readSenderAddress(text)).toBeNull();
  });
});
