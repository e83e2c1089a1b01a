import type {
  AnswerOptions,
  ConversationItem,
  RequestTime,
  SessionConfig,
  TimerHandle,
} from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import { CallIds } from './call-ids.ts';
import { geminiFault } from './gemini-fault.ts';
import type { GeminiUse } from './gemini-settings.ts';
import { LiveAnswer } from './live-answer.ts';
import type { LiveEnd } from './live-answer.ts';
import { LiveLink } from './live-link.ts';
import { liveSetup } from './live-setup.ts';
import { functionResponse, promptTurns, seedTurns } from './seed-turns.ts';
import type { ServerMessage } from './server-message.ts';
import { isBeingSaid, UpstreamMemory } from './upstream-memory.ts';

/** A connection that ends is left so long before its end, or at half of what is left. */
const LEAVE_BEFORE_MS = 2_000;

const NO_OPTIONS: AnswerOptions = {};

/** Whom a line tells. */
export interface LineEvents {
  /** There is a connection, or something else to go on from. */
  advance(): void;
  /** A message, before the answer it may be about takes it. */
  message(message: ServerMessage): void;
  /** The first of the answer has come. */
  answerBegun(): void;
  /** The model makes no more of the answer. */
  answerDone(): void;
  /** The connection was left, with all that was under way on it. */
  left(): void;
  /** The connection is lost; told after `left`. */
  lost(fault: PipelineError): void;
  fault(fault: PipelineError): void;
  /** What an answer took, asked for or not. */
  took(time: RequestTime): void;
  /** Whether a turn is on its way to the upstream. */
  isHearing(): boolean;
  /** Whether somebody speaks, or waits for the upstream. */
  isBusy(): boolean;
  /** The conversation before the turns that are not written down. */
  history(): readonly ConversationItem[];
}

/** A session that can be taken up again, and what it knows. */
interface Resumable {
  readonly handle: string;
  readonly memory: UpstreamMemory;
}

/**
 * The upstream as one conversation: the connection, what it knows, and the answer it makes. It takes
 * nothing back, so it is left for another one as soon as what it knows is not what was heard.
 */
export class LiveLine {
  readonly link: LiveLink;
  readonly #use: GeminiUse;
  readonly #events: LineEvents;
  #memory = new UpstreamMemory();
  /** The answer upstream, asked for or not, until the upstream has something else to do. */
  #answer: LiveAnswer | null = null;
  /** The connection was told something. */
  #isUsed = false;
  /** An answer ended before the upstream said so; its word for that is still to come. */
  #owesTurnEnd = false;
  #config: SessionConfig | null;
  #options = NO_OPTIONS;
  /** The connection's setup, when these were last looked at. */
  #compared: LiveLink['setup'] = null;
  /** Items that were said while it heard a turn; they are told when that turn is answered. */
  readonly #later = new Set<string>();
  readonly #callIds = new CallIds();
  #resumable: Resumable | null = null;
  /** Of the state after the answer that is being told. */
  #handle: string | null = null;
  /** What the connection under way takes up. */
  #resuming: Resumable | null = null;
  #isLeaving = false;
  #leaveTimer: TimerHandle | null = null;

  constructor(use: GeminiUse, config: SessionConfig | null, events: LineEvents) {
    this.#use = use;
    this.#config = config;
    this.#events = events;
    this.link = new LiveLink(use, {
      setup: () => this.#next(),
      ready: () => this.#ready(),
      message: (message) => this.#hear(this.#callIds.ours(message)),
      lost: (fault) => this.#lost(fault),
      leaving: (leftMs) => this.#leaveIn(leftMs),
    });
  }

  /** Whether an answer that was asked for is being made, or is not yet told whole. */
  get isAnswering(): boolean {
    return this.#answer?.isTaken ?? false;
  }

