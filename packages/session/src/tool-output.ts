import type { ToolOutcome } from './ports/tool-runner.ts';

/** What the model reads of a call whose answer the caller gets by e-mail. */
export const DEFERRED_OUTPUT = JSON.stringify({ deferred: 'email' });

/** Why a tool is not run again before the caller has spoken. */
export const NO_MORE_CALLS =
  'This tool will not be run again for this turn. Tell the caller that it cannot be done.';

/** What the model reads of a call that the caller did not agree to, and why. */
export function declinedOutput(reason: string): string {
  return JSON.stringify({ declined: reason });
}

/** What the model reads as a tool's answer; `isLast` when it may not try again. */
export function outputOf(outcome: ToolOutcome, isLast: boolean): string {
  switch (outcome.kind) {
    case 'result':
      return outcome.output;
    case 'error': {
      const advice = outcome.isInvalid && isLast ? ` ${NO_MORE_CALLS}` : '';
      return JSON.stringify({ error: `${outcome.message}${advice}` });
    }
    case 'timeout':
      return JSON.stringify({ error: 'The tool took too long and was given up.' });
    case 'cancelled':
      return JSON.stringify({ error: 'The call was cancelled.' });
    case 'unknown':
      return JSON.stringify({
        error: 'It is not known whether this was done. Say so, and do not try it again.',
      });
  }
}

/** An outcome that leaves the session, without what the caller typed in secret. */
export function maskedOutcome(outcome: ToolOutcome, mask: (text: string) => string): ToolOutcome {
  if (outcome.kind === 'result') return { ...outcome, output: mask(outcome.output) };
  return outcome.kind === 'error' ? { ...outcome, message: mask(outcome.message) } : outcome;
}
