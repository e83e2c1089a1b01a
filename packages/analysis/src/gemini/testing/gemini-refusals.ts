import type { WireAnswer } from '../../testing/local-analyst-server.ts';

/** A quota that is used up. */
export function tooMany(quotaId: string): WireAnswer {
  const message = 'You exceeded your current quota. w1 w2';
  const type = 'type.googleapis.com/google.rpc.QuotaFailure';
  return refusal(429, 'RESOURCE_EXHAUSTED', {
    message,
    details: [{ '@type': type, violations: [{ quotaId }] }],
  });
}

/** With a message that quotes the caller, as messages of services do. */
export function refusal(code: number, status: string, more: object): WireAnswer {
  return { status: code, body: { error: { code, status, message: 'No: w1 w2', ...more } } };
}
