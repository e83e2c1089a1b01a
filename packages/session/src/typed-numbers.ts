import { Keypad } from './keypad.ts';
import type { SecureEntries } from './secure-entries.ts';
import { addFinishedItem } from './session-parts.ts';
import type { SessionParts } from './session-parts.ts';

/** What typed numbers need of a session. */
export interface TypedNumbersOptions {
  readonly parts: SessionParts;
  readonly secrets: SecureEntries;
  /** Whether a turn is answered without being asked. */
  readonly createsResponse: () => boolean;
}

/** Numbers that a caller types are turns of the caller's, secret where the configuration says so. */
export class TypedNumbers {
  readonly #options: TypedNumbersOptions;
  readonly #keypad: Keypad;

  constructor(options: TypedNumbersOptions) {
    this.#options = options;
    const { parts, secrets } = options;
    this.#keypad = new Keypad({
      clock: parts.clock,
      secrets,
      onNumber: (text) => this.#hear(text),
    });
    this.configure();
  }

  /** Follows the configuration; what was typed so far is dropped. */
  configure(): void {
    this.#keypad.secure(this.#options.parts.config().keypad === 'secure');
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
