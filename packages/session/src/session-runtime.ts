import { randomBytes } from 'node:crypto';
import { hopBudgets } from '@antiphon/observability';
import { Subject, Subscription } from 'rxjs';
import { AgentSpeech } from './agent-speech.ts';
import { CallerTurns } from './caller-turns.ts';
import { Conversation } from './conversation.ts';
import { DEFAULT_JUDGE_TIMINGS } from './barge-in-judge.ts';
import { DecisionDesk } from './decision-desk.ts';
import { EchoWatch } from './echo-watch.ts';
import { HistoryCutter } from './history-cutter.ts';
import { InvariantWatch } from './invariant-watch.ts';
import { OutOfBandAnswers } from './out-of-band-answers.ts';
import { OwnWords } from './own-words.ts';
import { Playout } from './playout.ts';
import { PlayoutLedger } from './playout-ledger.ts';
import type { AudioFrame } from './ports/audio-frame.ts';
import type { LegFact } from './ports/caller-leg.ts';
import type { Clock, TimerHandle } from './ports/clock.ts';
import type { ControlChannel } from './ports/control-channel.ts';
import type { SessionConfig } from './ports/session-config.ts';
import type { ProviderUsage } from './ports/provider-usage.ts';
import type { EndReason, SessionEvent } from './ports/session-event.ts';
import type { EngineEvent, ProviderTookOver } from './ports/voice-engine.ts';
import { QuestionDesk } from './question-desk.ts';
import { RunningMachine } from './running-machine.ts';
import { sendingLineOf } from './sending-line.ts';
import { ordinarySilenceMs } from './silence-window.ts';
import { policyOf, SessionControls } from './session-controls.ts';
import type { Session, SessionOptions } from './session-options.ts';
import type { SessionDecision, SessionFact } from './session.facts.ts';
import type { SessionNews, SessionParts } from './session-parts.ts';
import { DEFAULT_TIMINGS } from './session.context.ts';
import { ToolDesk } from './tool-desk.ts';
import { TypedNumbers } from './typed-numbers.ts';
import { UsageTotal } from './usage-total.ts';

const MAX_SESSION_MS = 60 * 60_000;

/** An apology is over by then; a session that failed waits no longer for it. */
const LAST_WORDS_MS = 5_000;

/** Starts a session: joins leg, engine, detector, tools and listeners around one machine. */
export function startSession(options: SessionOptions): Session {
  return new SessionRuntime(options).start();
}

class SessionRuntime {
  readonly #options: SessionOptions;
  readonly #facts = new Subject<SessionFact>();
  /** To the facts, and to the leg. */
  readonly #hearing = new Subscription();
  readonly #lines = new Subscription();
  #channels: readonly ControlChannel[];
  readonly #machine: RunningMachine;
  readonly #parts: SessionParts;
  readonly #recording;
  readonly #engine;
  readonly #playout: Playout;
  readonly #speech: AgentSpeech;
  readonly #turns: CallerTurns;
  readonly #cutter: HistoryCutter;
  readonly #tools: ToolDesk;
  readonly #questions: QuestionDesk;
  readonly #keypad: TypedNumbers;
  readonly #decisions: DecisionDesk;
  readonly #outOfBand: OutOfBandAnswers;
  readonly #control: SessionControls;
  readonly #expiry;
  readonly #invariants = new InvariantWatch();
  readonly #usage = new UsageTotal();
  #config: SessionConfig;
  #itemCount = 0;
  #isEnded = false;
  /** Something threw: the machine is stopped, and the caller hears an apology. */
  #isFailing = false;
  #lastWords: TimerHandle | null = null;
  #resolveEnded: (reason: EndReason) => void = () => {};

