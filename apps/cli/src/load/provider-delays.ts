/** How long the providers of a cascade take, in milliseconds. */
export interface ProviderDelays {
  /** From the end of a turn to its final transcript. */
  readonly finalMs: number;
  /** From a request to the first token of its answer. */
  readonly firstTokenMs: number;
  /** From a text to the first of its sound. */
  readonly firstAudioMs: number;
}

/** The delays that a load can be run with: none, or those of good hosted providers. */
export const PROVIDER_DELAYS = ['none', 'hosted'] as const;

/** An entry of {@link PROVIDER_DELAYS}. */
export type DelaysName = (typeof PROVIDER_DELAYS)[number];

const DELAYS: Readonly<Record<DelaysName, ProviderDelays>> = {
  none: { finalMs: 0, firstTokenMs: 0, firstAudioMs: 0 },
  hosted: { finalMs: 100, firstTokenMs: 150, firstAudioMs: 80 },
};

export function delaysOf(name: DelaysName): ProviderDelays {
  return DELAYS[name];
}

/** What a turn waits for when nothing was made ready. */
export function delaysOfTurn({ finalMs, firstTokenMs, firstAudioMs }: ProviderDelays): number {
  return finalMs + firstTokenMs + firstAudioMs;
}
