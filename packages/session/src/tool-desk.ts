import type { Rejection } from './ports/control-channel.ts';
import { PLAIN_TOOL } from './ports/session-config.ts';
import type { ToolDefinition } from './ports/session-config.ts';
import type { ToolCall, ToolOutcome, ToolRunner } from './ports/tool-runner.ts';
import type { SessionParts } from './session-parts.ts';
import { addFinishedItem } from './session-parts.ts';

/** A call as an engine reports it. */
interface CalledTool {
  readonly generationId: string;
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

interface PendingTool {
  readonly call: ToolCall;
  readonly tool: ToolDefinition;
  readonly startedAtMs: number;
  readonly abort: AbortController;
}

/** A tool nobody defined is settled at once, so its waits are never used. */
const UNKNOWN_TOOL = {
  ...PLAIN_TOOL,
  description: '',
  parameters: {},
  runs: 'server',
  coverAfterMs: 60_000,
} as const;

/** Runs the session's tool calls and settles each exactly once. */
export class ToolDesk {
  readonly #parts: SessionParts;
  readonly #runner: ToolRunner;
  readonly #pending = new Map<string, PendingTool>();
  #handOffDetails = '{}';
  #isClosed = false;

  constructor(parts: SessionParts, runner: ToolRunner) {
    this.#parts = parts;
    this.#runner = runner;
  }

  /** The arguments of the last handoff call, JSON text. */
  get handOffDetails(): string {
    return this.#handOffDetails;
  }

  /** An engine called a tool. */
  called(call: CalledTool, tools: readonly ToolDefinition[]): void {
    const parts = this.#parts;
    const tool = tools.find((candidate) => candidate.name === call.name) ?? {
      ...UNKNOWN_TOOL,
      name: call.name,
    };
    const text = call.arguments === '' ? '{}' : call.arguments;
    addFinishedItem(
      parts,
      {
        kind: 'toolCall',
        id: parts.newItemId(),
        status: 'completed',
        callId: call.callId,
        name: call.name,
        arguments: text,
      },
      // Only a call that the client runs is part of the wire response.
      tool.runs === 'client' ? { generationId: call.generationId } : {},
    );
    if (tool.runs === 'session') this.#handOffDetails = text;
    else {
      this.#pending.set(call.callId, {
        call: { sessionId: parts.sessionId, callId: call.callId, name: call.name, arguments: text },
        tool,
        startedAtMs: parts.clock.now(),
        abort: new AbortController(),
      });
      parts.notify({
        type: 'tool.started',
        callId: call.callId,
        name: call.name,
        arguments: text,
      });
    }
    parts.report({ type: 'agent.toolCalled', callId: call.callId, tool });
  }

  /** Starts a call that the server runs. */
  run(callId: string): void {
    const pending = this.#pending.get(callId);
    if (!pending) return;
    if (!this.#parts.config().tools.some((tool) => tool.name === pending.call.name)) {
      this.#settle(callId, {
        kind: 'error',
        message: `There is no tool named ${pending.call.name}.`,
      });
      return;
    }
    this.#runner.run(pending.call, pending.abort.signal).then(
      (outcome) => this.#settle(callId, outcome),
      () => this.#settle(callId, { kind: 'error', message: 'The tool could not be run.' }),
    );
  }

  /** Gives a call up because its time is over. */
  abort(callId: string): void {
    this.#pending.get(callId)?.abort.abort();
    this.#settle(callId, { kind: 'timeout' });
  }

  /** Whether a client may answer this call now. */
  refuses(callId: string): Rejection | null {
    const isKnown = this.#parts.conversation.items.some(
      (item) => item.kind === 'toolCall' && item.callId === callId,
    );
    if (!isKnown) return { code: 'callNotFound', callId };
    const isAnswered = this.#parts.conversation.items.some(
      (item) => item.kind === 'toolOutput' && item.callId === callId,
    );
    return isAnswered ? { code: 'callAlreadyAnswered', callId } : null;
  }

  /** The client's output is in the conversation. */
  answeredByClient(callId: string, output: string): void {
    const pending = this.#pending.get(callId);
    if (!pending) return;
    this.#pending.delete(callId);
    pending.abort.abort();
    this.#tellSettled(pending, { kind: 'result', output }, output);
  }

  /** Cancels what still runs; each call settles as cancelled. */
  close(): void {
    for (const [callId, pending] of this.#pending) {
      pending.abort.abort();
      this.#settle(callId, { kind: 'cancelled' });
    }
    this.#isClosed = true;
  }

  #settle(callId: string, outcome: ToolOutcome): void {
    const pending = this.#pending.get(callId);
    if (!pending || this.#isClosed) return;
    this.#pending.delete(callId);
    const output = outputOf(outcome);
    addFinishedItem(this.#parts, {
      kind: 'toolOutput',
      id: this.#parts.newItemId(),
      status: 'completed',
      callId,
      output,
    });
    this.#tellSettled(pending, outcome, output);
  }

  #tellSettled(pending: PendingTool, outcome: ToolOutcome, output: string): void {
    const { call, startedAtMs } = pending;
    this.#parts.notify({
      type: 'tool.settled',
      callId: call.callId,
      name: call.name,
      outcome: outcome.kind,
      output: outcome.kind === 'result' ? output : null,
      durationMs: this.#parts.clock.now() - startedAtMs,
    });
    this.#parts.report({ type: 'tool.settled', callId: call.callId });
  }
}

/** What the model reads as the tool's answer. */
function outputOf(outcome: ToolOutcome): string {
  switch (outcome.kind) {
    case 'result':
      return outcome.output;
    case 'error':
      return JSON.stringify({ error: outcome.message });
    case 'timeout':
      return JSON.stringify({ error: 'The tool took too long and was given up.' });
    case 'cancelled':
      return JSON.stringify({ error: 'The call was cancelled.' });
    case 'unknown':
      return JSON.stringify({ error: 'It is not known whether this was done.' });
  }
}
