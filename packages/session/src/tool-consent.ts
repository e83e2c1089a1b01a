import { PLAIN_TOOL } from './ports/session-config.ts';
import type { ToolDefinition } from './ports/session-config.ts';
import { readBackOf } from './read-back.ts';
import type { ReadBack } from './read-back.ts';
import { sayAddress } from './say-address.ts';

/** A tool as a call to it is treated. */
export interface CallTreatment {
  readonly tool: ToolDefinition;
  /** What is said before it runs, where it wants consent. */
  readonly readBack: ReadBack | null;
  /** Why it cannot run. */
  readonly refusal: string | null;
}

/** A tool nobody defined: its calls are settled at once, so its waits are never used. */
export function unknownTool(name: string): ToolDefinition {
  return {
    ...PLAIN_TOOL,
    name,
    description: '',
    parameters: {},
    runs: 'server',
    coverAfterMs: 60_000,
  };
}

/** What is read back before a call that wants consent; a call that cannot be read back cannot run. */
export function consentFor(tool: ToolDefinition, text: string): CallTreatment {
  if (tool.confirm === 'none') return { tool, readBack: null, refusal: null };
  const readBack = readBackOf(tool.readBack ?? '', text);
  if (!('reason' in readBack)) return { tool, readBack, refusal: null };
  const refused = { ...tool, confirm: 'none', runs: 'server' } as const;
  return { tool: refused, readBack: null, refusal: readBack.reason };
}

/** An address that can be read to the caller, or none. */
export function usableEmail(address: string | null): string | null {
  return address !== null && sayAddress(address) !== null ? address.trim() : null;
}

/** The address on file that a tool's result holds, if it is one that tells it. */
export function contactIn({ contactField }: ToolDefinition, output: string): string | null {
  if (contactField === null) return null;
  try {
    const value: unknown = (JSON.parse(output) as Record<string, unknown> | null)?.[contactField];
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
