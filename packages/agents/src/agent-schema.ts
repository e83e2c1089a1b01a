import { z } from 'zod';
import { AGENT_DEFAULTS } from './agent-defaults.ts';
import { cascadeSchema } from './cascade-schema.ts';
import { geminiUpstreamSchema } from './gemini-upstream-schema.ts';
import { realtimeUpstreamSchema } from './realtime-upstream-schema.ts';
import { strictMapping } from './schema-faults.ts';
import { LONGEST_WAIT_MS, spoken, toolPhrasesSchema, toolSchema } from './tool-schema.ts';
import { LONGEST_PADDING_MS, LONGEST_SILENCE_MS } from './turn-limits.ts';

const { turnDetection } = AGENT_DEFAULTS;

const turnDetectionSchema = strictMapping({
  mode: z.enum(['vad', 'semantic']).default(turnDetection.mode),
  threshold: z.number().min(0).max(1).default(turnDetection.threshold),
  prefixPaddingMs: z.int().min(0).max(LONGEST_PADDING_MS).default(turnDetection.prefixPaddingMs),
  silenceDurationMs: z.int().min(50).max(LONGEST_SILENCE_MS).optional(),
  createsResponse: z.boolean().default(turnDetection.createsResponse),
  interruptsResponse: z.boolean().default(turnDetection.interruptsResponse),
});

/** A hop that takes longer is no turn of a conversation. */
const LONGEST_HOP_MS = 10_000;

const budget = (usualMs: number) => z.int().min(1).max(LONGEST_HOP_MS).default(usualMs);
const { budgetsMs } = AGENT_DEFAULTS;

const budgetsSchema = strictMapping({
  /** What the silence takes that ends a turn, and some more. */
  endpointingMs: z.int().min(1).max(LONGEST_HOP_MS).optional(),
  waitMs: budget(budgetsMs.wait),
  inferenceMs: budget(budgetsMs.inference),
  aggregationMs: budget(budgetsMs.aggregation),
  synthesisMs: budget(budgetsMs.synthesis),
  egressMs: budget(budgetsMs.egress),
});

/** A caller who hears more apologies in a row has long hung up. */
const MOST_FAILURES = 20;
const END_AFTER_ADVICE = `Write how many failed answers in a row end the call, 1 to ${MOST_FAILURES}, or leave out onFailure to go on.`;

/** The shape of `agent.yaml`; what holds between its values is checked apart. */
export const agentSchema = strictMapping({
  description: spoken('one line that says what the agent does'),
  pipeline: spoken('the engine that answers, such as embedded'),
  voice: spoken('a voice of the pipeline, such as slt'),
  speed: z.number().min(0.25).max(1.5).default(AGENT_DEFAULTS.speed),
  detector: z.enum(['neural', 'energy']).default(AGENT_DEFAULTS.detector),
  turnDetection: turnDetectionSchema.nullable().prefault({}),
  backchannel: z
    .enum(['ignore', 'emit'], {
      error: 'Write "backchannel: ignore", or "emit" for an agent that makes listening noises.',
    })
    .describe('"ignore", or "emit" for an agent that makes listening noises'),
  listeningNoises: z
    .array(spoken('a noise such as "Mm-hmm."'))
    .min(1)
    .default([...AGENT_DEFAULTS.listeningNoises]),
  listeningAfterMs: z
    .int()
    .min(1_000)
    .max(LONGEST_WAIT_MS)
    .default(AGENT_DEFAULTS.listeningAfterMs),
  greeting: spoken('what the agent says first, or null to wait for the caller')
    .nullable()
    .default(null),
  budgets: budgetsSchema.optional(),
  covers: z.array(spoken('a phrase of at most three words')).default([...AGENT_DEFAULTS.covers]),
  answerCoverAfterMs: z
    .int()
    .min(200)
    .max(LONGEST_WAIT_MS)
    .nullable()
    .default(AGENT_DEFAULTS.answerCoverAfterMs),
  apology: spoken('what is said when the engine fails').default(AGENT_DEFAULTS.apology),
  onFailure: strictMapping({
    endAfter: z
      .int({ error: END_AFTER_ADVICE })
      .min(1, { error: END_AFTER_ADVICE })
      .max(MOST_FAILURES, { error: END_AFTER_ADVICE }),
  }).optional(),
  farewell: spoken('what is said before a handoff').default(AGENT_DEFAULTS.farewell),
  reportFormatMismatch: z.boolean().default(AGENT_DEFAULTS.reportFormatMismatch),
  keypad: z.enum(['open', 'secure']).default(AGENT_DEFAULTS.keypad),
  toolPhrases: toolPhrasesSchema.prefault({}),
  openaiRealtime: realtimeUpstreamSchema.prefault({}),
  geminiLive: geminiUpstreamSchema.prefault({}),
  cascade: cascadeSchema.prefault({}),
  tools: z.array(toolSchema).default([]),
});

/** `agent.yaml` with its defaults filled in. */
export type AgentFile = z.infer<typeof agentSchema>;