  /** What answers are made with. A connection keeps what it was set up with, so another is opened. */
  configure(config: SessionConfig, options = NO_OPTIONS): void {
    const { setup } = this.link;
    const isSame = config === this.#config && options === this.#options;
    if (isSame && setup === this.#compared) return;
    this.#config = config;
    this.#options = options;
    this.#compared = setup;
    if (setup && JSON.stringify(setup) !== JSON.stringify(this.#setup())) this.renew();
  }

  /** Whether it can hear a turn now: it knows all that goes before, and waits for nothing else. */
  mayHear(isOver: boolean): boolean {
    if (!this.link.isReady) {
      this.link.wake();
      return false;
    }
    const history = this.#events.history();
    // How much of it is heard may depend on this very turn.
    const isUndecided = !isOver && history.some(isBeingSaid);
    if (!this.#isUsed) {
      if (isUndecided) return false;
      this.#isUsed = true;
      this.#memory.written(history);
      const turns = seedTurns(history);
      if (turns.length > 0) this.link.send({ clientContent: { turns, turnComplete: false } });
      return true;
    }
    const isElsewhere = this.#answer !== null || this.#memory.awaitsTools;
    const known = isElsewhere ? null : this.#memory.compare(history);
    if (known?.isPrefix && known.missing.every(isBeingSaid)) return !isUndecided;
    this.renew();
    return false;
  }

  /** It has heard all of a turn, and answers it. */
  heard(itemId: string): void {
    this.#memory.heard(itemId);
    this.#newAnswer();
  }

  /** Whether it heard a turn that is to be none. */
  knowsTurn(itemId: string): boolean {
    return this.#memory.hasHeard(itemId);
  }

  /**
   * The answer that is asked for: what it says already, or what it is asked for now. Null when
   * another connection is needed.
   */
  ask(context: readonly ConversationItem[] | null): LiveAnswer | null {
    if (!this.link.isReady) return null;
    // What has a context of its own reads nothing else, and nothing else reads it.
    const history = context ?? this.#events.history();
    if (!this.#isUsed) return this.#prompt(history);
    const told = history.filter(({ id }) => !this.#later.has(id));
    const known = context ? null : this.#memory.compare(told);
    if (known?.isPrefix) {
      const { missing } = known;
      const held = this.#answer;
      if (held && !held.isTaken && missing.length === 0) return held;
      const outputs = this.#memory.awaitsTools ? this.#memory.outputs(missing) : null;
      if (outputs) {
        const functionResponses = outputs.map(([name, output]) =>
          functionResponse(name, { ...output, callId: this.#callIds.theirs(output.callId) }),
        );
        this.link.send({ toolResponse: { functionResponses } });
        this.#memory.answered(outputs.map(([, output]) => output));
        return this.#newAnswer();
      }
      const isFree = !held && !this.#memory.awaitsTools && !this.#events.isHearing();
      if (isFree && missing.every(isFromCaller)) return this.#prompt(missing);
    }
    this.renew();
    return null;
  }

  /** The model has made an answer that was asked for: what it said, and as which item of ours. */
  made({ outcome, calls }: LiveEnd, said: { itemId: string | null; text: string } | null): void {
    // It may have come to nothing with its connection.
    if (!this.#answer) return;
    if (said) this.#memory.spoken(said.itemId, said.text);
    for (const { callId, name } of calls) this.#memory.called(callId, name);
    this.#answer = null;
    if (outcome === 'completed') this.#bind();
    else this.renew();
  }

  /**
   * The session has said something of its own. An answer that is there will not be asked for then.
   * What was said into a turn is no reason to begin that turn anew.
   */
  saidBeside(): void {
    if (this.#events.isHearing()) {
      const said = this.#events.history().findLast((item) => !isFromCaller(item));
      if (said) this.#later.add(said.id);
    } else if (this.#answer && !this.#answer.isTaken) this.renew();
  }

  /** Nothing is under way: the connection is left if it must be, or if it knows what is not so. */
  rest(): void {
    if (!this.link.isReady || this.#events.isBusy()) return;
    if (this.#config) this.configure(this.#config);
    if (this.#isLeaving) this.#leave();
    else if (this.#isUsed && !this.#answer && !this.#memory.awaitsTools) {
      const known = this.#memory.compare(this.#events.history());
      if (!known.isPrefix || !known.missing.every(isFromCaller)) this.renew();
    }
  }

  /** Leaves the connection for one that knows nothing. */
  renew(): void {
    this.#resumable = null;
    this.#forget();
    this.link.renew();
  }

  close(): void {
    this.#stay();
    this.#answer?.close();
    this.link.close();
  }

  #setup() {
    return liveSetup(this.#use.settings, this.#config, this.#options);
  }

  /** The session before is taken up again where all it knows is still so. */
  #next() {
    const resumable = this.#resumable;
    const known = resumable?.memory.compare(this.#events.history());
    this.#resuming = known?.isPrefix && known.missing.every(isFromCaller) ? resumable : null;
    return { setup: this.#setup(), handle: this.#resuming?.handle ?? null };
  }

  #ready(): void {
    if (this.#resuming) {
      this.#memory = this.#resuming.memory.copy();
      this.#isUsed = true;
      this.#resuming = null;
    }
    this.#events.advance();
  }

  #prompt(items: readonly ConversationItem[]): LiveAnswer {
    this.#isUsed = true;
    this.#memory.written(items);
    this.link.send({ clientContent: { turns: promptTurns(items), turnComplete: true } });
    return this.#newAnswer();
  }

  #newAnswer(): LiveAnswer {
    this.#answer?.close();
    this.#handle = null;
    const answer: LiveAnswer = new LiveAnswer({
      ...this.#use,
      onBegun: () => this.#events.answerBegun(),
      onTook: (time) => this.#events.took(time),
      onDone: () => {
        this.#owesTurnEnd = !answer.isTurnOver;
        this.#events.answerDone();
      },
      onBroken: (fault) => {
        this.#events.fault(fault);
        if (this.#answer === answer) this.renew();
      },
    });
    this.#answer = answer;
    return answer;
  }

  #hear(message: ServerMessage): void {
    const { resumption } = message;
    if (resumption && (!this.#answer || this.#answer.isDone)) {
      this.#handle = resumption.handle;
      if (!this.#answer) this.#bind();
    }
    const memory = this.#memory;
    this.#events.message(message);
    // What it says of the caller's turn may be why the connection was left.
    if (memory !== this.#memory) return;
    const isNew = message.audio.length > 0 || message.said !== '' || message.calls.length > 0;
    const answer = this.#answer;
    // The end of the answer before: it may be playing, as the upstream has it.
    const isOfBefore = this.#owesTurnEnd && !isNew && !answer?.hasBegun;
    if (isNew ? answer : message.isTurnComplete) this.#owesTurnEnd = false;
    if (!isOfBefore) answer?.take(message);
    // Sound and calls that nobody waits for are part of what it knows all the same.
    const isUnasked = !answer && (message.audio.length > 0 || message.calls.length > 0);
    if (isUnasked || this.#memory.awaitsOneOf(message.cancelledCalls)) this.renew();
  }

  /** The state after all that was told and made can be taken up again. */
  #bind(): void {
    const isBetween = !this.#answer && !this.#memory.awaitsTools && !this.#events.isHearing();
    if (this.#handle === null || !isBetween || !this.#isUsed) return;
    this.#resumable = { handle: this.#handle, memory: this.#memory.copy() };
    this.#handle = null;
  }

  #lost(fault: PipelineError): void {
    // What cannot be taken up is told anew.
    if (this.#resuming) this.#resumable = null;
    this.#events.fault(fault);
    this.#forget(fault);
    this.#events.lost(fault);
  }

  #forget(lost: PipelineError | null = null): void {
    this.#stay();
    const answer = this.#answer;
    this.#answer = null;
    this.#isUsed = false;
    this.#owesTurnEnd = false;
    this.#handle = null;
    this.#later.clear();
    this.#memory = new UpstreamMemory();
    this.#events.left();
    if (!answer?.isTaken) answer?.close();
    else if (lost) answer.fail(lost);
    else answer.leave(geminiFault('provider_lost', 'left'));
  }

  /** The connection ends: it is left at the next rest, or shortly before its end. */
  #leaveIn(leftMs: number): void {
    this.#stay();
    this.#isLeaving = true;
    const inMs = Math.max(leftMs - LEAVE_BEFORE_MS, leftMs / 2);
    this.#leaveTimer = this.#use.clock.setTimeout(() => {
      this.#leaveTimer = null;
      // A turn is told again; an answer is better had as far as it comes.
      if (!this.isAnswering) this.#leave();
    }, inMs);
    this.rest();
  }

  #leave(): void {
    this.#forget();
    this.link.renew();
  }

  #stay(): void {
    this.#isLeaving = false;
    if (this.#leaveTimer !== null) this.#use.clock.clearTimeout(this.#leaveTimer);
    this.#leaveTimer = null;
  }
}

/** What the agent said goes into the model's own past, which is told at the beginning alone. */
function isFromCaller(item: ConversationItem): boolean {
  return item.kind !== 'message' || item.speaker !== 'agent';
}
