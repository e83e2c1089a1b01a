/** Servers write the type first; whatever comes later is found by parsing. */
const TYPE_PREFIX = '{"type":"';

/** Longer than any event type and any head of an audio delta. */
const HEAD_BYTES = 400;

const ITEM_ID = '"item_id":"';
const DELTA = '"delta":"';

/** The type of an event without parsing it, or null when it is not written first. */
export function peekType(message: Buffer): string | null {
  const head = message.toString('latin1', 0, 80);
  if (!head.startsWith(TYPE_PREFIX)) return null;
  const end = head.indexOf('"', TYPE_PREFIX.length);
  return end < 0 ? null : head.slice(TYPE_PREFIX.length, end);
}

/** What there is to know of an audio delta without decoding it. */
export interface PeekedDelta {
  readonly itemId: string;
  readonly audioBytes: number;
}

/** The item and size of a `response.output_audio.delta`, or null when it is written otherwise. */
export function peekAudioDelta(message: Buffer): PeekedDelta | null {
  const head = message.toString('latin1', 0, HEAD_BYTES);
  const itemAt = head.indexOf(ITEM_ID);
  const deltaAt = head.indexOf(DELTA);
  if (itemAt < 0 || deltaAt < 0) return null;
  const idAt = itemAt + ITEM_ID.length;
  const audioAt = deltaAt + DELTA.length;
  const audioEnd = message.indexOf('"', audioAt);
  if (audioEnd < 0) return null;
  const padding = message
    .toString('latin1', audioEnd - 2, audioEnd)
    .replaceAll(/[^=]/gu, '').length;
  return {
    itemId: head.slice(idAt, head.indexOf('"', idAt)),
    audioBytes: ((audioEnd - audioAt) / 4) * 3 - padding,
  };
}
