import { TurnClock } from '@antiphon/observability';
import type { Hop, HopBudgets } from '@antiphon/observability';
import { AnswerCover } from './answer-cover.ts';
import { AnsweredTurns } from './answered-turns.ts';
import type { CommittedTurn } from './caller-turn.ts';
import type { ConversationItem } from './ports/conversation-item.ts';
import type { CancelReason, GenerationKind } from './ports/session-event.ts';
import type { ToolDefinition } from './ports/session-config.ts';
import { NO_USAGE } from './ports/voice-engine.ts';
import type {
  EngineEvent,
  EngineMark,
  EngineSession,
  GenerationRequest,
  Usage,
} from './ports/voice-engine.ts';
import type { Playout } from './playout.ts';
import type { Ask } from './session.facts.ts';
import type { SessionParts } from './session-parts.ts';
import { OwnWords } from './own-words.ts';
import type { CalledTool, ToolDesk } from './tool-desk.ts';

const HOP_OF_MARK: Readonly<Record<EngineMark, Hop>> = {
  transcriptReady: 'endpointing',
  firstToken: 'inference',
  firstSentence: 'aggregation',
  firstByte: 'synthesis',
};

interface GenerationEnd {
  readonly outcome: 'completed' | 'incomplete' | 'failed';
  readonly usage: Usage;
  readonly error?: { readonly code: string; readonly message: string } | null;
}

interface Generation {
  readonly id: string;
  readonly ask: Ask;
  readonly clock: TurnClock;
  /** As it was asked for, whatever the configuration says by now. */
  readonly medium: 'text' | 'audio';
  itemId: string | null;
  hasAudio: boolean;
  /** Calls of the client's that wait for the cover that goes before them. */
  readonly heldCalls: CalledTool[];
  /** How the engine ended it, while that cover is being made. */
  engineEnd: GenerationEnd | null;
}

/** What the agent's side of a session needs. */
export interface AgentSpeechOptions {
  readonly parts: SessionParts;
  readonly playout: Playout;
  readonly tools: ToolDesk;
  readonly lastTurn: () => CommittedTurn | null;
  readonly words: OwnWords;
  readonly budgetsMs: () => HopBudgets;
  readonly isCallerSpeaking: () => boolean;
  /** An item of a generation has begun. */
  readonly onItem: (kind: GenerationKind, itemId: string) => void;
}

/** Carries out generations: from the engine's events to items, words and audio. */
export class AgentSpeech {
  readonly #options: AgentSpeechOptions;
  #engine: EngineSession | null = null;
  #generation: Generation | null = null;
  #turnCount = 0;
  /** Generations whose first audio is still to be written, by id. */
  readonly #measured = new Map<string, { readonly clock: TurnClock; readonly ask: Ask }>();
  readonly #answered: AnsweredTurns;
  readonly #cover: AnswerCover;
  /** Items that broke off and are still being heard: more may be written of them than is spoken. */
  readonly #broken = new Set<string>();

