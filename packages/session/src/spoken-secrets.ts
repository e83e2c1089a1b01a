import { cardNumbers, replaced, withoutRuns } from './card-numbers.ts';
import type { EngineEvent } from './ports/voice-engine.ts';
import { MASK } from './secure-entries.ts';
import type { SecureEntries } from './secure-entries.ts';

/** So many digits of a number that is being said may be told: they name its issuer. */
const MOST_TOLD_DIGITS = 6;

/**
 * Numbers of cards that a caller says while numbers are secret, and in the turn that follows: they
 * are kept as typed ones are, and what is told of the words has what stands for them in their place.
 */
export class SpokenSecrets {
  readonly #secrets: SecureEntries;
  #isSecure = false;
  /** Numbers are secret no more, and no turn was heard since. */
  #isOneOwed = false;

  constructor(secrets: SecureEntries) {
    this.#secrets = secrets;
  }

  /** Whether numbers are secret from now on. */
  secure(isSecure: boolean): void {
    this.#isOneOwed = !isSecure && (this.#isSecure || this.#isOneOwed);
    this.#isSecure = isSecure;
  }

  /** What may be told of an engine's event. */
  heard(event: EngineEvent): EngineEvent {
    if (event.type !== 'transcript' || !this.#isListening) return event;
    if (!event.isFinal) return { ...event, text: withoutRuns(event.text, MOST_TOLD_DIGITS, MASK) };
    const text = this.#masked(event.text);
    if (event.text.trim() !== '') this.#isOneOwed = false;
    return { ...event, text };
  }

  /** What a final transcript becomes; null while it may be the beginning of a secret. */
  tellable(text: string): string | null {
    if (!this.#isListening) return text;
    const masked = this.#masked(text);
    return withoutRuns(masked, MOST_TOLD_DIGITS, MASK) === masked ? masked : null;
  }

  get #isListening(): boolean {
    return this.#isSecure || this.#isOneOwed;
  }

  #masked(text: string): string {
    return replaced(text, cardNumbers(text), (digits) => `${MASK} ${this.#secrets.keep(digits)}`);
  }
}
