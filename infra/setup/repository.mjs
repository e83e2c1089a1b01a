import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Absolute path of the repository; every command of the set-up runs there. */
export const repositoryRoot = path.resolve(here, '../..');

/**
 * Absolute path of a file of the repository.
 * @param {string[]} segments
 */
export function inRepository(...segments) {
  return path.join(repositoryRoot, ...segments);
}