  constructor(options: AgentSpeechOptions) {
    this.#options = options;
    this.#answered = new AnsweredTurns(options.lastTurn);
    const { parts, playout } = options;
    this.#cover = new AnswerCover({
      parts,
      words: options.words,
      engine: () => this.#engine,
      isSilent: () => !playout.isActive && !options.isCallerSpeaking(),
      onDue: () => this.#generation?.clock.mark('wait', parts.clock.now()),
    });
  }

  /** The engine is opened after this, because it reports here. */
  attach(engine: EngineSession): void {
    this.#engine = engine;
  }

  /** The generation being made, if one is. */
  get activeId(): string | null {
    return this.#generation?.id ?? null;
  }

  /** The item of that generation, once there is one. */
  get activeItemId(): string | null {
    return this.#generation?.itemId ?? null;
  }

  generate(generationId: string, ask: Ask): void {
    const { parts, budgetsMs } = this.#options;
    const turn = ++this.#turnCount;
    const askedAtMs = parts.clock.now();
    const clock = new TurnClock({ turn, generationId, askedAtMs, budgetsMs: budgetsMs() });
    const medium = ask.options.modality ?? parts.config().modality;
    const generation: Generation = {
      id: generationId,
      ask,
      clock,
      medium,
      itemId: null,
      hasAudio: false,
      heldCalls: [],
      engineEnd: null,
    };
    this.#generation = generation;
    this.#measured.set(generationId, { clock, ask });
    parts.notify({
      type: 'generation.started',
      generationId,
      kind: ask.kind,
      options: ask.options,
    });
    if (ask.kind === 'cover' || ask.kind === 'progress')
      this.#options.tools.covered(ask.callIds ?? []);
    if (ask.kind === 'answer' && medium === 'audio') this.#cover.await(generationId);
    if (ask.kind === 'call') this.#giveCalls(generation);
    else this.#engine?.generate(this.#requestFor(generationId, ask));
  }

  /** Calls that the caller agreed to, as an answer of their own. */
  #giveCalls(generation: Generation): void {
    for (const callId of generation.ask.callIds ?? []) {
      this.#options.tools.give(callId, generation.id);
    }
    this.#finish(generation, { outcome: 'completed', usage: NO_USAGE });
  }

  /** Takes what the engine reports; events of other generations are stale and ignored. */
  hear(event: EngineEvent): void {
    if (event.type === 'transcript') {
      this.#transcribe(event);
      return;
    }
    const generation = this.#generation;
    if (!generation || event.generationId !== generation.id) return;
    this.#cover.see(event);
    const { parts, playout, tools } = this.#options;
    switch (event.type) {
      case 'generation.text': {
        const itemId = this.#itemOf(generation);
        parts.conversation.append({ type: 'written', itemId, delta: event.delta });
        parts.ledger.write(itemId, event.delta);
        parts.notify({
          type: 'generation.text',
          generationId: generation.id,
          itemId,
          delta: event.delta,
        });
        return;
      }
      case 'generation.words': {
        const itemId = this.#itemOf(generation);
        parts.ledger.time(itemId, event.words);
        parts.notify({
          type: 'generation.words',
          generationId: generation.id,
          itemId,
          words: event.words,
        });
        return;
      }
      case 'generation.audio': {
        generation.hasAudio = true;
        const itemId = this.#itemOf(generation);
        if (
          !playout.enqueue({ generationId: generation.id, itemId }, event.pcm, event.sampleRate)
        ) {
          this.#engine?.cancel(generation.id);
          this.#finish(generation, {
            outcome: 'incomplete',
            usage: NO_USAGE,
            error: {
              code: 'playout_full',
              message: 'The answer is longer than two minutes of speech; the rest was dropped.',
            },
          });
        }
        return;
      }
      case 'generation.toolCall':
        if (this.#wantsCover(generation, event)) generation.heldCalls.push(event);
        else tools.called(event, this.#toolsOf(generation));
        return;
      case 'generation.mark':
        generation.clock.mark(HOP_OF_MARK[event.mark], event.atMs);
        if (event.mark === 'transcriptReady')
          this.#answered.transcribed(generation.ask, event.atMs);
        return;
      case 'generation.piece':
      case 'generation.edited':
        parts.notify(event);
        return;
      case 'generation.ended':
        this.#engineEnded(generation, event);
    }
  }

  /**
   * A call that the client runs leaves with the answer that makes it, so the words that cover the
   * wait go before it, where the model has said none.
   */
  #wantsCover(generation: Generation, { name }: CalledTool): boolean {
    if (generation.heldCalls.length > 0) return true;
    const tool = this.#toolsOf(generation).find((candidate) => candidate.name === name);
    if (tool?.runs !== 'client' || tool.confirm !== 'none') return false;
    const isCovered = tool.coverAfterMs < tool.timeoutMs && this.#options.words.covers(tool);
    return isCovered && generation.itemId === null && generation.medium === 'audio';
  }

  #engineEnded(generation: Generation, end: GenerationEnd): void {
    const { id, itemId, heldCalls } = generation;
    const { parts, tools, words } = this.#options;
    const offered = this.#toolsOf(generation);
    const first = offered.find(({ name }) => name === heldCalls[0]?.name);
    if (first && itemId === null && end.outcome === 'completed') {
      generation.engineEnd = end;
      const config = parts.config();
      this.#engine?.generate({ kind: 'say', generationId: id, config, text: words.cover(first) });
      return;
    }
    for (const call of heldCalls) tools.called(call, offered);
    this.#finish(generation, generation.engineEnd ?? end);
  }

  #toolsOf({ ask }: Generation): readonly ToolDefinition[] {
    return ask.options.tools ?? this.#options.parts.config().tools;
  }

  /** Stops the generation being made. */
  cancel(reason: CancelReason): void {
    const generation = this.#generation;
    if (!generation) return;
    const { parts } = this.#options;
    this.#engine?.cancel(generation.id);
    this.#generation = null;
    this.#cover.stop();
    this.#measured.delete(generation.id);
    const unspoken = generation.hasAudio ? null : this.#withdraw(generation);
    this.#tellItemDone(generation, 'incomplete');
    parts.notify({
      type: 'generation.ended',
      generationId: generation.id,
      outcome: 'cancelled',
      cancelReason: reason,
      audioMs: this.#audioMsOf(generation),
      usage: NO_USAGE,
      error: null,
    });
    if (unspoken !== null) parts.notify({ type: 'item.truncated', ...unspoken });
  }

  /** A message nothing of which was sounded holds no words, unless it is read; what it held. */
  #withdraw({ itemId }: Generation) {
    const { conversation, ledger } = this.#options.parts;
    const item = itemId === null ? undefined : conversation.message(itemId);
    if (!item) return null;
    const isRead = item.medium === 'text';
    const text = isRead ? (item.text ?? '') : '';
    conversation.append({ type: 'truncated', itemId: item.id, text, audioMs: 0 });
    const { unheard } = ledger.divide(item.id, 0);
    if (isRead || unheard === '') return null;
    return { itemId: item.id, audioEndMs: 0, heard: '', unheard };
  }

  /** The first audio of a generation was written. */
  firstAudioWritten(generationId: string): void {
    const { parts } = this.#options;
    const measured = this.#measured.get(generationId);
    if (measured) {
      this.#measured.delete(generationId);
      const answered = this.#answered.sounded(measured.ask);
      const report = measured.clock.finish(parts.clock.now(), answered);
      parts.notify({ type: 'turn.measured', report });
    }
    this.#cover.heard(generationId);
  }

  /** All audio of an item was heard. */
  itemPlayed(itemId: string): void {
    const { parts } = this.#options;
    const { conversation, ledger } = parts;
    const audioMs = Math.round(ledger.generatedMs(itemId));
    const wasBroken = this.#broken.delete(itemId);
    // A client may have said before that it stopped earlier.
    if (conversation.message(itemId)?.status === 'inProgress') {
      const { heard, unheard } = ledger.divide(itemId, ledger.generatedMs(itemId));
      if (wasBroken && unheard !== '') {
        conversation.append({ type: 'truncated', itemId, text: heard, audioMs });
        parts.notify({ type: 'item.truncated', itemId, audioEndMs: audioMs, heard, unheard });
      } else {
        conversation.append({ type: 'completed', itemId, audioMs });
      }
    }
    parts.notify({ type: 'playout.drained', itemId });
  }

  #requestFor(generationId: string, ask: Ask): GenerationRequest {
    const config = this.#options.parts.config();
    if (ask.kind === 'answer')
      return { kind: 'answer', generationId, config, options: ask.options };
    return { kind: 'say', generationId, config, text: this.#options.words.of(ask) };
  }

  #transcribe({
    itemId,
    text,
    isFinal,
    error,
  }: Extract<EngineEvent, { type: 'transcript' }>): void {
    const { parts } = this.#options;
    if (isFinal) parts.conversation.append({ type: 'transcribed', itemId, text });
    parts.notify({ type: 'caller.transcript', itemId, text, isFinal, ...(error && { error }) });
  }

  #itemOf(generation: Generation): string {
    if (generation.itemId !== null) return generation.itemId;
    const { parts } = this.#options;
    const item: ConversationItem = {
      kind: 'message',
      id: parts.newItemId(),
      speaker: 'agent',
      medium: generation.medium,
      status: 'inProgress',
      text: '',
      audioMs: 0,
      ...(OwnWords.isAside(generation.ask.kind) && { isAside: true }),
    };
    generation.itemId = item.id;
    this.#options.onItem(generation.ask.kind, item.id);
    parts.ledger.open(item.id);
    parts.conversation.append({ type: 'added', item });
    parts.notify({
      type: 'item.added',
      item,
      previousItemId: parts.conversation.previousId(item.id),
      generationId: generation.id,
    });
    return item.id;
  }

  #finish(generation: Generation, { outcome, usage, error = null }: GenerationEnd): void {
    const { parts, playout } = this.#options;
    this.#generation = null;
    this.#cover.stop();
    if (!generation.hasAudio) this.#measured.delete(generation.id);
    const isBroken = outcome === 'failed' || error !== null;
    const unspoken = isBroken && !generation.hasAudio ? this.#withdraw(generation) : null;
    if (generation.itemId !== null) {
      const { itemId } = generation;
      if (isBroken && generation.hasAudio) this.#broken.add(itemId);
      if (generation.hasAudio) playout.endItem(generation.id, itemId);
      else if (!isBroken) parts.conversation.append({ type: 'completed', itemId, audioMs: 0 });
      this.#tellItemDone(generation, outcome === 'completed' ? 'completed' : 'incomplete');
    }
    parts.notify({
      type: 'generation.ended',
      generationId: generation.id,
      outcome,
      cancelReason: null,
      audioMs: this.#audioMsOf(generation),
      usage,
      error,
    });
    if (unspoken !== null) parts.notify({ type: 'item.truncated', ...unspoken });
    if (outcome === 'failed' && error) parts.notify({ type: 'engine.failed', ...error });
    parts.report({
      type: 'agent.generationEnded',
      generationId: generation.id,
      failed: outcome === 'failed',
    });
  }

  #audioMsOf({ itemId }: Generation): number {
    return itemId === null ? 0 : this.#options.parts.ledger.generatedMs(itemId);
  }

  #tellItemDone(generation: Generation, status: 'completed' | 'incomplete'): void {
    const { parts } = this.#options;
    if (generation.itemId === null) return;
    const item = parts.conversation.message(generation.itemId);
    if (item) {
      parts.notify({ type: 'item.done', item: { ...item, status }, generationId: generation.id });
    }
  }
}
