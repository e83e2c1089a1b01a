import { sendParent, setup } from 'xstate';

/** What a pending tool call starts from. */
export interface ToolCallInput {
  readonly callId: string;
  readonly coverAfterMs: number;
  readonly deadlineMs: number;
  readonly timeoutMs: number;
}

/**
 * One pending tool call. It watches the clock for its parent: when a cover is due, when the caller
 * has waited for too long, and when the call is to be given up. Running the tool is the runtime's business.
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
    reportDeadline: sendParent(({ context }: { context: ToolCallInput }) => ({
      type: 'tool.deadlineReached',
      callId: context.callId,
    })),
    reportTimeout: sendParent(({ context }: { context: ToolCallInput }) => ({
      type: 'tool.timedOut',
      callId: context.callId,
    })),
  },
  delays: {
    coverAfter: ({ context }) => context.coverAfterMs,
    deadline: ({ context }) => context.deadlineMs,
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
      after: { timeout: { target: 'givenUp', actions: 'reportTimeout' } },
      type: 'parallel',
      states: {
        wait: {
          description: 'How the wait feels to the caller.',
          initial: 'tolerable',
          states: {
            tolerable: {
              description: 'Silence is taken for thinking.',
              after: { coverAfter: { target: 'covered', actions: 'reportCoverDue' } },
            },
            covered: { description: 'The wait is long enough to be covered with a few words.' },
          },
        },
        deadline: {
          description: 'Whether the answer comes in time.',
          initial: 'ahead',
          states: {
            ahead: {
              description: 'The caller is willing to wait.',
              after: { deadline: { target: 'missed', actions: 'reportDeadline' } },
            },
            missed: { description: 'It may come by e-mail.' },
          },
        },
      },
    },
    givenUp: { description: 'Given up; the abort will settle it.' },
    settled: { type: 'final', description: 'The outcome is in the conversation.' },
  },
});
