import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import { CliError } from './cli-error.ts';

/** No conversation of a test is longer; a caller always hangs up in the end. */
const LONGEST_CALL_SECONDS = 120;

const phrase = z.string().min(1);
const wordings = z.union([phrase.transform((text) => [text]), z.array(phrase).min(1)], {
  error: 'write words that must be said, or a list of wordings of which one must be',
});

const agentLine = z
  .strictObject({
    agent: z.array(wordings).min(1),
    maxWords: z.number().int().positive().optional(),
    /** The caller answers although a tool is running: the agent asked meanwhile. */
    whileToolRuns: z.literal(true).optional(),
  })
  .transform(({ agent, maxWords, whileToolRuns }) => ({
    speaker: 'agent' as const,
    says: agent,
    maxWords: maxWords ?? null,
    whileToolRuns: whileToolRuns ?? false,
  }));

const callerLine = z
  .strictObject({
    caller: phrase,
    clip: z.string().regex(/^[a-z0-9-]+$/u, 'name a file of audio/<voice>/, without .wav'),
    cutsInAt: phrase.optional(),
    heard: z.array(phrase).optional(),
    unheard: z.array(phrase).optional(),
  })
  .refine(({ cutsInAt, heard, unheard }) => cutsInAt !== undefined || !(heard ?? unheard), {
    error: 'heard and unheard describe an interruption; say with cutsInAt where it is',
  })
  .transform(({ caller, clip, cutsInAt, heard, unheard }) => ({
    speaker: 'caller' as const,
    text: caller,
    clip,
    cutsInAt: cutsInAt ?? null,
    heard: heard ?? [],
    unheard: unheard ?? [],
  }));

/** What the agent must say. */
export type AgentLine = z.infer<typeof agentLine>;

/** A line of the caller. */
export type CallerLine = z.infer<typeof callerLine>;

/** A line of a scenario: what the agent must say, or what the caller says. */
export type ScenarioLine = AgentLine | CallerLine;

const line = z.looseObject({}).transform((value, context): ScenarioLine => {
  if (!('agent' in value) && !('caller' in value)) {
    context.addIssue('a line begins with "agent:" or "caller:"');
    return z.NEVER;
  }
  const parsed = 'agent' in value ? agentLine.safeParse(value) : callerLine.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { message, path } of parsed.error.issues)
    context.addIssue({ code: 'custom', message, path });
  return z.NEVER;
});

const expectedTool = z.strictObject({
  name: phrase,
  /** Every run of the tool must have exactly these. */
  arguments: z.record(z.string(), z.unknown()).optional(),
  /** How often it was run; a call that the caller declined is not. */
  times: z.number().int().nonnegative().default(1),
  /** How every call of the tool ended, as the feed tells it: `result`, `error`, `declined` … */
  outcome: phrase.optional(),
});

const scenario = z.strictObject({
  agent: phrase,
  title: phrase,
  limitSeconds: z.number().positive().max(LONGEST_CALL_SECONDS).default(LONGEST_CALL_SECONDS),
  conversation: z.array(line).min(1),
  expect: z
    .strictObject({
      tools: z.array(expectedTool).default([]),
      /** States of the turn region in order, other states between them allowed. */
      states: z.array(phrase).default([]),
      /** How many e-mails were sent for the tools' answers; the caller stays on until they are. */
      followUps: z.number().int().nonnegative().optional(),
      /** `true` for any handoff, or what its details must hold. */
      handoff: z.union([z.boolean(), z.record(z.string(), z.unknown())]).optional(),
      /** Why the session ends; without it the caller hangs up after the last line. */
      ends: phrase.optional(),
    })
    .default({ tools: [], states: [] }),
});

/** What a scenario expects of the call as a whole. */
export type CallExpectations = z.infer<typeof scenario>['expect'];

/** A conversation that a caller plays and what must come of it. */
export type Scenario = z.infer<typeof scenario> & {
  /** The file's name without its ending. */
  readonly name: string;
};

/** A scenario's text and where it comes from. */
export interface ScenarioSource {
  readonly name: string;
  /** As it appears in messages. */
  readonly file: string;
  readonly text: string;
}

/** Reads a scenario. Throws `invalid_scenario` with one `file:line: problem` a line. */
export function parseScenario({ name, file, text }: ScenarioSource): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problems = document.errors.map(
    ({ pos, message }) => `${file}:${lines.linePos(pos[0]).line}: ${message.split('\n')[0]}`,
  );
  if (problems.length === 0) {
    const parsed = scenario.safeParse(document.toJS());
    if (parsed.success) return { ...parsed.data, name };
    for (const { path, message } of parsed.error.issues) {
      const where = path.length > 0 ? `${path.join('.')}: ` : '';
      problems.push(`${file}:${lineOf(document, lines, path)}: ${where}${message}`);
    }
  }
  throw new CliError(
    'invalid_scenario',
    `${problems.join('\n')}\nCorrect the file; the scenarios beside it show how one is written.`,
  );
}

/** The line of the value at the path, or of the nearest value around it that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
