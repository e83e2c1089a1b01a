import type { SessionEvent } from './ports/session-event.ts';
import type { TimedWord } from './ports/voice-engine.ts';

/** What must hold in every session, by name; docs/invariants.md says each in words. */
export type InvariantName =
  | 'hopsAddUp'
  | 'oneGeneration'
  | 'heardIsPrefix'
  | 'silentAfterCancel'
  | 'toolSettlesOnce'
  | 'consentFirst'
  | 'followUpOnce'
  | 'noDeadAir'
  | 'verdictInTime'
  | 'endsOnce'
  | 'onsetBeforeTail';

/** An invariant that was broken, and by what: ids and numbers, nothing that anyone said. */
export interface Violation {
  readonly name: InvariantName;
  readonly detail: string;
}

type StateChanged = Extract<SessionEvent, { type: 'state.changed' }>;

interface SpokenItem {
  text: string;
  words: TimedWord[];
}

/** What is remembered for late events; a session asks about the latest few of each. */
const MAX_REMEMBERED = 64;

/** A verdict takes a second for the speech and one for its transcript. */
const VERDICT_LIMIT_MS = 2_100;

/** A line is spoken before a wait has been silent for two seconds. */
const SILENCE_LIMIT_MS = 2_000;

/** Positions in whole milliseconds lie up to two below the end of the last sample. */
const ROUNDING_MS = 2;

const NONE: readonly Violation[] = [];

/**
 * Holds what a session tells and sends against the invariants, as it goes. It costs a look at each
 * event and a look-up for each chunk of agent audio, and keeps a bounded memory; it throws nothing.
 */
export class InvariantWatch {
  #active: string | null = null;
  readonly #cancelled = new Bounded<true>();
  readonly #spoken = new Bounded<SpokenItem>();
  readonly #runningTools = new Set<string>();
  readonly #settledTools = new Bounded<true>();
  readonly #consents = new Bounded<true>();
  readonly #promised = new Bounded<true>();
  /** Running calls whose wait is covered. */
  readonly #covered = new Set<string>();
  /** The turn is where agent and caller wait for tools and nothing is said. */
  #isWaiting = false;
  #isCallerSpeaking = false;
  /** Since when neither makes a sound in such a wait. */
  #quietSinceMs: number | null = null;
  #decidingSinceMs: number | null = null;
  #isOnsetTold = false;
  #hasEnded = false;

