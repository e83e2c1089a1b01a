import { describe, expect, it } from 'vitest';
import { AddressGuard } from './address-guard.ts';

const strict = new AddressGuard({ allowed: [] });

/** What a connection to a name of this meaning is told. */
function looked(guard: AddressGuard, host = 'crm.example.com'): Promise<unknown> {
  return new Promise((resolve) => {
    guard.lookup(host, { all: true }, (error, addresses) => resolve(error?.message ?? addresses));
  });
}

function meaning(addresses: readonly string[], allowed: readonly string[] = []): AddressGuard {
  return new AddressGuard({ allowed, resolve: () => Promise.resolve(addresses) });
}

describe('AddressGuard', () => {
  it.each([
    '127.0.0.1',
    '127.1.2.3',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
  ])('keeps calls away from %s, by number and by name', async (address) => {
    expect(strict.refuses(address)).toBe(true);
    expect(await looked(meaning([address]))).toBe('the address is not public and not allowed');
  });

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1', '::ffff:8.8.8.8'])(
    'lets calls to %s through',
    async (address) => {
      expect(strict.refuses(address)).toBe(false);
      expect(await looked(meaning([address]))).toMatchObject([{ address }]);
    },
  );

  it('refuses a name that means a public address and another', async () => {
    expect(await looked(meaning(['8.8.8.8', '10.0.0.1']))).toMatch(/not public/);
  });

  it('lets through what is allowed: a name, an address, a range', async () => {
    expect(await looked(meaning(['10.0.0.1'], ['CRM.example.com']))).toMatchObject([{}]);
    expect(await looked(meaning(['10.0.0.1'], ['10.0.0.1']))).toMatchObject([{}]);
    expect(await looked(meaning(['::ffff:10.0.0.1'], ['10.0.0.0/8']))).toMatchObject([{}]);
    expect(await looked(meaning(['fd00::1'], ['fd00::/8']))).toMatchObject([{}]);
    expect(await looked(meaning(['10.0.0.2'], ['10.0.0.1', 'other.example.com']))).toMatch(
      /not public/,
    );
    expect(new AddressGuard({ allowed: ['127.0.0.1'] }).refuses('127.0.0.1')).toBe(false);
  });

  it('tells that a name is not known', async () => {
    const guard = new AddressGuard({
      allowed: [],
      resolve: () => Promise.reject(new Error('no such name')),
    });
    expect(await looked(guard)).toBe('no such name');
    expect(await looked(meaning([]))).toBe('the name has no address');
  });

  it.each(['10.0.0.0/33', 'http://crm', 'a b', ''])('does not take %j for an address', (entry) => {
    expect(() => new AddressGuard({ allowed: [entry] })).toThrow(
      expect.objectContaining({ code: 'invalid_allowance' }) as Error,
    );
  });
});
