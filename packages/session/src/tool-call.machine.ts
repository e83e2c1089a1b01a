import { sendParent, setup } from 'xstate';

/** What a pending tool call starts from. */
export interface ToolCallInput {
  readonly callId: string;
  readonly coverAfterMs: number;
  readonly timeoutMs: number;
}

/**
 * One pending tool call. It watches the clock for its parent: when a cover is due and when the
 * call is to be given up. Running the tool is the runtime's business.
 */
export const toolCallMachine = setup({
  types: {
    context: {} as ToolCallInput,
    input: {} as ToolCallInput,
    events: {} as { type: 'tool.settled' },
  },
  actions: {
    reportCoverDue: sendParent(({ context }: { context: ToolCallInput }) => ({
      type: 'tool.coverDue',
      callId: context.callId,
    })),
    reportTimeout: sendParent(({ context }: { context: ToolCallInput }) => ({
      type: 'tool.timedOut',
      callId: context.callId,
    })),
  },
  delays: {
    coverAfter: ({ context }) => context.coverAfterMs,
    timeout: ({ context }) => context.timeoutMs,
  },
}).createMachine({
  id: 'toolCall',
  context: ({ input }) => input,
  initial: 'waiting',
  on: { 'tool.settled': '.settled' },
  states: {
    waiting: {
      description: 'The tool runs.',
      after: { timeout: { target: 'overdue', actions: 'reportTimeout' } },
      initial: 'running',
      states: {
        running: {
          description: 'The caller has waited a tolerable time.',
          after: { coverAfter: { target: 'covered', actions: 'reportCoverDue' } },
        },
        covered: { description: 'The wait is long enough to be covered with a few words.' },
      },
    },
    overdue: { description: 'Given up; the abort will settle it.' },
    settled: { type: 'final', description: 'The outcome is in the conversation.' },
  },
});
