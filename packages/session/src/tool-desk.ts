import { HandOffs } from './hand-offs.ts';
import type { Rejection } from './ports/control-channel.ts';
import type { FollowUps } from './ports/follow-ups.ts';
import type { ToolDefinition } from './ports/session-config.ts';
import type { CallOutcome } from './ports/session-event.ts';
import type { ToolCall, ToolOutcome, ToolRunner } from './ports/tool-runner.ts';
import { SecureEntries, withoutPlaceholders } from './secure-entries.ts';
import { addFinishedItem } from './session-parts.ts';
import type { SessionParts } from './session-parts.ts';
import { consentFor, contactIn, unknownTool, usableEmail } from './tool-consent.ts';
import type { CallTreatment } from './tool-consent.ts';
import {
  declinedOutput,
  DEFERRED_OUTPUT,
  maskedOutcome,
  NO_MORE_CALLS,
  outputOf,
} from './tool-output.ts';

/** A call as an engine reports it. */
export interface CalledTool {
  readonly generationId: string;
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

interface PendingTool extends CallTreatment {
  readonly call: ToolCall;
  readonly abort: AbortController;
  startedAtMs: number;
  /** Takes the outcome; nobody does once the session has ended. */
  settle: ((outcome: ToolOutcome) => void) | null;
  /** The runner has it. */
  isRunning: boolean;
  /** While an e-mail is being promised: the outcome that came meanwhile. */
  deferral: { outcome: ToolOutcome | null } | null;
}

/** A model that calls on and on for one turn of the caller goes round in circles. */
const MOST_CALLS_A_TURN = 16;

/** Calls whose arguments do not fit are mended once. */
const MOST_INVALID = 2;

/** What the desk of a session needs. */
export interface ToolDeskOptions {
  readonly parts: SessionParts;
  readonly agentName: string;
  readonly runner: ToolRunner;
  readonly followUps: FollowUps | null;
  /** On file before the call. */
  readonly contactEmail: string | null;
}

/** Runs the session's tool calls and settles each exactly once. */
export class ToolDesk {
  readonly #options: ToolDeskOptions;
  readonly #pending = new Map<string, PendingTool>();
  readonly #invalid = new Map<string, number>();
  readonly handOffs: HandOffs;
  /** What the caller typed, or said, in secret. */
  readonly secrets = new SecureEntries();
  #callsOfTurn = 0;
  #callCount = 0;
  #turnItemId: string | null = null;
  /** Where e-mails go; what the caller has told goes before what is on file. */
  #email: string | null;
  #isEmailTold = false;
  #isClosed = false;

  constructor(options: ToolDeskOptions) {
    this.#options = options;
    this.handOffs = new HandOffs(() => options.parts.conversation.items);
    this.#email = usableEmail(options.contactEmail);
  }

  get email(): string | null {
    return this.#email;
  }

  /** The caller has told this address, or confirmed it. */
  set email(address: string) {
    this.#email = address;
    this.#isEmailTold = true;
  }

