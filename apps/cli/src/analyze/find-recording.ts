import { stat } from 'node:fs/promises';
import path from 'node:path';
import { SessionArchive } from '@antiphon/storage';
import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';

/** As many are named where the one that was asked for is not there. */
const MOST_NAMED = 5;

/** Where a recording is: its folder has the session's name. */
export interface FoundRecording {
  readonly folder: string;
  readonly sessionId: string;
}

/**
 * The recording of this name: its own folder, or one in `recordings` of the server's data folder.
 * Rejects with `unknown_recording`, which names the latest there are.
 */
export async function findRecording(
  name: string,
  { environment, directory }: Pick<Terminal, 'environment' | 'directory'>,
): Promise<FoundRecording> {
  const dataDir = environment['ANTIPHON_DATA_DIR'] || '.antiphon';
  const recordings = path.resolve(directory, dataDir, 'recordings');
  for (const candidate of [path.resolve(directory, name), path.resolve(recordings, name)]) {
    if (!(await isFolder(candidate))) continue;
    const sessionId = path.basename(candidate);
    if (/^[\w-]{1,128}$/u.test(sessionId)) return { folder: path.dirname(candidate), sessionId };
    throw new CliError(
      'unknown_recording',
      `"${name}" is not named as recordings are; call the folder as its session is called, with ` +
        'letters, digits, _ and -.',
    );
  }
  const latest = (await new SessionArchive(recordings).list()).slice(0, MOST_NAMED);
  const known = latest.map(({ id }) => id).join(', ');
  throw new CliError(
    'unknown_recording',
    `There is no recording "${name}". Name its folder, or a session in ${recordings}` +
      (known === '' ? ', where there is none.' : `; the latest there: ${known}.`),
  );
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
