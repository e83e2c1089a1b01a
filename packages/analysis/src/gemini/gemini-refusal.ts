import { z } from 'zod';
import type { AnalysisError } from '../analysis-error.ts';
import type { PostAnswer } from '../analyst-post.ts';
import { refusedAsTooLarge } from '../audio-size.ts';
import { codeOfStatus, nameOf, providerFault } from '../provider-fault.ts';

/** What messages call the provider. */
export const GEMINI = 'Gemini';

const refused = z.object({
  error: z.object({
    status: z.string().optional(),
    message: z.string().default(''),
    details: z
      .array(
        z.object({
          reason: z.string().optional(),
          violations: z.array(z.object({ quotaId: z.string().optional() })).optional(),
        }),
      )
      .default([]),
  }),
});

/**
 * Why Gemini did not do as asked about so many bytes of sound. Its sentence is read for what it is
 * about, and not passed on: it may quote what was sent.
 */
export function refusalOf(
  { status, json }: Pick<PostAnswer, 'status' | 'json'>,
  bytes: number,
): AnalysisError {
  const parsed = refused.safeParse(json);
  const { status: name, message = '', details = [] } = parsed.success ? parsed.data.error : {};
  const reasons = details.map(({ reason }) => reason);
  const quotas = details.flatMap(({ violations = [] }) => violations.map(({ quotaId }) => quotaId));
  const note = [`HTTP ${status}`, nameOf(name)].filter(Boolean).join(', ');
  if (status === 413 || /payload size|too large|exceeds the (?:limit|maximum)/iu.test(message)) {
    return refusedAsTooLarge(GEMINI, bytes);
  }
  if (reasons.some((reason) => reason?.startsWith('API_KEY')) || /api key/iu.test(message)) {
    return providerFault(GEMINI, 'provider_unauthorized', note);
  }
  if (status === 429) {
    if (quotas.some((quota) => quota?.startsWith('FileStorage'))) {
      return providerFault(GEMINI, 'provider_quota_exceeded', `${note}, room for files`);
    }
    const isSpent =
      quotas.some((quota) => /PerDay/u.test(quota ?? '')) || /billing|credits/iu.test(message);
    const isBrief = quotas.some((quota) => /PerMinute/u.test(quota ?? ''));
    const code = isSpent && !isBrief ? 'provider_quota_exceeded' : 'provider_rate_limited';
    return providerFault(GEMINI, code, note);
  }
  return providerFault(GEMINI, codeOfStatus(status), note);
}
