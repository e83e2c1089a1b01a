import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../json-value.ts';
import { presentKeys } from '../present-keys.ts';
import type { ToolExtension } from '../session-config.ts';

/** No call is waited for longer. */
const LONGEST_WAIT_MS = 600_000;

/** A longer question is not kept in mind. */
const MOST_READ_BACK_CHARACTERS = 500;

const MOST_COVERS = 20;

/** A cover is over within a second: three words, and letters at 60 ms each. */
const MOST_COVER_WORDS = 3;
const MOST_COVER_CHARACTERS = 16;

const cover = z.string().refine(isShort, {
  message: 'expected a phrase of at most three words and 16 characters, such as "One moment."',
});

const readBack = z
  .string()
  .max(MOST_READ_BACK_CHARACTERS)
  .refine(hasOneKeyPart, {
    message:
      'expected one part in brackets that names the action, such as ' +
      '"[Cancel order {order_id}]. Shall I?"',
  });

/**
 * The member `antiphon` of a tool: how the session treats its calls, in the words of `agent.yaml`.
 * A confirmation needs something to say yes to, and a read-back a confirmation.
 */
export const toolExtensionField = z
  .strictObject({
    confirm: z.enum(['none', 'verbal', 'dtmf']).nullish(),
    readBack: readBack.nullish(),
    coverAfterMs: z.int().min(0).max(LONGEST_WAIT_MS).nullish(),
    deadlineMs: z.int().min(1).max(LONGEST_WAIT_MS).nullish(),
    timeoutMs: z.int().min(1).max(LONGEST_WAIT_MS).nullish(),
    covers: z.array(cover).max(MOST_COVERS).nullish(),
  })
  .refine((policy) => !asks(policy) || typeof policy.readBack === 'string', { path: ['readBack'] })
  .refine((policy) => asks(policy) || typeof policy.readBack !== 'string', {
    path: ['readBack'],
    message: "it is never said where 'confirm' is not 'verbal' or 'dtmf'",
  })
  .refine((policy) => policy.confirm !== 'dtmf' || saysWhatToPress(policy.readBack ?? ''), {
    path: ['readBack'],
    message: 'expected it to say what to press, as in "Press one to go ahead."',
  })
  .transform((policy): ToolExtension =>
    presentKeys({
      confirm: policy.confirm ?? undefined,
      readBack: policy.readBack ?? undefined,
      coverAfterMs: policy.coverAfterMs ?? undefined,
      deadlineMs: policy.deadlineMs ?? undefined,
      timeoutMs: policy.timeoutMs ?? undefined,
      covers: policy.covers ?? undefined,
    }),
  );

/** Where a read-back names what no call has. */
export const READ_BACK_FAULT = {
  path: ['antiphon', 'readBack'],
  message: "each {name} in it must be one of the properties in the tool's parameters",
};

/** Whether the tool has all the arguments that its read-back names. */
export function readsBackArguments({
  antiphon,
  parameters,
}: {
  antiphon?: ToolExtension | null | undefined;
  parameters?: JsonObject | null | undefined;
}): boolean {
  const properties = parameters?.['properties'];
  const gaps = (antiphon?.readBack ?? '').matchAll(/\{([^{}]*)\}/gu);
  return [...gaps].every(([, argument = '']) => {
    const [name = ''] = argument.trim().split('.');
    return isJsonObject(properties) && Object.hasOwn(properties, name);
  });
}

function asks({ confirm }: { confirm?: ToolExtension['confirm'] | null }): boolean {
  return confirm === 'verbal' || confirm === 'dtmf';
}

function isShort(phrase: string): boolean {
  const words = phrase.split(/\s+/u).filter((word) => word !== '').length;
  return words > 0 && words <= MOST_COVER_WORDS && phrase.trim().length <= MOST_COVER_CHARACTERS;
}

/** Exactly one pair of brackets, with words of its own in it. */
function hasOneKeyPart(text: string): boolean {
  const inside = /^[^[\]]*\[([^[\]]*)\][^[\]]*$/u.exec(text)?.[1];
  return inside !== undefined && /[\p{L}\p{N}]/u.test(inside.replaceAll(/\{[^{}]*\}/gu, ''));
}

function saysWhatToPress(text: string): boolean {
  return /\bpress(?:ing)? (?:one|1)\b/iu.test(text);
}
