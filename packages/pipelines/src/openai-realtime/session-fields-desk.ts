import type { ServerEvent } from '@antiphon/protocol';
import type { SessionConfig } from '@antiphon/session';
import type { RealtimeSettings } from './realtime-settings.ts';
import { sessionFields, voiceOf } from './session-fields.ts';
import type { UpstreamAudio } from './session-fields.ts';
import type { UpstreamLink } from './upstream-link.ts';

/** Tells an upstream session how it is configured, whenever that changes. */
export class SessionFieldsDesk {
  readonly #settings: RealtimeSettings;
  readonly #link: UpstreamLink;
  #config: SessionConfig | null;
  #told = '';
  #count = 0;

  /** `config` holds until another one is given. */
  constructor(settings: RealtimeSettings, link: UpstreamLink, config: SessionConfig | null) {
    this.#settings = settings;
    this.#link = link;
    this.#config = config;
  }

  /** There is another upstream session, which was told nothing. */
  reset(): void {
    this.#told = '';
  }

  /** Whether the voice is that of a configuration. */
  hasVoiceOf(config: SessionConfig): boolean {
    return voiceOf(this.#settings, config) === voiceOf(this.#settings, this.#config);
  }

  configure(config: SessionConfig | null, audio: UpstreamAudio): void {
    this.#config = config ?? this.#config;
    if (!this.#link.isReady) return;
    const session = sessionFields(this.#settings, this.#config, audio);
    const told = JSON.stringify(session);
    if (told === this.#told) return;
    this.#told = told;
    const eventId = `${EVENT_PREFIX}${++this.#count}`;
    this.#link.send({ type: 'session.update', event_id: eventId, session });
  }

  /** Whether an error is about what was told here; it is then told again before the next answer. */
  refused({ event_id: eventId }: Extract<ServerEvent, { type: 'error' }>['error']): boolean {
    if (!(eventId ?? '').startsWith(EVENT_PREFIX)) return false;
    this.#told = '';
    return true;
  }
}

const EVENT_PREFIX = 'config_';
