import { DEFAULT_TOOL_PHRASES } from '@antiphon/session';
import { z } from 'zod';
import { AGENT_DEFAULTS } from './agent-defaults.ts';
import { strictMapping } from './schema-faults.ts';

/** The tool with which a session passes the caller on to a person by itself. */
export const HANDOFF_TOOL = 'transfer_to_human';

/** Longer waits are no conversation any more. */
export const LONGEST_WAIT_MS = 600_000;

/** More tries keep a caller waiting for a service that is down. */
const MOST_RETRIES = 2;

const { tool, webhook } = AGENT_DEFAULTS;

/** A text that the agent or its author says, with what it should be. */
export function spoken(description: string) {
  return z
    .string()
    .trim()
    .min(1, { error: `Write ${description}.` })
    .describe(description);
}

const webhookSchema = strictMapping({
  url: z.string().describe('an address such as https://crm.example.com/orders'),
  headers: z.record(z.string(), z.string()).default({}),
  tryTimeoutMs: z.int().min(1).max(LONGEST_WAIT_MS).default(webhook.tryTimeoutMs),
  retries: z.int().min(0).max(MOST_RETRIES).optional(),
});

/** The shape of one of the `tools` of `agent.yaml`. */
export const toolSchema = strictMapping({
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
  run: z.enum(['inline', 'queued']).default(tool.run),
  effect: z.enum(['none', 'idempotent', 'at_most_once']).default(tool.effect),
  confirm: z.enum(['none', 'verbal', 'dtmf']).default(tool.confirm),
  readBack: spoken('what is said before it runs').nullable().default(null),
  coverAfterMs: z.int().min(0).max(LONGEST_WAIT_MS).default(tool.coverAfterMs),
  covers: z.array(spoken('a phrase of at most three words')).default([]),
  deadlineMs: z.int().min(1).max(LONGEST_WAIT_MS).default(tool.deadlineMs),
  timeoutMs: z.int().min(1).max(LONGEST_WAIT_MS).default(tool.timeoutMs),
  contactField: spoken('the field of its result that holds an e-mail address')
    .nullable()
    .default(null),
  webhook: z.exactOptional(webhookSchema),
});

/** The shape of `toolPhrases`; what is left out is said in the usual words. */
export const toolPhrasesSchema = strictMapping({
  progress: z
    .array(spoken('a phrase of at most three words'))
    .min(1)
    .default([...DEFAULT_TOOL_PHRASES.progress]),
  offer: spoken('a question that offers the answer by e-mail').default(DEFAULT_TOOL_PHRASES.offer),
  addressCheck: spoken('a question with {address} in it').default(
    DEFAULT_TOOL_PHRASES.addressCheck,
  ),
  addressAsk: spoken('a question for an e-mail address').default(DEFAULT_TOOL_PHRASES.addressAsk),
  staying: spoken('what is said when the offer is declined').default(DEFAULT_TOOL_PHRASES.staying),
  emailFailed: spoken('what is said when the e-mail cannot be promised').default(
    DEFAULT_TOOL_PHRASES.emailFailed,
  ),
});
