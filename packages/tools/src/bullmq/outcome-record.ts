import type { ToolOutcome } from '@antiphon/session';

const KINDS = new Set<unknown>(['result', 'error', 'timeout', 'cancelled', 'unknown']);

/** Whether a value that was kept in Redis is an outcome, whoever wrote it. */
export function isOutcome(value: unknown): value is ToolOutcome {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, output, message } = value as Readonly<Record<string, unknown>>;
  if (kind === 'result') return typeof output === 'string';
  if (kind === 'error') return typeof message === 'string';
  return KINDS.has(kind);
}
