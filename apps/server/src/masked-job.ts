import { maskAddresses } from '@antiphon/observability';

/** Stands for whatever a caller said or a tool answered. */
const MASKED = '…';

/** Schemas name fewer arguments than that. */
const MOST_KEYS = 50;
const MOST_LEVELS = 4;

/** What a job was added with, as operators may see it: its arguments without their values. */
export function maskedJobData(data: unknown): unknown {
  if (!isRecord(data)) return MASKED;
  const { agent, tool, sessionId, callId, effect, expiresAtMs, trace } = data;
  const args = typeof data['arguments'] === 'string' ? parsed(data['arguments']) : null;
  const masked = shapeOf(args, 1);
  return { agent, tool, sessionId, callId, effect, expiresAtMs, trace, arguments: masked };
}

/**
 * How a job ended, as operators may see it: a result by its length, a message without digits and
 * addresses.
 */
export function maskedOutcome(outcome: unknown): unknown {
  if (!isRecord(outcome)) return outcome === null || outcome === undefined ? null : MASKED;
  const { kind, output, message } = outcome;
  return {
    kind,
    ...(typeof output === 'string' && { output: `${MASKED} (${output.length} characters)` }),
    ...(typeof message === 'string' && {
      message: maskAddresses(message).replaceAll(/\p{Nd}/gu, '#'),
    }),
  };
}

/** The names in a value without what they stand for. */
function shapeOf(value: unknown, level: number): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [MASKED];
  if (!isRecord(value) || level > MOST_LEVELS) return MASKED;
  const entries = Object.entries(value).slice(0, MOST_KEYS);
  return Object.fromEntries(entries.map(([key, member]) => [key, shapeOf(member, level + 1)]));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
