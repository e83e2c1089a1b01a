import { z } from 'zod';

/** An instant of the call, in milliseconds from its start; null where none was told. */
const atMs = z.number().int().min(0).nullable();

/** What became of what the caller wanted. */
export const RESOLUTIONS = ['resolved', 'partly', 'unresolved', 'unclear'] as const;

/** What stands in `analysis.json` beside a recording: a finished call judged by a model. */
export const callAnalysisSchema = z.object({
  version: z.literal(1),
  sessionId: z.string(),
  agent: z.string().nullable(),
  /** When it was made, ISO 8601. */
  analyzedAt: z.string(),
  analyst: z.object({
    provider: z.string(),
    /** The model that was asked for. */
    model: z.string(),
    /** What it calls itself. */
    answeredBy: z.string().nullable(),
  }),
  /** The fingerprint is the same for the same text. */
  rubric: z.object({ name: z.string(), fingerprint: z.string() }),
  callMs: z.number(),
  summary: z.string(),
  resolution: z.enum(RESOLUTIONS),
  /** Weighted mean of the scores, 1 to 5; null when none could be given. */
  overall: z.number().min(1).max(5).nullable(),
  /** One for each dimension of the rubric, in its order. */
  scores: z.array(
    z.object({
      dimension: z.string(),
      /** What the dimension asks. */
      asks: z.string(),
      /** 1 to 5; null where the call gives nothing to judge. */
      score: z.number().int().min(1).max(5).nullable(),
      reason: z.string(),
      moments: z.array(z.object({ atMs, quote: z.string() })),
    }),
  ),
  notes: z.array(z.object({ atMs, kind: z.enum(['good', 'bad']), text: z.string() })),
  /** Null where the model does not tell. */
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number() }).nullable(),
});

/** A finished call judged by a model. */
export type CallAnalysis = z.infer<typeof callAnalysisSchema>;

/** `GET /console/sessions/{id}/analysis`. */
export interface SessionAnalysis {
  /** Null when there is none, or not yet. */
  readonly analysis: CallAnalysis | null;
  /** Whether calls are analyzed when they end. */
  readonly isOn: boolean;
}
