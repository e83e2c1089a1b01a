import type { ToolDefinition } from './ports/session-config.ts';
import type { GenerationKind } from './ports/session-event.ts';
import { nextWaitLine } from './wait-lines.ts';
import type { SessionParts } from './session-parts.ts';
import type { Ask } from './session.facts.ts';
import type { ToolDesk } from './tool-desk.ts';

/** Kinds whose words belong to a wait or a question of the session's own. */
const ASIDES: ReadonlySet<GenerationKind> = new Set([
  'cover',
  'progress',
  'readBack',
  'offer',
  'addressCheck',
  'addressAsk',
  'staying',
  'emailFailed',
]);

/** Where texts come from that depend on what is going on. */
export interface OwnWordsOptions {
  readonly parts: SessionParts;
  readonly tools: ToolDesk;
  /** What the last cut left unheard. */
  readonly unheard: () => string;
  /** The question of this kind about these calls. */
  readonly questionText: (kind: GenerationKind, callIds: readonly string[]) => string;
}

/** What the session says by itself: texts of the agent, in turn, and questions. */
export class OwnWords {
  readonly #options: OwnWordsOptions;
  /** The wait by the calls there had been, and the lines that were said in it. */
  #wait = { callCount: 0, spokenCount: 0 };
  #lastLine: string | null = null;
  #noiseCount = 0;
  #answerCoverCount = 0;

  constructor(options: OwnWordsOptions) {
    this.#options = options;
  }

  /** Whether a model has nothing to answer in what is said. */
  static isAside(kind: GenerationKind): boolean {
    return ASIDES.has(kind);
  }

  /** The text of a generation that is no answer; empty when there is nothing to say. */
  of({ kind, callIds = [] }: Ask): string {
    const { parts, tools, unheard, questionText } = this.#options;
    const config = parts.config();
    switch (kind) {
      case 'greeting':
        return config.greeting ?? '';
      case 'apology':
        return config.apology;
      case 'farewell':
        return config.farewell;
      case 'backchannel':
        return inTurn(config.listeningNoises, this.#noiseCount++);
      case 'resumption':
        return unheard();
      case 'cover':
        return this.#waitLine(tools.pendingCovers, 0);
      case 'progress':
        return this.#waitLine(tools.pendingCovers, 1);
      case 'staying':
        return config.toolPhrases.staying;
      case 'emailFailed':
        return config.toolPhrases.emailFailed;
      case 'readBack':
      case 'offer':
      case 'addressCheck':
      case 'addressAsk':
        return questionText(kind, callIds);
      case 'answer':
      case 'call':
        return '';
    }
  }

  /** Whether there is anything to cover a wait for this tool with. */
  covers({ covers }: Pick<ToolDefinition, 'covers'>): boolean {
    return covers.length > 0 || this.#options.parts.config().covers.length > 0;
  }

  /** The cover of a call that is about to be made. */
  cover({ covers }: Pick<ToolDefinition, 'covers'>): string {
    return this.#waitLine([covers], 0);
  }

  /** The cover of an answer that is long in coming; null where there is none. */
  answerCover(): string | null {
    const { covers } = this.#options.parts.config();
    const next = inTurn(covers, this.#answerCoverCount++);
    const line = next === this.#lastLine ? inTurn(covers, this.#answerCoverCount++) : next;
    this.#lastLine = line;
    return line === '' ? null : line;
  }

  /** The next line of a wait, in which at least so many were said. */
  #waitLine(toolCovers: readonly (readonly string[])[], atLeastSpoken: number): string {
    const { parts, tools } = this.#options;
    const { covers, toolPhrases } = parts.config();
    if (this.#wait.callCount !== tools.callCount) {
      this.#wait = { callCount: tools.callCount, spokenCount: 0 };
    }
    const line = nextWaitLine({
      toolCovers,
      agentCovers: covers,
      progress: toolPhrases.progress,
      callCount: tools.callCount,
      spokenCount: Math.max(atLeastSpoken, this.#wait.spokenCount),
      lastLine: this.#lastLine,
    });
    this.#wait.spokenCount += 1;
    this.#lastLine = line;
    return line ?? '';
  }
}

function inTurn(texts: readonly string[], count: number): string {
  return texts[count % texts.length] ?? '';
}
