import { createHash } from 'node:crypto';
import { newId } from '@antiphon/protocol';
import type { SessionPatch } from '@antiphon/protocol';
import type { Clock } from '@antiphon/session';

/** Secrets that are valid at once: ten minutes of sixteen new callers a second. */
const MAX_SECRETS = 10_000;

/** What all attached sessions may measure together, as the text they came in. */
const MAX_SESSION_CHARACTERS = 32 * 1024 * 1024;

/** What a secret opens. */
export interface ClientGrant {
  /** The key it was made with, whose limits it shares. */
  readonly key: string;
  /** Of the key, whose session it is. */
  readonly tenant: string | null;
  /** The session as the maker of the secret configured it. */
  readonly session: SessionPatch;
}

/** A secret as it is handed out, once. */
export interface NewClientSecret {
  readonly value: string;
  readonly expiresAtMs: number;
}

interface Entry {
  readonly grant: ClientGrant;
  readonly expiresAtMs: number;
  readonly characters: number;
}

/**
 * The client secrets of this process: short-lived keys for browsers, which open Realtime
 * connections and nothing else. Only digests are kept. When it is full, those that expired are
 * forgotten; when none has, no more are made.
 */
export class ClientSecrets {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #characters = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a secret; `null` when there are as many as may be. */
  make(grant: ClientGrant, ttlMs: number): NewClientSecret | null {
    const characters = JSON.stringify(grant.session).length;
    if (!this.#hasRoomFor(characters)) this.#forgetExpired();
    if (!this.#hasRoomFor(characters)) return null;
    const value = newId('ek');
    const expiresAtMs = this.#clock.now() + ttlMs;
    this.#entries.set(digest(value), { grant, expiresAtMs, characters });
    this.#characters += characters;
    return { value, expiresAtMs };
  }

  /** What a candidate opens now; `null` when it is no secret or expired. */
  grantOf(candidate: string | null | undefined): ClientGrant | null {
    const entry = this.#entries.get(digest(candidate ?? ''));
    return entry && entry.expiresAtMs > this.#clock.now() ? entry.grant : null;
  }

  #hasRoomFor(characters: number): boolean {
    const sum = this.#characters + characters;
    return this.#entries.size < MAX_SECRETS && sum <= MAX_SESSION_CHARACTERS;
  }

  #forgetExpired(): void {
    const nowMs = this.#clock.now();
    for (const [id, { expiresAtMs, characters }] of this.#entries) {
      if (expiresAtMs > nowMs) continue;
      this.#entries.delete(id);
      this.#characters -= characters;
    }
  }
}

/** A digest is looked up in a time that tells nothing about the secret. */
function digest(value: string): string {
  return createHash('sha256').update(value).digest('base64');
}
