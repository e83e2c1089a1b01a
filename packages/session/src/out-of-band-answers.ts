import type { OutOfBandEvent, Rejection } from './ports/control-channel.ts';
import type { ProviderUsage } from './ports/provider-usage.ts';
import type { AnswerOptions } from './ports/session-config.ts';
import { NO_USAGE } from './ports/voice-engine.ts';
import type { EngineEvent, EngineSession, VoiceEngine } from './ports/voice-engine.ts';
import { MAX_QUEUED_MS } from './playout.ts';
import type { SessionParts } from './session-parts.ts';

/** A client classifies or summarises a turn or two at a time; each answer costs as much as a turn. */
const MAX_OUT_OF_BAND = 4;

/** What answers out of band need. */
export interface OutOfBandAnswersOptions {
  readonly parts: SessionParts;
  readonly engine: VoiceEngine;
  /** Wraps callbacks that come from outside, so that what they throw ends this session only. */
  readonly guard: <Args extends unknown[]>(run: (...args: Args) => void) => (...args: Args) => void;
  /** Told what their providers used. */
  readonly onUsed: (used: ProviderUsage) => void;
}

interface OpenAnswer {
  readonly engine: EngineSession;
  audioMs: number;
}

/**
 * Answers that a client asks for beside the conversation. Each has an engine session of its own,
 * so that it shares neither the floor nor the playout with the conversation.
 */
export class OutOfBandAnswers {
  readonly #options: OutOfBandAnswersOptions;
  readonly #open = new Map<string, OpenAnswer>();

  constructor(options: OutOfBandAnswersOptions) {
    this.#options = options;
  }

  answer(
    answerId: string,
    options: AnswerOptions,
    onEvent: (event: OutOfBandEvent) => void,
  ): Rejection | null {
    const { parts, engine, guard, onUsed } = this.#options;
    if (this.#open.size >= MAX_OUT_OF_BAND) {
      return { code: 'tooManyOutOfBand', max: MAX_OUT_OF_BAND };
    }
    const config = parts.config();
    const context = options.context ?? [...parts.conversation.items];
    const answer: OpenAnswer = {
      engine: engine.open({
        sessionId: parts.sessionId,
        history: () => context,
        onEvent: guard((event: EngineEvent) => this.#hear(answerId, event, onEvent)),
        onUsed,
      }),
      audioMs: 0,
    };
    this.#open.set(answerId, answer);
    const tools = (options.tools ?? config.tools).filter(({ runs }) => runs === 'client');
    answer.engine.generate({
      kind: 'answer',
      generationId: answerId,
      config,
      options: { ...options, tools },
    });
    return null;
  }

  cancel(answerId: string): Rejection | null {
    const answer = this.#open.get(answerId);
    if (!answer) return { code: 'noAnswerActive' };
    this.#open.delete(answerId);
    answer.engine.close();
    return null;
  }

  close(): void {
    for (const answerId of this.#open.keys()) this.cancel(answerId);
  }

  #hear(answerId: string, event: EngineEvent, onEvent: (event: OutOfBandEvent) => void): void {
    const answer = this.#open.get(answerId);
    if (!answer || event.type === 'transcript' || event.type === 'generation.mark') return;
    if (event.type === 'generation.edited' || event.type === 'generation.piece') return;
    if (event.type === 'generation.audio') {
      answer.audioMs += (event.pcm.length * 1000) / event.sampleRate;
    }
    onEvent(event);
    if (event.type === 'generation.ended') this.cancel(answerId);
    else if (answer.audioMs > MAX_QUEUED_MS) this.#giveUp(answerId, onEvent);
  }

  /** As much as one answer of the conversation may be; the rest is not made. */
  #giveUp(answerId: string, onEvent: (event: OutOfBandEvent) => void): void {
    this.cancel(answerId);
    onEvent({
      type: 'generation.ended',
      generationId: answerId,
      outcome: 'incomplete',
      usage: NO_USAGE,
    });
  }
}
