import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ToolError } from '../tool-error.ts';

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Finds the addresses of a host. */
export type Resolver = (host: string) => Promise<readonly string[]>;

/** What an {@link AddressGuard} lets through. */
export interface AddressGuardOptions {
  /** Hosts, addresses and ranges such as `10.0.0.0/8` that may be called although not public. */
  readonly allowed: readonly string[];
  /** The system's own resolver unless said. */
  readonly resolve?: Resolver;
}

/** All of IPv6 that is routed in public; its other ranges reach machines near this one. */
const PUBLIC_IPV6 = ipaddr.parseCIDR('2000::/3');

/** The host agent of Azure's machines: a public address that is answered within the machine. */
const NEAR_ADDRESSES = new Set(['168.63.129.16']);

/**
 * Keeps calls on public addresses. What a name means is looked at when a connection is opened, so
 * a name that changes its address meanwhile is refused as well.
 */
export class AddressGuard {
  readonly #hosts = new Set<string>();
  readonly #ranges: Range[] = [];
  readonly #resolve: Resolver;

  /** Throws a {@link ToolError}, `invalid_allowance`, that names what is neither host nor range. */
  constructor({ allowed, resolve = systemResolver }: AddressGuardOptions) {
    this.#resolve = resolve;
    for (const entry of allowed) {
      if (ipaddr.isValidCIDR(entry)) this.#ranges.push(ipaddr.parseCIDR(entry));
      else if (ipaddr.isValid(entry)) this.#ranges.push(rangeOf(ipaddr.process(entry)));
      else if (/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(entry)) this.#hosts.add(entry.toLowerCase());
      else {
        const message = `"${entry}" is no host, no address and no range such as 10.0.0.0/8`;
        throw new ToolError('invalid_allowance', message);
      }
    }
  }

  /** Whether a host that is an address itself must not be called; names are seen to in `lookup`. */
  refuses(host: string): boolean {
    return isIP(host) !== 0 && !this.#isFine(host, host);
  }

  /** For a connection: the addresses of a name, or an error when one of them must not be called. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    this.#resolve(host).then(
      (addresses) => {
        if (addresses.length === 0) callback(new Error('the name has no address'), '');
        else if (!addresses.every((address) => this.#isFine(host, address))) {
          callback(new RefusedAddress(), '');
        } else if (options.all) {
          const all = addresses.map((address) => ({ address, family: isIP(address) }));
          callback(null, all);
        } else callback(null, addresses[0]!, isIP(addresses[0]!));
      },
      (error: unknown) => callback(error as Error, ''),
    );
  };

  #isFine(host: string, address: string): boolean {
    if (this.#hosts.has(host.toLowerCase())) return true;
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    if (this.#ranges.some((range) => isWithin(parsed, range))) return true;
    if (parsed.range() !== 'unicast' || NEAR_ADDRESSES.has(parsed.toString())) return false;
    return parsed.kind() === 'ipv4' || isWithin(parsed, PUBLIC_IPV6);
  }
}

/** A connection to an address that must not be called. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
  constructor() {
    super('the address is not public and not allowed');
  }
}

async function systemResolver(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

function rangeOf(address: ipaddr.IPv4 | ipaddr.IPv6): Range {
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, [start, bits]: Range): boolean {
  return address.kind() === start.kind() && address.match([start, bits] as never);
}