  /** An address is on file; what cannot be read aloud is none. */
  noteContact(email: string | null): void {
    const address = usableEmail(email);
    if (address === null || this.#isEmailTold) return;
    this.#email = address;
    this.#options.parts.report({ type: 'contact.known' });
  }

  /** A call that is not settled, and its tool. */
  pending(callId: string): Pick<PendingTool, 'call' | 'tool' | 'readBack'> | undefined {
    return this.#pending.get(callId);
  }

  /** How many calls the session has had. */
  get callCount(): number {
    return this.#callCount;
  }

  /** The covers of each pending call, oldest first. */
  get pendingCovers(): readonly (readonly string[])[] {
    return [...this.#pending.values()].map(({ tool }) => tool.covers);
  }

  /** An engine called a tool. */
  called(call: CalledTool, tools: readonly ToolDefinition[]): void {
    const { parts } = this.#options;
    this.#countCall();
    const defined = tools.find(({ name }) => name === call.name) ?? unknownTool(call.name);
    const text = call.arguments === '' ? '{}' : this.secrets.conceal(call.arguments);
    const { tool, readBack, refusal } = consentFor(defined, text);
    const isGivenLater = tool.runs === 'client' && tool.confirm !== 'none';
    // Only a call that the client runs is part of the wire response.
    if (!isGivenLater) this.#addCall(call, text, tool.runs === 'client' ? call.generationId : null);
    if (tool.runs === 'session') this.handOffs.called(text);
    else {
      const pending: PendingTool = {
        call: { sessionId: parts.sessionId, callId: call.callId, name: call.name, arguments: text },
        tool,
        abort: new AbortController(),
        readBack,
        refusal,
        startedAtMs: parts.clock.now(),
        settle: (outcome) => this.#settle(call.callId, outcome),
        isRunning: false,
        deferral: null,
      };
      this.#pending.set(call.callId, pending);
      if (tool.confirm === 'none') this.#tellStarted(pending);
    }
    parts.report({ type: 'agent.toolCalled', callId: call.callId, tool });
  }

  /** Starts a call that the server runs, once nothing is in its way. */
  run(callId: string): void {
    const pending = this.#pending.get(callId);
    if (!pending) return;
    const { parts, runner } = this.#options;
    const { call, tool } = pending;
    if (tool.confirm !== 'none') this.#tellStarted(pending);
    if (pending.refusal !== null) {
      this.#settle(callId, { kind: 'error', message: pending.refusal, isInvalid: true });
      return;
    }
    const refusal = this.#refusalOf(call.name);
    if (refusal !== null) {
      this.#settle(callId, { kind: 'error', message: refusal });
      return;
    }
    const revealed = this.#revealed(call.arguments, tool);
    if (revealed === null) {
      this.#settle(callId, { kind: 'error', message: 'It was not given the number.' });
      return;
    }
    if (!parts.config().tools.some(({ name }) => name === call.name)) {
      this.#settle(callId, { kind: 'error', message: `There is no tool named ${call.name}.` });
      return;
    }
    pending.isRunning = true;
    runner.run({ ...call, arguments: revealed }, pending.abort.signal).then(
      (outcome) => pending.settle?.(outcome),
      () => pending.settle?.({ kind: 'error', message: 'The tool could not be run.' }),
    );
  }

  /** The caller agreed to a call that the client runs: it becomes part of this generation. */
  give(callId: string, generationId: string): void {
    const pending = this.#pending.get(callId);
    if (!pending) return;
    this.#addCall({ ...pending.call, generationId }, pending.call.arguments, generationId);
    this.#tellStarted(pending);
  }

  /** The caller did not agree to it. */
  decline(callId: string, reason: string): void {
    const pending = this.#pending.get(callId);
    if (!pending) return;
    if (pending.tool.runs === 'client') {
      this.#addCall({ ...pending.call, generationId: '' }, pending.call.arguments, null);
    }
    this.#finish(pending, 'declined', declinedOutput(reason));
  }

  /** Promises the answer by e-mail; the call goes on, and the session waits for it no longer. */
  defer(callId: string): void {
    const { parts, followUps, agentName } = this.#options;
    const pending = this.#pending.get(callId);
    const to = this.#email;
    if (!pending || !followUps || to === null || !pending.tool.followUp) {
      parts.report({ type: 'followUp.failed' });
      return;
    }
    const { call, tool, abort } = pending;
    const id = `${parts.sessionId}.${callId}`;
    const deferral: NonNullable<PendingTool['deferral']> = { outcome: null };
    // The call may end when the session, and what was typed in it, is gone.
    const mask = this.secrets.masker();
    const tell = (outcome: ToolOutcome) => void followUps.settle(id, maskedOutcome(outcome, mask));
    pending.deferral = deferral;
    pending.settle = (outcome) => (deferral.outcome = outcome);
    const promised = {
      id,
      agent: agentName,
      tool: tool.name,
      to,
      template: pending.tool.followUp,
      arguments: withoutPlaceholders(call.arguments),
    };
    void followUps.promise(promised).then((isKept) => {
      if (isKept) {
        pending.settle = tell;
        if (deferral.outcome) tell(deferral.outcome);
        if (this.#isClosed) return;
        parts.notify({ type: 'followUp.promised', callId, name: tool.name });
        this.#finish(pending, 'deferred', DEFERRED_OUTPUT);
      } else if (this.#isClosed) {
        pending.settle = null;
        abort.abort();
      } else {
        pending.deferral = null;
        pending.settle = (outcome) => this.#settle(callId, outcome);
        if (deferral.outcome) this.#settle(callId, deferral.outcome);
        else parts.report({ type: 'followUp.failed' });
      }
    });
  }

  /** A call has reached its deadline. */
  overdue(callId: string): void {
    const name = this.#pending.get(callId)?.tool.name;
    if (name === undefined) return;
    this.handOffs.overdue(name);
    this.#options.parts.notify({ type: 'tool.overdue', callId, name });
  }

  /** Words are spoken that cover the wait for these calls. */
  covered(callIds: readonly string[]): void {
    for (const callId of callIds) {
      const name = this.#pending.get(callId)?.tool.name;
      if (name !== undefined) this.#options.parts.notify({ type: 'tool.covered', callId, name });
    }
  }

  /** Gives a call up because its time is over. */
  abort(callId: string): void {
    const pending = this.#pending.get(callId);
    if (!pending || pending.deferral) return;
    pending.abort.abort();
    this.#settle(callId, { kind: 'timeout' });
  }

  /** Whether a client may answer this call now. */
  refuses(callId: string): Rejection | null {
    const isKnown = this.#options.parts.conversation.items.some(
      (item) => item.kind === 'toolCall' && item.callId === callId,
    );
    if (!isKnown) return { code: 'callNotFound', callId };
    const isAnswered = this.#options.parts.conversation.items.some(
      (item) => item.kind === 'toolOutput' && item.callId === callId,
    );
    return isAnswered ? { code: 'callAlreadyAnswered', callId } : null;
  }

  /** The client's output is in the conversation. */
  answeredByClient(callId: string, output: string): void {
    const pending = this.#pending.get(callId);
    if (!pending) return;
    pending.abort.abort();
    this.noteContact(contactIn(pending.tool, output));
    this.#tellSettled(pending, 'result', output);
  }

  /**
   * Cancels what still runs, and settles it. What was promised by e-mail goes on, and so does what
   * the caller has agreed to: who hangs up after a yes wants it done.
   */
  close(): void {
    for (const [callId, pending] of this.#pending) {
      const isAgreed = pending.isRunning && pending.tool.confirm !== 'none';
      if (isAgreed) pending.settle = null;
      if (pending.deferral || isAgreed) continue;
      pending.abort.abort();
      this.#settle(callId, { kind: 'cancelled' });
      pending.settle = null;
    }
    for (const pending of this.#pending.values()) {
      this.#tellSettled(pending, 'unknown', '');
    }
    this.secrets.clear();
    this.#isClosed = true;
  }

  #settle(callId: string, outcome: ToolOutcome): void {
    const pending = this.#pending.get(callId);
    if (!pending || this.#isClosed) return;
    const { name } = pending.call;
    if (outcome.kind === 'error' && outcome.isInvalid) {
      this.#invalid.set(name, (this.#invalid.get(name) ?? 0) + 1);
    }
    const output = this.secrets.mask(outputOf(outcome, this.#refusalOf(name) !== null));
    if (outcome.kind === 'result') this.noteContact(contactIn(pending.tool, output));
    this.#finish(pending, outcome.kind, output);
  }

  #finish(pending: PendingTool, outcome: CallOutcome, output: string): void {
    const { parts } = this.#options;
    addFinishedItem(parts, {
      kind: 'toolOutput',
      id: parts.newItemId(),
      status: 'completed',
      callId: pending.call.callId,
      output,
    });
    this.#tellSettled(pending, outcome, output);
  }

  #tellSettled(pending: PendingTool, outcome: CallOutcome, output: string): void {
    const { call, startedAtMs } = pending;
    const { parts } = this.#options;
    this.#pending.delete(call.callId);
    this.handOffs.settled(call.name, outcome);
    parts.notify({
      type: 'tool.settled',
      callId: call.callId,
      name: call.name,
      outcome,
      output: outcome === 'result' ? output : null,
      durationMs: parts.clock.now() - startedAtMs,
    });
    parts.report({ type: 'tool.settled', callId: call.callId });
  }

  #tellStarted(pending: PendingTool): void {
    const { parts } = this.#options;
    pending.startedAtMs = parts.clock.now();
    const { callId, name, arguments: text } = pending.call;
    const { confirm } = pending.tool;
    parts.notify({ type: 'tool.started', callId, name, arguments: text, confirm });
  }