  /** Takes the next event; what it breaks, mostly nothing. */
  see(event: SessionEvent): readonly Violation[] {
    if (this.#hasEnded) return [{ name: 'endsOnce', detail: `${event.type} followed the end` }];
    switch (event.type) {
      case 'generation.started':
        return this.#generationStarted(event.generationId);
      case 'generation.ended':
        return this.#generationEnded(event);
      case 'generation.text': {
        this.#spokenItem(event.itemId).text += event.delta;
        return NONE;
      }
      case 'generation.words':
        this.#spokenItem(event.itemId).words.push(...event.words);
        return NONE;
      case 'item.truncated':
        return this.#truncated(event);
      case 'caller.speechStarted':
        this.#isOnsetTold = true;
        return NONE;
      case 'tool.started':
        return this.#started(event);
      case 'session.configured': {
        const { modality, covers } = event.config;
        // Who reads, or has no covers, waits in silence.
        if (modality !== 'audio' || covers.length === 0) this.#covered.clear();
        return NONE;
      }
      case 'tool.covered':
        this.#covered.add(event.callId);
        return NONE;
      case 'consent.decided':
        if (event.verdict === 'confirmed') this.#consents.set(event.callId, true);
        return NONE;
      case 'followUp.promised':
        return this.#followUpPromised(event.callId);
      case 'tool.settled':
        return this.#settled(event);
      case 'state.changed':
        if (event.region === 'caller') return this.#callerMoved(event);
        return event.region === 'turn' ? this.#turnMoved(event) : NONE;
      case 'turn.measured':
        return turnMeasured(event);
      case 'session.ended':
        this.#hasEnded = true;
        return [...this.#runningTools].map((callId) => ({
          name: 'toolSettlesOnce',
          detail: `${callId} never settled`,
        }));
      default:
        return NONE;
    }
  }

  /** Agent audio of this generation was written to the leg. */
  sent(generationId: string): Violation | null {
    return this.#cancelled.get(generationId)
      ? { name: 'silentAfterCancel', detail: `audio of ${generationId} left after its cancel` }
      : null;
  }

  #generationStarted(generationId: string): readonly Violation[] {
    const before = this.#active;
    this.#active = generationId;
    this.#isOnsetTold = false;
    return before === null
      ? NONE
      : [{ name: 'oneGeneration', detail: `${generationId} began while ${before} was made` }];
  }

  #generationEnded(
    event: Extract<SessionEvent, { type: 'generation.ended' }>,
  ): readonly Violation[] {
    const { generationId, outcome, cancelReason } = event;
    const found: Violation[] = [];
    if (this.#active !== generationId) {
      found.push({ name: 'oneGeneration', detail: `${generationId} ended twice or unmade` });
    }
    if (cancelReason === 'bargeIn' && !this.#isOnsetTold) {
      found.push({
        name: 'onsetBeforeTail',
        detail: `${generationId} was cancelled before its barge-in was told`,
      });
    }
    this.#active = null;
    if (outcome === 'cancelled') this.#cancelled.set(generationId, true);
    return found;
  }

  #truncated(event: Extract<SessionEvent, { type: 'item.truncated' }>): readonly Violation[] {
    const { itemId, heard, unheard, audioEndMs } = event;
    const item = this.#spoken.get(itemId);
    if (!item) return NONE;
    const found: Violation[] = [];
    if (`${heard} ${unheard}`.trim() !== wordsOf(item.text).join(' ')) {
      found.push({
        name: 'heardIsPrefix',
        detail: `${itemId} does not divide into what was heard and what was not`,
      });
    }
    const heardWords = wordsOf(heard).length;
    const last = item.words[heardWords - 1];
    if (last && last.endMs > audioEndMs + ROUNDING_MS) {
      found.push({
        name: 'heardIsPrefix',
        detail: `${itemId} claims word ${heardWords}, which ended after the played position`,
      });
    }
    return found;
  }

  #started({
    callId,
    confirm,
  }: Extract<SessionEvent, { type: 'tool.started' }>): readonly Violation[] {
    this.#runningTools.add(callId);
    return confirm === 'none' || this.#consents.get(callId)
      ? NONE
      : [{ name: 'consentFirst', detail: `${callId} runs without the consent it wants` }];
  }

  #followUpPromised(callId: string): readonly Violation[] {
    const isAgain = this.#promised.get(callId) === true;
    this.#promised.set(callId, true);
    return isAgain ? [{ name: 'followUpOnce', detail: `${callId} was promised again` }] : NONE;
  }

  #settled({
    callId,
    atMs,
  }: Extract<SessionEvent, { type: 'tool.settled' }>): readonly Violation[] {
    const found = this.#tooSilentAt(atMs);
    this.#runningTools.delete(callId);
    this.#covered.delete(callId);
    const isAgain = this.#settledTools.get(callId) === true;
    this.#settledTools.set(callId, true);
    if (isAgain) found.push({ name: 'toolSettlesOnce', detail: `${callId} settled again` });
    return found;
  }

  #callerMoved({ to, atMs }: StateChanged): readonly Violation[] {
    const found = this.#tooSilentAt(atMs);
    this.#isCallerSpeaking = to === 'speaking';
    this.#beginSilence(atMs);
    return found;
  }

  #turnMoved({ to, atMs }: StateChanged): readonly Violation[] {
    const found = this.#tooSilentAt(atMs);
    this.#isWaiting = to === 'toolPending.quiet';
    this.#beginSilence(atMs);
    const sinceMs = this.#decidingSinceMs;
    this.#decidingSinceMs = to === 'truncated.deciding' ? atMs : null;
    if (sinceMs !== null && atMs - sinceMs > VERDICT_LIMIT_MS) {
      const heldMs = Math.round(atMs - sinceMs);
      found.push({ name: 'verdictInTime', detail: `audio was held for ${heldMs} ms` });
    }
    return found;
  }

  /** While the caller speaks nobody waits in silence. */
  #beginSilence(atMs: number): void {
    this.#quietSinceMs = this.#isWaiting && !this.#isCallerSpeaking ? atMs : null;
  }

  /** Whether the silence until now has been too long; it is told once. */
  #tooSilentAt(atMs: number): Violation[] {
    const quietMs = this.#quietSinceMs === null ? 0 : atMs - this.#quietSinceMs;
    if (quietMs <= SILENCE_LIMIT_MS || this.#covered.size === 0) return [];
    this.#quietSinceMs = atMs;
    return [{ name: 'noDeadAir', detail: `a wait was silent for ${Math.round(quietMs)} ms` }];
  }

  #spokenItem(itemId: string): SpokenItem {
    const known = this.#spoken.get(itemId);
    if (known) return known;
    const item: SpokenItem = { text: '', words: [] };
    this.#spoken.set(itemId, item);
    return item;
  }
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}

/** A map that forgets what was put in first. */
class Bounded<Value> {
  readonly #map = new Map<string, Value>();

  get(key: string): Value | undefined {
    return this.#map.get(key);
  }

  set(key: string, value: Value): void {
    this.#map.set(key, value);
    const oldest = this.#map.keys().next();
    if (this.#map.size > MAX_REMEMBERED && !oldest.done) this.#map.delete(oldest.value);
  }
}

/** What the hops of a turn may leave unexplained, or claim too much, beside a twentieth of it. */
const UNEXPLAINED_MS = 5;

function turnMeasured({
  report: { turn, hops, firstAudioAtMs, voiceEndAtMs, committedAtMs },
}: Extract<SessionEvent, { type: 'turn.measured' }>): readonly Violation[] {
  const wholeMs = firstAudioAtMs - (voiceEndAtMs ?? committedAtMs);
  const hopsMs = Object.values(hops).reduce<number>((sum, hopMs) => sum + (hopMs ?? 0), 0);
  if (Math.abs(wholeMs - hopsMs) <= Math.max(UNEXPLAINED_MS, wholeMs / 20)) return NONE;
  return [{ name: 'hopsAddUp', detail: `turn ${turn} took ${wholeMs} ms, its hops ${hopsMs} ms` }];
}
