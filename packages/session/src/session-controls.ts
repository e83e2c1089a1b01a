import type { AgentSpeech } from './agent-speech.ts';
import type { CallerTurns } from './caller-turns.ts';
import type { HistoryCutter } from './history-cutter.ts';
import type { OutOfBandAnswers } from './out-of-band-answers.ts';
import type {
  NewItem,
  OutOfBandEvent,
  Rejection,
  SessionControl,
} from './ports/control-channel.ts';
import type { ConversationItem } from './ports/conversation-item.ts';
import type { AnswerOptions, SessionConfig } from './ports/session-config.ts';
import type { EndReason } from './ports/session-event.ts';
import type { SessionFact } from './session.facts.ts';
import type { SessionParts } from './session-parts.ts';
import { addFinishedItem } from './session-parts.ts';
import { MAX_ITEMS } from './conversation.ts';
import type { ToolDesk } from './tool-desk.ts';

/** The rooms of a running session that a client's wishes reach. */
export interface SessionRooms {
  readonly parts: SessionParts;
  readonly turns: CallerTurns;
  readonly speech: AgentSpeech;
  readonly cutter: HistoryCutter;
  readonly tools: ToolDesk;
  readonly outOfBand: OutOfBandAnswers;
  readonly setConfig: (config: SessionConfig) => void;
  /** Whether the machine would take this fact now. */
  readonly takes: (fact: SessionFact) => boolean;
  readonly isEnded: () => boolean;
}

/** What the machine needs to know of a configuration. */
export const policyOf = (
  config: SessionConfig,
): { readonly interruptsResponse: boolean; readonly covers: boolean } => ({
  interruptsResponse: config.turnDetection?.interruptsResponse ?? false,
  covers: config.covers.length > 0 && config.modality === 'audio',
});

/** What may be asked of a session, checked before the machine hears of it. */
export class SessionControls implements SessionControl {
  readonly #rooms: SessionRooms;
  #hasGreeted = false;

  constructor(rooms: SessionRooms) {
    this.#rooms = rooms;
  }

  get id(): string {
    return this.#rooms.parts.sessionId;
  }

  get config(): SessionConfig {
    return this.#rooms.parts.config();
  }

  get audioMs(): number {
    return this.#rooms.turns.audioMs;
  }

  items(): readonly ConversationItem[] {
    return this.#rooms.parts.conversation.items;
  }

  item(itemId: string): ConversationItem | undefined {
    return this.#rooms.parts.conversation.item(itemId);
  }

  configure(patch: Partial<SessionConfig>): Rejection | null {
    const { parts, turns, setConfig, isEnded } = this.#rooms;
    if (isEnded()) return { code: 'ended' };
    const config = { ...parts.config(), ...patch };
    setConfig(config);
    if (patch.turnDetection !== undefined) turns.configure(config.turnDetection);
    parts.report({ type: 'session.configured', ...policyOf(config) });
    parts.notify({ type: 'session.configured', config });
    return null;
  }

  setContact(email: string): Rejection | null {
    const { tools, isEnded } = this.#rooms;
    if (isEnded()) return { code: 'ended' };
    tools.noteContact(email);
    return null;
  }

  greet(): void {
    if (this.#hasGreeted || this.config.greeting === null) return;
    this.#hasGreeted = true;
    this.#rooms.parts.report({ type: 'session.greetingDue' });
  }

  commitAudio(): Rejection | null {
    return this.#rooms.isEnded() ? { code: 'ended' } : this.#rooms.turns.commitByHand();
  }

  clearAudio(): void {
    this.#rooms.turns.clear();
  }

  addItem(item: NewItem, previousItemId?: string | null): Rejection | null {
    const { parts, tools, isEnded } = this.#rooms;
    const { conversation } = parts;
    if (isEnded()) return { code: 'ended' };
    if (conversation.isFull) return { code: 'conversationFull', maxItems: MAX_ITEMS };
    if (conversation.item(item.id)) return { code: 'duplicateItem', itemId: item.id };
    if (typeof previousItemId === 'string' && !conversation.item(previousItemId)) {
      return { code: 'itemNotFound', itemId: previousItemId };
    }
    const refusal = item.kind === 'toolOutput' ? tools.refuses(item.callId) : null;
    if (refusal) return refusal;
    addFinishedItem(
      parts,
      { ...item, status: 'completed' },
      previousItemId === undefined ? {} : { afterId: previousItemId },
    );
    if (item.kind === 'toolOutput') tools.answeredByClient(item.callId, item.output);
    return null;
  }

  deleteItem(itemId: string): Rejection | null {
    const { parts, isEnded } = this.#rooms;
    if (isEnded()) return { code: 'ended' };
    if (!parts.conversation.item(itemId)) return { code: 'itemNotFound', itemId };
    parts.conversation.append({ type: 'deleted', itemId });
    parts.ledger.forget(itemId);
    parts.notify({ type: 'item.deleted', itemId });
    return null;
  }

  truncateItem(itemId: string, audioEndMs: number): Rejection | null {
    const { parts, speech, cutter, isEnded } = this.#rooms;
    if (isEnded()) return { code: 'ended' };
    const refusal = cutter.refuses(itemId, audioEndMs);
    if (refusal) return refusal;
    // A client that truncates what is being played has stopped playing it by itself.
    if (cutter.isPlaying(itemId)) {
      const makesAnother = speech.activeId !== null && speech.activeItemId !== itemId;
      if (!makesAnother || !cutter.stopItem(itemId))
        parts.report({ type: 'client.answerCancelled' });
    }
    cutter.truncate(itemId, audioEndMs);
    return null;
  }

  requestAnswer(options: AnswerOptions): Rejection | null {
    const { parts, speech, takes, isEnded } = this.#rooms;
    if (isEnded()) return { code: 'ended' };
    const last = parts.conversation.items.at(-1);
    const isTyped = last?.kind === 'message' && last.speaker === 'caller';
    const itemId = isTyped ? last.id : null;
    const fact = { type: 'client.answerRequested', options, itemId } as const;
    if (!takes(fact)) return { code: 'answerActive', generationId: speech.activeId ?? '' };
    parts.report(fact);
    return null;
  }

  cancelAnswer(generationId?: string): Rejection | null {
    const { parts, speech, isEnded } = this.#rooms;
    if (isEnded()) return { code: 'ended' };
    const { activeId } = speech;
    if (activeId === null || (generationId !== undefined && generationId !== activeId)) {
      return { code: 'noAnswerActive' };
    }
    parts.report({ type: 'client.answerCancelled' });
    return null;
  }

  answerOutOfBand(
    answerId: string,
    options: AnswerOptions,
    onEvent: (event: OutOfBandEvent) => void,
  ): Rejection | null {
    const { outOfBand, isEnded } = this.#rooms;
    return isEnded() ? { code: 'ended' } : outOfBand.answer(answerId, options, onEvent);
  }

  cancelOutOfBand(answerId: string): Rejection | null {
    return this.#rooms.outOfBand.cancel(answerId);
  }

  end(reason: EndReason): void {
    if (!this.#rooms.isEnded()) this.#rooms.parts.report({ type: 'session.endRequested', reason });
  }
}
