/**
 * Thrown by a tool that may or may not have done what it was asked: the call ends as `unknown`.
 * Any error of this name counts, for a tool's file may come by a copy of its own.
 */
export class ToolUnknownError extends Error {
  override readonly name = 'ToolUnknownError';
}

/** Whether what a tool has thrown says that it is not known what came of the call. */
export function saysUnknown(error: unknown): boolean {
  return error instanceof Error && error.name === 'ToolUnknownError';
}
