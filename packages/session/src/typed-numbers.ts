import { Keypad } from './keypad.ts';
import type { SecureEntries } from './secure-entries.ts';
import type { EngineEvent } from './ports/voice-engine.ts';
import { addFinishedItem } from './session-parts.ts';
import type { SessionParts } from './session-parts.ts';
import { SpokenSecrets } from './spoken-secrets.ts';

/** What typed numbers need of a session. */
export interface TypedNumbersOptions {
  readonly parts: SessionParts;
  readonly secrets: SecureEntries;
  /** Whether a turn is answered without being asked. */
  readonly createsResponse: () => boolean;
}

/**
 * Numbers that a caller types are turns of the caller's, secret where the configuration says so; so
 * are those of cards then that the caller says.
 */
export class TypedNumbers {
  readonly #options: TypedNumbersOptions;
  readonly #keypad: Keypad;
  readonly #spoken: SpokenSecrets;
  #isSecure: boolean | null = null;

  constructor(options: TypedNumbersOptions) {
    this.#options = options;
    const { parts, secrets } = options;
    this.#spoken = new SpokenSecrets(secrets);
    this.#keypad = new Keypad({
      clock: parts.clock,
      secrets,
      onNumber: (text) => this.#hear(text),
    });
    this.configure();
  }

  /** Follows the configuration; where it changed this, what was typed so far is dropped. */
  configure(): void {
    const isSecure = this.#options.parts.config().keypad === 'secure';
    if (isSecure === this.#isSecure) return;
    this.#isSecure = isSecure;
    this.#keypad.secure(isSecure);
    this.#spoken.secure(isSecure);
  }

  /** What may be told of an engine's event. */
  heard(event: EngineEvent): EngineEvent {
    return this.#spoken.heard(event);
  }

  /** What a final transcript becomes; null while it may be the beginning of a secret. */
  tellable(text: string): string | null {
    return this.#spoken.tellable(text);
  }

  press(key: string): void {
    this.#keypad.press(key);
  }

  close(): void {
    this.#keypad.close();
  }

  #hear(text: string): void {
    const { parts, createsResponse } = this.#options;
    const itemId = parts.newItemId();
    addFinishedItem(parts, {
      kind: 'message',
      id: itemId,
      speaker: 'caller',
      medium: 'text',
      status: 'completed',
      text,
      audioMs: 0,
    });
    parts.report({ type: 'caller.turnCommitted', itemId, wantsAnswer: createsResponse() });
  }
}
