import { z } from 'zod';

/**
 * The hops from the caller's last sound to the first agent audio written, in order. Each runs from
 * the end of the one before, so together they are the whole.
 *
 * - `endpointing`: last voiced sample → turn committed and its transcript final
 * - `wait`: → what is heard first was asked for, where that is not the answer to the turn itself: a
 *   cover, or the answer after a tool
 * - `inference`: → first token of the answer
 * - `aggregation`: → first piece of text that can be spoken
 * - `synthesis`: → first byte of its audio
 * - `egress`: → first frame written to the leg
 */
export const HOPS = [
  'endpointing',
  'wait',
  'inference',
  'aggregation',
  'synthesis',
  'egress',
] as const;

/** A step of {@link HOPS}. */
export type Hop = (typeof HOPS)[number];

/** Where the milliseconds of one turn went. Instants are on the session's clock. */
export const turnReportSchema = z.object({
  /** Counts the agent's turns from 1. */
  turn: z.number().int(),
  /**
   * The caller's item to which this is the first sound; null for what answers no speech, such as a
   * greeting, and for what is said after that sound.
   */
  itemId: z.string().nullable(),
  generationId: z.string(),
  /** The caller's last voiced sample; null when there was none. */
  voiceEndAtMs: z.number().nullable(),
  /** When the turn was known to be over, or the answer was asked for. */
  committedAtMs: z.number(),
  /** When the first agent audio was written to the leg. */
  firstAudioAtMs: z.number(),
  /** Milliseconds per hop; a hop the engine does not mark is part of the next. */
  hops: z.object({
    endpointing: z.number().nullable(),
    wait: z.number().nullable().default(null),
    inference: z.number().nullable(),
    aggregation: z.number().nullable(),
    synthesis: z.number().nullable(),
    egress: z.number().nullable(),
  }),
  /** From the last voiced sample to the first agent audio: what the caller feels. */
  voiceToVoiceMs: z.number().nullable(),
  /** From the decision that the turn is over to the first agent audio. */
  postEndpointMs: z.number(),
  /** What the hops leave unexplained. */
  unexplainedMs: z.number(),
  /** What the hops may take, in milliseconds; recordings of earlier versions may not say. */
  budgetsMs: z
    .object({
      endpointing: z.number(),
      wait: z.number(),
      inference: z.number(),
      aggregation: z.number(),
      synthesis: z.number(),
      egress: z.number(),
    })
    .optional(),
});

/** Where the milliseconds of one turn went. */
export type TurnReport = z.infer<typeof turnReportSchema>;
