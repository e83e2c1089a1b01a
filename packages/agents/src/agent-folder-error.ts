/** One thing wrong in an agent folder. Lines and columns count from 1. */
export interface FolderFault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong. */
  readonly reason: string;
  /** What to do about it. */
  readonly advice: string;
}

/**
 * Why agents were not loaded.
 *
 * - `invalid_folder`: one or more folders have faults, all of which are in `faults`.
 * - `unreadable_directory`: the directory that should hold the folders cannot be listed.
 */
export type AgentFolderErrorCode = 'invalid_folder' | 'unreadable_directory';

/** The only error this package throws; its message lists every fault, one a line. */
export class AgentFolderError extends Error {
  override readonly name = 'AgentFolderError';
  readonly code: AgentFolderErrorCode;
  readonly faults: readonly FolderFault[];

  constructor(
    code: AgentFolderErrorCode,
    message: string,
    details: ErrorOptions & { readonly faults?: readonly FolderFault[] } = {},
  ) {
    const { faults = [], ...options } = details;
    super([message, ...faults.map(faultLine)].join('\n'), options);
    this.code = code;
    this.faults = faults;
  }
}

/** A fault as compilers write them: `file:line:column reason. Advice.` */
function faultLine({ file, line, column, reason, advice }: FolderFault): string {
  return `  ${file}:${line}:${column} ${reason}. ${advice}`;
}
