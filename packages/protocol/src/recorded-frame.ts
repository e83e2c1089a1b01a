import { isJsonObject } from './json-value.ts';

/** A text frame of a recorded exchange, or the end of one of its connections. Plain JSON. */
export type RecordedFrame = {
  /** Connections are counted from 1. */
  readonly connection: number;
  /** Since the recording began. */
  readonly atMs: number;
  readonly from: 'client' | 'upstream';
} & (
  | { readonly text: string }
  | { readonly closed: { readonly code: number; readonly reason: string } }
);

/** A frame as a line of a recording, without the line's end. */
export function recordedLine(frame: RecordedFrame): string {
  return JSON.stringify(frame);
}

/** The frames of a recording. Throws an Error that names the first line that is none. */
export function readRecordedFrames(recording: string): RecordedFrame[] {
  const lines = recording.split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const frame = frameOf(line);
    if (frame) return [frame];
    throw new Error(`Line ${index + 1} of the recording is no frame; record it again.`);
  });
}

function frameOf(line: string): RecordedFrame | null {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isJsonObject(raw)) return null;
  const { connection, atMs, from, text, closed } = raw;
  const isPlaced = typeof connection === 'number' && typeof atMs === 'number';
  const isSent = from === 'client' || from === 'upstream';
  const isFrame = typeof text === 'string' || isJsonObject(closed);
  return isPlaced && isSent && isFrame ? (raw as unknown as RecordedFrame) : null;
}
