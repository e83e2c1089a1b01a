import type { FolderFault } from './agent-folder-error.ts';

/** The faults without repeats: a YAML anchor is read once for each place that uses it. */
export function distinctFaults(faults: readonly FolderFault[]): FolderFault[] {
  const seen = new Set<string>();
  return faults.filter(({ file, line, column, advice }) => {
    // Reasons name the path by which a value was reached, advice does not.
    const key = `${file}:${line}:${column} ${advice}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
