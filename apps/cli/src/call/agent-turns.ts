import type { FeedEvent } from '@antiphon/observability';
import type { Playback } from '../playback.ts';
import { indexOfWords, spokenWords } from '../spoken-words.ts';

type TimedWords = Extract<FeedEvent, { type: 'agent.words' }>['words'];

interface AgentItem {
  readonly turn: number;
  text: string;
  words: TimedWords;
}

/** What the agent said in one turn, as far as its text has come. */
export interface AgentTurn {
  readonly text: string;
  /** The items in the order they began. */
  readonly itemIds: readonly string[];
}

/**
 * Sorts what the agent says into turns, each reaching from one line of the caller to the next, and
 * knows whether the agent has finished.
 */
export class AgentTurns {
  readonly #playback: Playback;
  readonly #items = new Map<string, AgentItem>();
  readonly #responses = new Set<string>();
  readonly #calls = new Set<string>();
  #turn = 0;

  constructor(playback: Playback) {
    this.#playback = playback;
  }

  get current(): AgentTurn {
    return this.turn(this.#turn);
  }

  /** The agent's turn after so many lines of the caller. */
  turn(turn: number): AgentTurn {
    const items = [...this.#items].filter(([, item]) => item.turn === turn);
    return {
      text: items
        .map(([, item]) => item.text.trim())
        .join(' ')
        .trim(),
      itemIds: items.map(([itemId]) => itemId),
    };
  }

  /** The caller begins a line: items that begin from here on answer it. */
  begin(): void {
    this.#turn += 1;
  }

  responseStarted(responseId: string): void {
    this.#responses.add(responseId);
  }

  responseEnded(responseId: string): void {
    this.#responses.delete(responseId);
  }

  toolStarted(callId: string): void {
    this.#calls.add(callId);
  }

  toolSettled(callId: string): void {
    this.#calls.delete(callId);
  }

  /** More text of an item. */
  write(itemId: string, delta: string): void {
    this.#item(itemId).text += delta;
  }

  /** Where words lie in an item's audio. */
  time(itemId: string, words: TimedWords): void {
    this.#item(itemId).words.push(...words);
  }

  /** Nothing more will come. */
  sessionEnded(): void {
    this.#responses.clear();
    this.#calls.clear();
  }

  /** Whether nothing more is to be heard and nothing is being made. */
  isQuiet(nowMs: number): boolean {
    return this.#calls.size === 0 && this.hasFinished(nowMs);
  }

  /** Whether what was said is heard to its end; a tool may still be running. */
  hasFinished(nowMs: number): boolean {
    return this.#responses.size === 0 && this.#playback.isDrained(nowMs);
  }

  /** When the phrase begins to be heard in the current turn; null while that is not known. */
  instantOf(phrase: string): number | null {
    const wanted = spokenWords(phrase);
    for (const [itemId, { turn, words }] of this.#items) {
      if (turn !== this.#turn) continue;
      // One entry per timed word, so that positions agree; a dash between words counts as one.
      const heard = words.map(({ text }) => spokenWords(text).join(''));
      const word = words[indexOfWords(heard, wanted)];
      if (word) return this.#playback.instantOf(itemId, word.startMs);
    }
    return null;
  }

  #item(itemId: string): AgentItem {
    const known = this.#items.get(itemId);
    if (known) return known;
    const item: AgentItem = { turn: this.#turn, text: '', words: [] };
    this.#items.set(itemId, item);
    return item;
  }
}
