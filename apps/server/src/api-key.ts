import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Access } from './access.ts';
import type { ServerConfig } from './config.ts';
import type { ConfiguredKey } from './configured-keys.ts';
import { ServerError } from './server-error.ts';

/** 256 random bits cannot be guessed. */
const KEY_BYTES = 32;

/** The keys that clients may use. */
export interface ApiKeys {
  /** One that opens everything, for links and for the person who started the server. */
  readonly first: string;
  /** Where the key is kept; `null` when it came from the environment. */
  readonly file: string | null;
  /** Whether it was made just now. */
  readonly isNew: boolean;
  /** What a candidate opens; null for what is no key. It takes a time that tells nothing of them. */
  accessOf(candidate: string | null | undefined): Access | null;
}

/**
 * The keys of the configuration or, without any, the one kept in the data folder, which is made on
 * the first start and readable by its owner only. Rejects with a ServerError, `key_unusable`.
 */
export async function openApiKeys(
  config: Pick<ServerConfig, 'apiKeys' | 'dataDir'>,
): Promise<ApiKeys> {
  if (config.apiKeys !== null) return apiKeysOf(config.apiKeys, { file: null, isNew: false });
  const file = path.join(config.dataDir, 'api-key');
  try {
    const made = await makeKey(file);
    const isNew = made !== null;
    return apiKeysOf([{ key: made ?? (await readKey(file)), tenant: null }], { file, isNew });
  } catch (error) {
    if (error instanceof ServerError) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    throw new ServerError(
      'key_unusable',
      `The API key file ${file} cannot be used: ${problem}.\n` +
        'Make the folder writable, set ANTIPHON_DATA_DIR to another one, or set ANTIPHON_API_KEYS.',
      { cause: error },
    );
  }
}

function apiKeysOf(
  keys: readonly ConfiguredKey[],
  source: Pick<ApiKeys, 'file' | 'isNew'>,
): ApiKeys {
  const first = keys.find(({ tenant }) => tenant === null)?.key;
  if (first === undefined) throw new ServerError('key_unusable', 'There is no API key.');
  // Digests have one length, so that nothing can be learnt from comparing them.
  const known = keys.map(({ key, tenant }) => ({ digest: digest(key), access: { tenant } }));
  return {
    first,
    ...source,
    accessOf: (candidate) => {
      const seen = digest(candidate ?? '');
      const matching = known.filter((entry) => timingSafeEqual(entry.digest, seen));
      return matching[0]?.access ?? null;
    },
  };
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** A new key, written to the file; `null` when the file exists. */
async function makeKey(file: string): Promise<string | null> {
  const key = `sk-antiphon-${randomBytes(KEY_BYTES).toString('base64url')}`;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, `${key}\n`, { flag: 'wx', mode: 0o600 });
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
}

async function readKey(file: string): Promise<string> {
  const key = (await readFile(file, 'utf8')).trim();
  if (!/^[\x21-\x7e]+$/u.test(key)) {
    throw new ServerError(
      'key_unusable',
      `The API key file ${file} holds no key. Delete it, and the next start makes a new one.`,
    );
  }
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) await chmod(file, 0o600);
  return key;
}
