import { createHash } from 'node:crypto';
import { z } from 'zod';

/** More could not be answered with care. */
const MOST_DIMENSIONS = 20;

const text = (most: number) => z.string().trim().min(1).max(most);

/** Something a call is scored by, 1 to 5. */
const dimensionSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/u, 'use lower-case letters, digits, _ and -'),
  asks: text(500),
  /** What it counts in the overall score; 1 unless given. */
  weight: z.number().positive().max(100).default(1),
  /** What a call with this score is like. */
  scores: z
    .strictObject({ 1: text(500), 2: text(500), 3: text(500), 4: text(500), 5: text(500) })
    .partial()
    .default({}),
});

/** What calls are judged by, as a file says it. */
export const rubricSchema = z.strictObject({
  name: text(100),
  /** What somebody who judges these calls should know. */
  about: text(4_000).optional(),
  dimensions: z
    .array(dimensionSchema)
    .min(1)
    .max(MOST_DIMENSIONS)
    .superRefine((dimensions, context) => {
      for (const [index, { id }] of dimensions.entries()) {
        if (dimensions.findIndex((other) => other.id === id) === index) continue;
        context.addIssue({ code: 'custom', path: [index, 'id'], message: `${id} is there twice` });
      }
    }),
});

/** What calls are judged by. */
export type Rubric = z.output<typeof rubricSchema>;

/** Short, and another for every other rubric. */
export function fingerprintOf(rubric: Rubric): string {
  return createHash('sha256').update(JSON.stringify(rubric)).digest('hex').slice(0, 12);
}
