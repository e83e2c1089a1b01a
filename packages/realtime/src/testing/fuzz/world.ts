import type { GenerationRequest } from '@antiphon/session';
import { FAKE_WORD_MS } from '@antiphon/session/testing';
import type { WireTrial } from '../wire-trial.ts';

type EngineSession = WireTrial['engine'];

/** What everything around a client does in one step. */
export interface WorldStep {
  readonly do: 'world';
  readonly move: WorldMove;
  readonly amount: number;
}

export type WorldMove =
  | 'wait'
  | 'startSpeech'
  | 'stopSpeech'
  | 'speak'
  | 'callTool'
  | 'callOwnTool'
  | 'handOff'
  | 'endGeneration'
  | 'moveAside'
  | 'settleTool';

/** A generation that an engine session was asked for. */
interface Making {
  readonly request: GenerationRequest;
  spokenMs: number;
  hasCalled: boolean;
  hasEnded: boolean;
}

let callCount = 0;

/** Engine, tools, detector and time around a trial; the engine keeps to the contract of its port. */
export class World {
  readonly #trial: WireTrial;
  readonly #makings = new Map<EngineSession, Making>();
  hasHandedOff = false;

  constructor(trial: WireTrial) {
    this.#trial = trial;
    this.#makeCoversAtOnce();
  }

  move({ move, amount }: WorldStep): void {
    const { clock, detectors, tools, engine } = this.#trial;
    switch (move) {
      case 'wait':
        return clock.advance(amount * 30);
      case 'startSpeech':
        return detectors.opened.at(-1)?.start();
      case 'stopSpeech':
        return detectors.opened.at(-1)?.stop();
      case 'speak':
        return this.#speak(engine, wordCount(amount));
      case 'callTool':
        return this.#call(engine, ['client_tool', 'lookup_order', 'constructor'][amount % 3] ?? '');
      case 'callOwnTool': {
        const offered = this.#trial.control.config.tools.filter(({ runs }) => runs !== 'session');
        return this.#call(engine, offered[amount % offered.length]?.name ?? 'none');
      }
      case 'handOff':
        return this.#call(engine, 'transfer_to_human');
      case 'endGeneration':
        return this.#end(engine, amount % 9 === 0 ? 'failed' : 'completed');
      case 'moveAside': {
        const aside = this.#asides[amount % this.#asides.length];
        if (!aside) return;
        if (amount % 3 === 0) return this.#end(aside, amount % 2 === 0 ? 'failed' : 'completed');
        return amount % 3 === 1 ? this.#speak(aside, 2) : this.#call(aside, 'client_tool');
      }
      case 'settleTool':
        tools.running[amount % tools.running.length]?.settle({ kind: 'result', output: '{}' });
    }
  }

  /** Ends whatever is open: speech, tools, and the answers being made, which say a few words. */
  comeToRest(): void {
    const { detectors, tools, engine } = this.#trial;
    detectors.opened.at(-1)?.stop();
    for (const tool of tools.running) tool.settle({ kind: 'result', output: '{}' });
    for (const session of [engine, ...this.#asides]) {
      this.#speak(session, 2);
      this.#end(session, 'completed');
    }
  }

  /** A cover is a few words that are made before anything else happens. */
  #makeCoversAtOnce(): void {
    const { engine } = this.#trial;
    const generate = engine.generate.bind(engine);
    engine.generate = (request) => {
      generate(request);
      if (request.kind !== 'say' || !request.config.covers.includes(request.text)) return;
      this.#speak(engine, 2);
      this.#end(engine, 'completed');
    };
  }

  /** The engine's sessions of the answers beside the conversation. */
  get #asides(): EngineSession[] {
    return this.#trial.engines.sessions.slice(1).filter(({ isClosed }) => !isClosed);
  }

  /** What the session is making, null when it is nothing. */
  #makingOf(engine: EngineSession): Making | null {
    const request = engine.requests.at(-1);
    if (!request) return null;
    let making = this.#makings.get(engine);
    if (making?.request !== request) {
      making = { request, spokenMs: 0, hasCalled: false, hasEnded: false };
      this.#makings.set(engine, making);
    }
    return making.hasEnded ? null : making;
  }

  #speak(engine: EngineSession, words: number): void {
    const making = this.#makingOf(engine);
    if (!making || making.hasCalled) return;
    const { request, spokenMs: fromMs } = making;
    const { generationId } = request;
    const texts = Array.from({ length: words }, (_, index) => `w${index}`);
    making.spokenMs += words * FAKE_WORD_MS;
    const delta = `${fromMs > 0 ? ' ' : ''}${texts.join(' ')}`;
    engine.emit({ type: 'generation.text', generationId, delta });
    const modality = request.kind === 'answer' ? request.options.modality : undefined;
    if ((modality ?? request.config.modality) === 'text') return;
    const timed = texts.map((text, index) => ({
      text,
      startMs: fromMs + index * FAKE_WORD_MS,
      endMs: fromMs + (index + 1) * FAKE_WORD_MS,
    }));
    engine.emit({ type: 'generation.words', generationId, words: timed });
    const pcm = new Int16Array(words * FAKE_WORD_MS * 24);
    engine.emit({ type: 'generation.audio', generationId, pcm, sampleRate: 24_000 });
  }

  #call(engine: EngineSession, name: string): void {
    const making = this.#makingOf(engine);
    if (making?.request.kind !== 'answer') return;
    making.hasCalled = true;
    if (name === 'transfer_to_human') this.hasHandedOff = true;
    engine.call(name, '{}', `call_${callCount++}`);
  }

  #end(engine: EngineSession, outcome: 'completed' | 'failed'): void {
    const making = this.#makingOf(engine);
    if (!making) return;
    making.hasEnded = true;
    engine.end(outcome);
  }
}

/** A few words, and now and then more than is sent ahead. */
function wordCount(amount: number): number {
  return amount === 70 ? 60 : 1 + (amount % 6);
}