  constructor(options: SessionOptions) {
    const { sessionId, agent, leg, clock } = options;
    this.#options = options;
    this.#channels = options.channels;
    // What a timer throws ends this session and nothing else.
    const guardedClock: Clock = {
      now: () => clock.now(),
      setTimeout: (run, delayMs) => clock.setTimeout(this.#guard(run), delayMs),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    };
    this.#config = agent.config;
    const itemPrefix = `item_${randomBytes(6).toString('hex')}`;
    this.#recording = options.recorder?.open(sessionId, clock.now()) ?? null;
    const ledger = new PlayoutLedger();
    const echo = new EchoWatch(leg.capabilities.maxLeadMs);
    this.#parts = {
      sessionId,
      clock: guardedClock,
      ledger,
      conversation: new Conversation((entry) => options.log?.append(sessionId, entry)),
      config: () => this.#config,
      newItemId: () => `${itemPrefix}${(++this.#itemCount).toString(36).padStart(4, '0')}`,
      report: (fact) => {
        if (this.#isFailing) this.#hearAfterFailure(fact);
        else this.#facts.next(fact);
      },
      notify: (news) => this.#notify(news),
    };
    // What is freed at the end may tell what it used.
    const onUsed = this.#guard(
      (used: ProviderUsage) => this.#notify(this.#usage.add(used)),
      () => this.#usage.isClosed,
    );
    this.#playout = new Playout({
      clock: guardedClock,
      leg,
      ledger,
      recording: this.#recording,
      echo,
      line: { join: (serve) => sendingLineOf(clock).join(this.#guard(serve)) },
      onPaced: options.onPaced,
      onSent: (generationId) => {
        const violation = this.#invariants.sent(generationId);
        if (violation) this.#notify({ type: 'invariant.violated', ...violation });
      },
      onFirstAudio: (generationId) => this.#speech.firstAudioWritten(generationId),
      onStarted: () => {
        this.#parts.report({ type: 'playout.started' });
        if (this.#playout.isHeld) this.#parts.report({ type: 'playout.held' });
      },
      onItemPlayed: (itemId) => {
        this.#questions.played(itemId);
        this.#speech.itemPlayed(itemId);
      },
      onDrained: () => this.#parts.report({ type: 'playout.drained' }),
    });
    const { followUps = null, contactEmail = null } = options;
    this.#tools = new ToolDesk({
      parts: this.#parts,
      agentName: agent.name,
      runner: options.tools,
      followUps,
      contactEmail,
    });
    this.#questions = new QuestionDesk({
      parts: this.#parts,
      tools: this.#tools,
      lastTurn: () => this.#turns.lastTurn,
      hearsSpelling: options.engine.hearsSpelling ?? false,
    });
    this.#speech = new AgentSpeech({
      parts: this.#parts,
      playout: this.#playout,
      tools: this.#tools,
      lastTurn: () => this.#turns.lastTurn,
      budgetsMs: () => hopBudgets(agent.budgetsMs, ordinarySilenceMs(this.#config)),
      isCallerSpeaking: () => this.#turns.isCallerSpeaking,
      words: new OwnWords({
        parts: this.#parts,
        tools: this.#tools,
        unheard: () => this.#cutter.unheard,
        questionText: (kind, callIds) => this.#questions.ask(kind, callIds),
      }),
      onItem: (kind, itemId) => this.#questions.spoke(kind, itemId),
    });
    this.#engine = options.engine.open({
      sessionId,
      history: () => this.#parts.conversation.items,
      callerEncoding: () => leg.codec,
      tellable: (text) => this.#keypad.tellable(text),
      onEvent: this.#guard((event: EngineEvent) => {
        // The verdict on speech over the agent decides whether its item is there to be transcribed.
        if (event.type === 'transcript') this.#turns.hearTranscript(event);
        this.#speech.hear(this.#keypad.heard(event));
        if (event.type === 'transcript' && event.isFinal) this.#questions.transcribed(event.itemId);
      }),
      onTookOver: this.#guard((tookOver: ProviderTookOver) =>
        this.#notify({ type: 'provider.tookOver', ...tookOver }),
      ),
      onUsed,
    });
    this.#speech.attach(this.#engine);
    this.#turns = new CallerTurns({
      parts: this.#parts,
      engine: this.#engine,
      detectors: options.detectors,
      recording: this.#recording,
      echo,
      judgeTimings: { ...DEFAULT_JUDGE_TIMINGS, ...options.timings },
      agentHasFloor: () => this.#playout.isActive || this.#speech.activeId !== null,
      guard: (run) => this.#guard(run),
    });
    this.#cutter = new HistoryCutter(
      this.#parts,
      this.#playout,
      leg.capabilities.playedPosition === 'client',
    );
    this.#outOfBand = new OutOfBandAnswers({
      parts: this.#parts,
      engine: options.engine,
      guard: (run) => this.#guard(run),
      onUsed,
    });
    const input = {
      sessionId,
      bargeIn: leg.capabilities.bargeIn,
      ...policyOf(agent.config),
      sendsEmail: followUps !== null,
      hasAddress: this.#tools.email !== null,
      hearsSpelling: options.engine.hearsSpelling ?? false,
      endAfterFailures: agent.onFailure?.endAfter ?? null,
      timings: { ...DEFAULT_TIMINGS, ...options.timings },
    };
    this.#machine = new RunningMachine({
      input,
      recording: this.#recording,
      clock,
      notify: (news) => this.#notify(news),
      ...(options.onStep && { onStep: options.onStep }),
    });
    this.#keypad = new TypedNumbers({
      parts: this.#parts,
      secrets: this.#tools.secrets,
      createsResponse: () => this.#turns.createsResponse,
    });
    this.#decisions = new DecisionDesk({
      parts: this.#parts,
      speech: this.#speech,
      playout: this.#playout,
      cutter: this.#cutter,
      turns: this.#turns,
      tools: this.#tools,
      questions: this.#questions,
      end: (reason) => this.#end(reason),
    });
    this.#control = new SessionControls({
      parts: this.#parts,
      turns: this.#turns,
      speech: this.#speech,
      cutter: this.#cutter,
      tools: this.#tools,
      outOfBand: this.#outOfBand,
      setConfig: (config) => {
        this.#config = config;
        this.#keypad.configure();
      },
      takes: (fact) => this.#machine.takes(fact),
      isEnded: () => this.#isEnded || this.#isFailing,
    });
    this.#expiry = guardedClock.setTimeout(
      () => this.#control.end('expired'),
      options.maxSessionMs ?? MAX_SESSION_MS,
    );
  }

  start(): Session {
    const { leg, channels, sessionId, tenant = null, agent } = this.#options;
    const ended = new Promise<EndReason>((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#machine.start({
      onDecision: this.#guard((decision: SessionDecision) => {
        if (!this.#isEnded && !this.#isFailing) this.#decisions.carryOut(decision);
      }),
      onError: (error) => this.#fail(error),
    });
    this.#hearing.add(this.#facts.subscribe((fact) => this.#machine.hear(fact)));
    for (const channel of channels) channel.attach(this.#control);
    const owner = tenant === null ? {} : { tenant };
    this.#notify({ type: 'session.started', sessionId, agent: agent.name, ...owner });
    this.#machine.record();
    this.#hearing.add(
      leg.audio$.subscribe(this.#guard((frame: AudioFrame) => this.#turns.accept(frame))),
    );
    this.#lines.add(leg.facts$.subscribe(this.#guard((fact: LegFact) => this.#hearLeg(fact))));
    return { control: this.#control, ended };
  }

  #hearLeg(fact: LegFact): void {
    switch (fact.type) {
      case 'leg.played':
        this.#playout.reportPlayed(fact.itemId, fact.playedMs);
        return;
      case 'leg.dtmf':
        if (this.#questions.press(fact.digit)) this.#parts.report({ type: 'caller.pressed' });
        else this.#keypad.press(fact.digit);
        return;
      case 'leg.formatDoubted': {
        const { declared, looksLike } = fact;
        this.#notify({ type: 'audio.formatDoubted', declared, looksLike });
        return;
      }
      case 'leg.closed':
        this.#parts.report({ type: 'leg.closed', reason: fact.reason });
    }
  }

  /** Frees everything, whatever throws on the way. */
  #end(reason: EndReason): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { clock, leg } = this.#options;
    const steps = [
      () => this.#hearing.unsubscribe(),
      () => this.#lines.unsubscribe(),
      () => clock.clearTimeout(this.#expiry),
      () => this.#lastWords !== null && clock.clearTimeout(this.#lastWords),
      () => this.#speech.cancel('sessionEnded'),
      () => this.#cutter.close(),
      () => this.#playout.close(),
      () => this.#turns.close(),
      () => this.#keypad.close(),
      () => this.#tools.close(),
      () => this.#outOfBand.close(),
      () => this.#engine.close(),
      () => this.#notify({ type: 'session.ended', reason, ...this.#usage.close() }),
      () => this.#machine.stop(),
      () => this.#facts.complete(),
      () => leg.close(reason),
    ];
    for (const step of steps) {
      try {
        step();
      } catch {
        // A neighbour that throws while it is freed is not asked again.
      }
    }
    const closing = this.#recording?.close() ?? Promise.resolve();
    closing.then(
      () => this.#resolveEnded(reason),
      () => this.#resolveEnded(reason),
    );
  }

  #notify(news: SessionNews): void {
    const event = { ...news, atMs: this.#options.clock.now() } as SessionEvent;
    this.#recording?.event(event);
    for (const channel of this.#channels) {
      try {
        channel.notify(event);
      } catch (error) {
        // Nothing more is told to a listener that threw; the session fails once this event is told.
        this.#channels = this.#channels.filter((other) => other !== channel);
        queueMicrotask(() => this.#fail(error));
      }
    }
    if (event.type === 'invariant.violated') return;
    for (const violation of this.#invariants.see(event)) {
      this.#notify({ type: 'invariant.violated', ...violation });
    }
  }

  /** What a callback throws ends this session and nothing else. */
  #guard<Args extends unknown[]>(
    run: (...args: Args) => void,
    isOver = () => this.#isEnded,
  ): (...args: Args) => void {
    return (...args) => {
      if (isOver()) return;
      try {
        run(...args);
      } catch (error) {
        this.#fail(error);
      }
    };
  }

  /** The first exception is followed by an apology, where one can be spoken; the second ends it. */
  #fail(error: unknown): void {
    if (this.#isEnded) return;
    const name = error instanceof Error ? error.name : 'unknown';
    // The message may hold what the caller said; the name cannot.
    this.#notify({ type: 'engine.failed', code: 'internal', message: `Unexpected ${name}.` });
    if (this.#isFailing) {
      this.#end('failed');
      return;
    }
    this.#isFailing = true;
    const { clock } = this.#options;
    try {
      this.#hearing.unsubscribe();
      this.#machine.stop();
      this.#turns.close();
      this.#tools.close();
      this.#outOfBand.close();
      this.#speech.cancel('sessionEnded');
      this.#cutter.close();
      this.#lastWords = clock.setTimeout(() => this.#end('failed'), LAST_WORDS_MS);
      this.#speech.generate('gen_last', { kind: 'apology', itemId: null, options: {} });
    } catch {
      this.#end('failed');
    }
  }

  #hearAfterFailure(fact: SessionFact): void {
    const isOver =
      fact.type === 'leg.closed' ||
      fact.type === 'playout.drained' ||
      (fact.type === 'agent.generationEnded' && !this.#playout.isActive);
    if (isOver) this.#end('failed');
  }
}
