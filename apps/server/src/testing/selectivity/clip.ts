/** What a clip is, and so what is right: the first two take the floor, the others do not. */
export const CLIP_KINDS = [
  'barge-in',
  'barge-in over echo',
  'backchannel',
  'noise',
  'side speech',
  'echo',
] as const;

export type ClipKind = (typeof CLIP_KINDS)[number];

/** Whether the caller wants the floor. */
export function wantsFloor(kind: ClipKind): boolean {
  return kind === 'barge-in' || kind === 'barge-in over echo';
}

/** The agent's own voice on its way back over the caller's line. */
export interface Echo {
  readonly delayMs: number;
  readonly returnLossDb: number;
  /** A second way back: so much later and so much weaker than the first. */
  readonly reflection?: { readonly delayMs: number; readonly lossDb: number };
}

/** What is heard from the caller's side while the agent speaks. */
export interface Clip {
  readonly name: string;
  readonly kind: ClipKind;
  /** What the caller says first, which tells its voice; at 8 kHz. */
  readonly turn: Float64Array;
  /** Heard once the agent speaks; empty where nothing but an echo comes. */
  readonly sound: Float64Array;
  readonly echo: Echo | null;
  /** Noise of the line, or null for none. */
  readonly lineNoiseDbfs: number | null;
}
