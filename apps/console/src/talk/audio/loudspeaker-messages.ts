import type { PlayedPosition } from './playback-ring.ts';

/** What the page tells the loudspeaker's audio thread. */
export type LoudspeakerOrder =
  | { readonly type: 'audio'; readonly itemId: string; readonly pcm: Int16Array<ArrayBuffer> }
  /** Be silent at once. */
  | { readonly type: 'flush' };

/** What the audio thread tells the page. */
export type LoudspeakerReport =
  | { readonly type: 'played'; readonly at: PlayedPosition }
  /** The answer to every `flush`, in their order; null when nothing was being played. */
  | { readonly type: 'flushed'; readonly at: PlayedPosition | null }
  /** Audio found no room. */
  | { readonly type: 'dropped'; readonly samples: number };
