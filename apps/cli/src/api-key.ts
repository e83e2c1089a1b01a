import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from './cli-error.ts';

/** Where the server leaves its key for tools that run in the same directory. */
const KEY_FILE = path.join('.antiphon', 'api-key');

/** Where a key may come from. */
export interface KeySources {
  /** The `--key` option. */
  readonly option?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/**
 * The API key of the server: `--key`, else `ANTIPHON_API_KEY`, else the file `.antiphon/api-key`.
 * Throws `no_api_key` when there is none.
 */
export function findApiKey(sources: KeySources): string {
  const key = sources.option ?? sources.environment['ANTIPHON_API_KEY'] ?? keyInFile(sources);
  if (key !== undefined && key.trim() !== '') return key.trim();
  throw new CliError(
    'no_api_key',
    `There is no API key: give one with --key, set ANTIPHON_API_KEY, or run this where the server ` +
      `was started (it leaves its key in ${KEY_FILE}). Start it with "npm start".`,
  );
}

function keyInFile({ directory }: KeySources): string | undefined {
  try {
    return readFileSync(path.join(directory, KEY_FILE), 'utf8');
  } catch {
    return undefined;
  }
}
