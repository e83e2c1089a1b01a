import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from './cli-error.ts';

/** Where the server keeps its key, unless ANTIPHON_DATA_DIR says otherwise. */
const DATA_DIRECTORY = '.antiphon';

/** Where a key may come from. */
export interface KeySources {
  /** The `--key` option. */
  readonly option?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/**
 * The API key of the server: `--key`, else `ANTIPHON_API_KEY`, else the file `api-key` in the
 * server's data folder, `.antiphon`. Throws `no_api_key` when there is none.
 */
export function findApiKey(sources: KeySources): string {
  const { option, environment, directory } = sources;
  const dataDirectory = environment['ANTIPHON_DATA_DIR'] ?? DATA_DIRECTORY;
  const file = path.join(dataDirectory, 'api-key');
  const key = option ?? environment['ANTIPHON_API_KEY'] ?? keyInFile(path.resolve(directory, file));
  if (key !== undefined && key.trim() !== '') return key.trim();
  throw new CliError(
    'no_api_key',
    `There is no API key: give one with --key, set ANTIPHON_API_KEY, or run this where the server ` +
      `was started (it keeps its key in ${file}). Start it with "npm start".`,
  );
}

function keyInFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
