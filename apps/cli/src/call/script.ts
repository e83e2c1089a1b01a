import type { AgentLine, CallerLine, ScenarioLine } from '../scenario.ts';
import { firstUnsaid } from '../spoken-words.ts';
import { FRAME_MS } from '../frame-clock.ts';
import type { AgentTurns } from './agent-turns.ts';

/** People leave about that much before they answer; shorter would race the agent's next item. */
const ANSWER_GAP_MS = 400;

/** An agent that has stopped speaking for so long has nothing more to say. */
const AGENT_QUIET_MS = 5_000;

/** Longer than it takes from a call to the offer at its deadline, and from there to an answer. */
const LINE_LIMIT_MS = 30_000;

/** A cut-in is decided this long before its word: two ticks, so that none can miss it. */
const CUT_IN_AHEAD_MS = 2 * FRAME_MS;

/** How playing a script ended. */
export type ScriptEnd =
  | { readonly outcome: 'played' }
  /** `line` counts from 1. */
  | { readonly outcome: 'stuck'; readonly line: number; readonly problem: string };

/** What a script does and whom it tells. */
export interface ScriptOptions {
  readonly lines: readonly ScenarioLine[];
  readonly turns: AgentTurns;
  /** Says a line with its voice beginning at the instant, or now; `spoken()` is owed afterwards. */
  readonly speak: (line: CallerLine, atMs: number | null) => void;
  readonly onEnd: (end: ScriptEnd) => void;
}

/**
 * Plays the lines of a scenario in order: waits until the agent has said what it should and was
 * heard to the end, answers, or cuts in at a word. It has no clock; `tick` tells the time.
 */
export class Script {
  readonly #options: ScriptOptions;
  #at = 0;
  #lineSinceMs: number | null = null;
  #quietSinceMs: number | null = null;
  #isSpeaking = false;
  /** Why the session is over, once it is. */
  #sessionEnd: string | null = null;
  #isOver = false;

  constructor(options: ScriptOptions) {
    this.#options = options;
  }

  /** The number of the line that is being played, from 1. */
  get line(): number {
    return Math.min(this.#at + 1, this.#options.lines.length);
  }

  /** Looks whether it is time to go on; also worth calling whenever audio arrives. */
  tick(nowMs: number): void {
    if (this.#isOver || this.#isSpeaking) return;
    this.#lineSinceMs ??= nowMs;
    const line = this.#options.lines[this.#at];
    if (line === undefined) this.#end({ outcome: 'played' });
    else if (line.speaker === 'agent') this.#listen(line, nowMs);
    else if (this.#sessionEnd !== null) this.abandon(this.#sessionEnd);
    else this.#speak(line, null);
  }

  /** The last sample of the caller's line was sent. */
  spoken(): void {
    if (!this.#isSpeaking) return;
    this.#isSpeaking = false;
    this.#goOn();
  }

  /** The session is over; what has arrived is still heard. */
  sessionEnded(reason: string): void {
    this.#sessionEnd = reason;
    this.#options.turns.sessionEnded();
    if (this.#isSpeaking) this.abandon(reason);
  }

  /** Whatever line is being played comes to nothing. */
  abandon(problem: string): void {
    this.#end({ outcome: 'stuck', line: this.line, problem });
  }

  #listen({ says, whileToolRuns }: AgentLine, nowMs: number): void {
    const { turns, lines } = this.#options;
    const next = lines[this.#at + 1];
    const cutsInAt = next?.speaker === 'caller' ? next.cutsInAt : null;
    if (next?.speaker === 'caller' && cutsInAt !== null) {
      const atMs = turns.instantOf(cutsInAt);
      if (atMs !== null && atMs - nowMs <= CUT_IN_AHEAD_MS) {
        this.#goOn();
        this.#speak(next, atMs);
        return;
      }
    }
    const isQuiet = whileToolRuns ? turns.hasFinished(nowMs) : turns.isQuiet(nowMs);
    this.#quietSinceMs = isQuiet ? (this.#quietSinceMs ?? nowMs) : null;
    const quietMs = this.#quietSinceMs === null ? -1 : nowMs - this.#quietSinceMs;
    const unsaid = firstUnsaid(turns.current.text, says);
    const gapMs = this.#sessionEnd === null ? ANSWER_GAP_MS : 0;
    if (unsaid === null && cutsInAt === null && quietMs >= gapMs) {
      this.#goOn();
      return;
    }
    const hasSpoken = turns.current.text !== '';
    const isTooLate = nowMs - (this.#lineSinceMs ?? nowMs) >= LINE_LIMIT_MS;
    // A tool that runs is a reason to be silent.
    const isSilent = quietMs >= AGENT_QUIET_MS && hasSpoken && turns.isQuiet(nowMs);
    const isGone = this.#sessionEnd !== null && quietMs >= 0;
    if (!isTooLate && !isSilent && !isGone) return;
    const missing = unsaid === null ? `"${cutsInAt}", to be interrupted` : quoted(unsaid);
    this.abandon(`the agent did not say ${missing}${isGone ? `: ${this.#sessionEnd}` : ''}`);
  }

  #speak(line: CallerLine, atMs: number | null): void {
    this.#isSpeaking = true;
    this.#options.turns.begin();
    this.#options.speak(line, atMs);
  }

  #goOn(): void {
    this.#at += 1;
    this.#lineSinceMs = null;
    this.#quietSinceMs = null;
  }

  #end(end: ScriptEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd(end);
  }
}

function quoted(wordings: readonly string[]): string {
  return wordings.map((wording) => `"${wording}"`).join(' or ');
}
