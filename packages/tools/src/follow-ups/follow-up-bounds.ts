import type { PromisedFollowUp, ToolOutcome } from '@antiphon/session';
import { isMailAddress } from './mail-address.ts';

const MOST_ID_LENGTH = 256;
const MOST_TEMPLATE_LENGTH = 16_384;
const MOST_ARGUMENTS_LENGTH = 16_384;
/** What a runner lets pass, in characters. */
const MOST_OUTPUT_LENGTH = 65_536;

/** Why a follow-up cannot be promised, as a code. */
export function faultOf({
  id,
  tool,
  to,
  template,
  arguments: args,
}: PromisedFollowUp): string | null {
  if (!isFollowUpId(id) || tool.length > MOST_ID_LENGTH) return 'invalid_id';
  if (!isMailAddress(to)) return 'invalid_address';
  if (template.subject.length + template.body.length > MOST_TEMPLATE_LENGTH) {
    return 'template_too_long';
  }
  return args.length > MOST_ARGUMENTS_LENGTH ? 'arguments_too_long' : null;
}

export function isFollowUpId(id: string): boolean {
  return id.length > 0 && id.length <= MOST_ID_LENGTH;
}

/** A result that nobody would read is none. */
export function boundedOutcome(outcome: ToolOutcome): ToolOutcome {
  if (outcome.kind !== 'result' || outcome.output.length <= MOST_OUTPUT_LENGTH) return outcome;
  return { kind: 'error', message: 'The result is too long.' };
}