  #addCall(
    { callId, name }: Pick<CalledTool, 'callId' | 'name' | 'generationId'>,
    text: string,
    generationId: string | null,
  ): void {
    const { parts } = this.#options;
    addFinishedItem(
      parts,
      {
        kind: 'toolCall',
        id: parts.newItemId(),
        status: 'completed',
        callId,
        name,
        arguments: text,
      },
      generationId === null ? {} : { generationId },
    );
  }

  /** Counts begin anew with each turn of the caller. */
  #countCall(): void {
    const { items } = this.#options.parts.conversation;
    const turn = items.findLast((item) => item.kind === 'message' && item.speaker === 'caller');
    if ((turn?.id ?? null) !== this.#turnItemId) {
      this.#turnItemId = turn?.id ?? null;
      this.#callsOfTurn = 0;
      this.#invalid.clear();
    }
    this.#callsOfTurn += 1;
    this.#callCount += 1;
  }

  /** The arguments as the tool gets them; secrets do not leave this process. */
  #revealed(text: string, { run }: ToolDefinition): string | null {
    const revealed = this.secrets.reveal(text);
    return run === 'queued' && revealed !== text ? null : revealed;
  }

  /** Why a tool is not run again before the caller has spoken, or null. */
  #refusalOf(name: string): string | null {
    const isStuck = (this.#invalid.get(name) ?? 0) >= MOST_INVALID;
    return isStuck || this.#callsOfTurn > MOST_CALLS_A_TURN ? NO_MORE_CALLS : null;
  }
}
