import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Keeps a file whole or not at all, also where several processes keep it at once; what callers said
 * is nobody's but its owner's.
 */
export async function keepFile(file: string, text: string): Promise<void> {
  const made = `${file}.${randomBytes(6).toString('hex')}.new`;
  try {
    await writeFile(made, text, { mode: 0o600 });
    await rename(made, file);
  } catch (error) {
    await rm(made, { force: true }).catch(() => {});
    throw error;
  }
}

/** Whether an error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
