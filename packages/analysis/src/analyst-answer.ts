import { RESOLUTIONS } from '@antiphon/observability';
import type { CallAnalysis } from '@antiphon/observability';
import { z } from 'zod';
import { AnalysisError } from './analysis-error.ts';
import { clockMs } from './call-transcript.ts';
import type { Rubric } from './rubric/rubric.ts';

const MOST_CHARS = 2_000;
const MOST_MOMENTS = 5;
const MOST_NOTES = 20;

const words = z.string().transform((text) => text.trim().slice(0, MOST_CHARS));

const answer = z.object({
  summary: words.refine((text) => text !== '', 'is empty'),
  resolution: z.enum(RESOLUTIONS),
  scores: z.array(
    z.object({
      dimension: z.string(),
      score: z.number().int().min(1).max(5).nullable(),
      reason: words,
      moments: z.array(z.object({ at: z.string().nullable(), quote: words })).default([]),
    }),
  ),
  notes: z
    .array(z.object({ at: z.string().nullable(), kind: z.enum(['good', 'bad']), text: words }))
    .default([]),
});

/** The part of an analysis that is the model's. */
export type Judgement = Pick<
  CallAnalysis,
  'summary' | 'resolution' | 'overall' | 'scores' | 'notes'
>;

/** The JSON Schema of an answer by a rubric, in the subset that providers hold models to. */
export function answerSchema({ dimensions }: Rubric): Record<string, unknown> {
  const text = { type: 'string' };
  const at = { type: ['string', 'null'], description: 'm:ss' };
  return object({
    summary: text,
    resolution: { type: 'string', enum: [...RESOLUTIONS] },
    scores: {
      type: 'array',
      items: object({
        dimension: { type: 'string', enum: dimensions.map(({ id }) => id) },
        score: { type: ['integer', 'null'], minimum: 1, maximum: 5 },
        reason: text,
        moments: { type: 'array', items: object({ at, quote: text }) },
      }),
    },
    notes: {
      type: 'array',
      items: object({ at, kind: { type: 'string', enum: ['good', 'bad'] }, text }),
    },
  });
}

function object(properties: Record<string, unknown>): Record<string, unknown> {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** The JSON in what a model wrote, with or without a fence around it; throws `provider_garbled`. */
export function jsonIn(text: string): unknown {
  const from = text.indexOf('{');
  const to = text.lastIndexOf('}');
  try {
    return JSON.parse(text.slice(Math.max(0, from), to + 1));
  } catch {
    throw garbled('it is no JSON');
  }
}

/** What an answer says by a rubric; throws `provider_garbled`, which says what is wrong with it. */
export function readAnswer(
  given: unknown,
  { rubric, callMs }: { readonly rubric: Rubric; readonly callMs: number },
): Judgement {
  const parsed = answer.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw garbled(`'${issue?.path.join('.') ?? ''}': ${issue?.message ?? 'not understood'}`);
  }
  const { summary, resolution, scores, notes } = parsed.data;
  const instant = (at: string | null) => {
    const ms = at === null ? null : clockMs(at);
    // Seconds are whole: the last one may end after the call.
    return ms !== null && ms <= callMs + 1_000 ? Math.min(ms, Math.floor(callMs)) : null;
  };
  const judged = rubric.dimensions.map(({ id, asks }) => {
    const own = scores.filter(({ dimension }) => dimension === id);
    const [score] = own;
    if (!score || own.length > 1) throw garbled(`it scores '${id}' ${own.length} times`);
    const moments = score.moments
      .slice(0, MOST_MOMENTS)
      .map(({ at, quote }) => ({ atMs: instant(at), quote }));
    return { dimension: id, asks, score: score.score, reason: score.reason, moments };
  });
  if (scores.length > judged.length) throw garbled('it scores what the rubric does not ask');
  return {
    summary,
    resolution,
    overall: overallOf(judged, rubric),
    scores: judged,
    notes: notes
      .slice(0, MOST_NOTES)
      .map(({ at, kind, text }) => ({ atMs: instant(at), kind, text })),
  };
}

function overallOf(judged: Judgement['scores'], { dimensions }: Rubric): number | null {
  let sum = 0;
  let weights = 0;
  for (const [index, { score }] of judged.entries()) {
    if (score === null) continue;
    const { weight = 1 } = dimensions[index] ?? {};
    sum += weight * score;
    weights += weight;
  }
  return weights === 0 ? null : Math.round((sum / weights) * 10) / 10;
}

/** Never with the words of the answer: they may be the caller's. */
function garbled(why: string): AnalysisError {
  return new AnalysisError(
    'provider_garbled',
    `The answer of the model is no analysis: ${why}. Try again, or another model.`,
  );
}
