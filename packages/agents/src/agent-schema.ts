import { z } from 'zod';
import { AGENT_DEFAULTS } from './agent-defaults.ts';
import { strictMapping } from './schema-faults.ts';

/** The tool with which a session passes the caller on to a person by itself. */
export const HANDOFF_TOOL = 'transfer_to_human';

/** Longer waits are no conversation any more. */
const LONGEST_WAIT_MS = 600_000;
/** Beyond this a caller thinks that nobody is there; semantic detection seldom waits so long. */
const LONGEST_SILENCE_MS = 8_000;
/** No detector finds an onset later than that. */
const LONGEST_PADDING_MS = 2_000;

const { turnDetection, tool } = AGENT_DEFAULTS;

function spoken(description: string) {
  return z
    .string()
    .trim()
    .min(1, { error: `Write ${description}.` })
    .describe(description);
}

const turnDetectionSchema = strictMapping({
  mode: z.enum(['vad', 'semantic']).default(turnDetection.mode),
  threshold: z.number().min(0).max(1).default(turnDetection.threshold),
  prefixPaddingMs: z.int().min(0).max(LONGEST_PADDING_MS).default(turnDetection.prefixPaddingMs),
  silenceDurationMs: z.int().min(50).max(LONGEST_SILENCE_MS).optional(),
  createsResponse: z.boolean().default(turnDetection.createsResponse),
  interruptsResponse: z.boolean().default(turnDetection.interruptsResponse),
});

const toolSchema = strictMapping({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, {
      error: 'Start with a lower-case letter; go on with letters, digits and underscores.',
    })
    .describe('a lower-case name such as lookup_order'),
  description: spoken('what the tool does and when to use it'),
  parameters: z
    .record(z.string(), z.unknown())
    .default({ type: 'object', properties: {}, additionalProperties: false }),
  runs: z.enum(['server', 'client', 'session']).default(tool.runs),
  coverAfterMs: z.int().min(0).max(LONGEST_WAIT_MS).default(tool.coverAfterMs),
  timeoutMs: z.int().min(1).max(LONGEST_WAIT_MS).default(tool.timeoutMs),
});

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
  covers: z.array(spoken('a phrase of at most three words')).default([...AGENT_DEFAULTS.covers]),
  apology: spoken('what is said when the engine fails').default(AGENT_DEFAULTS.apology),
  farewell: spoken('what is said before a handoff').default(AGENT_DEFAULTS.farewell),
  reportFormatMismatch: z.boolean().default(AGENT_DEFAULTS.reportFormatMismatch),
  tools: z.array(toolSchema).default([]),
});

/** `agent.yaml` with its defaults filled in. */
export type AgentFile = z.infer<typeof agentSchema>;
