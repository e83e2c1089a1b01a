import type { MicrophoneSettings } from '../audio/microphone.ts';

/** How a person wants to call; kept in the browser. */
export interface TalkSettings extends MicrophoneSettings {
  /** Where the agent is heard; the browser's own choice where it is null. */
  readonly loudspeakerId: string | null;
  /** The agent listens only while a key or button is held. */
  readonly pushToTalk: boolean;
}

/** Hands free, with the echo of the agent taken out of what the microphone hears. */
export const DEFAULT_SETTINGS: TalkSettings = {
  deviceId: null,
  loudspeakerId: null,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  pushToTalk: false,
};

const KEY = 'antiphon.talk';

/** The settings that this browser was left with. */
export function storedSettings(): TalkSettings {
  try {
    return readSettings(localStorage.getItem(KEY));
  } catch {
    // A browser may refuse storage.
    return DEFAULT_SETTINGS;
  }
}

/** Keeps settings in this browser, where it lets a page keep any. */
export function storeSettings(settings: TalkSettings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // They hold until the page is left.
  }
}

/** Settings out of a text; whatever is no setting is as it is by default. */
export function readSettings(text: string | null): TalkSettings {
  const known = parse(text);
  const flag = (name: keyof TalkSettings): boolean => {
    const value = known[name];
    return typeof value === 'boolean' ? value : DEFAULT_SETTINGS[name] === true;
  };
  const device = (name: keyof TalkSettings): string | null => {
    const value = known[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return {
    deviceId: device('deviceId'),
    loudspeakerId: device('loudspeakerId'),
    echoCancellation: flag('echoCancellation'),
    noiseSuppression: flag('noiseSuppression'),
    autoGainControl: flag('autoGainControl'),
    pushToTalk: flag('pushToTalk'),
  };
}

function parse(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
