import { z } from 'zod';

/** An API key and the tenant whose sessions it opens; without one it opens all. */
export interface ConfiguredKey {
  readonly key: string;
  readonly tenant: string | null;
}

/** The keys as the environment gives them, separated by commas. */
export const apiKeys = z
  .string()
  .transform((text) => text.split(',').map((entry) => configuredKey(entry.trim())))
  // Keys travel in header fields and subprotocols, which hold no spaces.
  .refine((keys) => keys.every(({ key }) => /^[\x21-\x7e]+$/u.test(key)))
  .refine((keys) => keys.some(({ tenant }) => tenant === null));

/** `tenant:key`, or a key that is nobody's and sees everything. */
function configuredKey(entry: string): ConfiguredKey {
  const [, tenant, key] = /^([a-z0-9][a-z0-9-]{0,39}):(.+)$/u.exec(entry) ?? [];
  return tenant === undefined || key === undefined ? { key: entry, tenant: null } : { key, tenant };
}
