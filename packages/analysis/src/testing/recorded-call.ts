import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWav } from '@antiphon/audio';
import type { RecordedEvent } from '@antiphon/session';

/** When the call began. */
const CALL_AT_MS = 1_700_000_000_000;

const message = (speaker: 'caller' | 'agent', id: string, text: string) =>
  ({
    kind: 'message',
    id,
    speaker,
    medium: 'audio',
    status: 'completed',
    text,
    audioMs: 1_000,
  }) as const;

/** What a short call tells: a greeting, an answer that was cut, a tool, and its end. */
export function callEvents(sessionId: string): RecordedEvent[] {
  const at = (ms: number) => CALL_AT_MS + ms;
  const greeting = message('agent', 'item_1', 'Acme support, how can I help?');
  const answer = message('agent', 'item_3', 'It has shipped and');
  const tool = { callId: 'call_1', name: 'lookup_order' } as const;
  return [
    { atMs: at(0), type: 'session.started', sessionId, agent: 'acme-support' },
    { atMs: at(100), type: 'item.added', item: greeting, previousItemId: null, generationId: 'g' },
    { atMs: at(900), type: 'item.done', item: greeting, generationId: 'g' },
    { atMs: at(2_000), type: 'caller.speechStarted', itemId: 'item_2', audioStartMs: 1_900 },
    { atMs: at(3_500), type: 'caller.transcript', itemId: 'item_2', text: 'where', isFinal: false },
    {
      atMs: at(4_000),
      type: 'caller.transcript',
      itemId: 'item_2',
      text: 'where is my order',
      isFinal: true,
    },
    {
      atMs: at(4_100),
      type: 'tool.started',
      ...tool,
      arguments: '{"email":"jane@example.com"}',
      confirm: 'none',
    },
    {
      atMs: at(5_300),
      type: 'tool.settled',
      ...tool,
      outcome: 'result',
      output: '{"status":"shipped"}',
      durationMs: 1_200,
    },
    { atMs: at(5_500), type: 'item.added', item: answer, previousItemId: null, generationId: 'h' },
    { atMs: at(5_600), type: 'item.done', item: answer, generationId: 'h' },
    { atMs: at(7_000), type: 'bargeIn.decided', itemId: 'item_3', verdict: 'cut', playedMs: 1_400 },
    {
      atMs: at(7_001),
      type: 'item.truncated',
      itemId: 'item_3',
      audioEndMs: 1_400,
      heard: 'It has shipped and',
      unheard: 'will arrive on Monday',
    },
    { atMs: at(8_000), type: 'session.ended', reason: 'callerLeft' },
  ];
}

/** What differs of a call that is put on disk. */
export interface RecordedCallOptions {
  readonly events?: readonly RecordedEvent[];
  /** Seconds of sound; 8 unless given, and no file at all for null. */
  readonly seconds?: number | null;
}

/** Puts a recorded call into a folder of recordings, as a recorder leaves it. */
export async function recordCall(
  recordings: string,
  sessionId: string,
  { events = callEvents(sessionId), seconds = 8 }: RecordedCallOptions = {},
): Promise<void> {
  const folder = path.join(recordings, sessionId);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'events.jsonl'), '');
  for (const event of events) {
    await appendFile(path.join(folder, 'events.jsonl'), `${JSON.stringify(event)}\n`);
  }
  if (seconds === null) return;
  const stereo = Int16Array.from({ length: seconds * 16_000 }, (_, index) => (index % 2 ? 100 : 7));
  const wav = writeWav(stereo, { sampleRate: 8000, channels: 2 });
  await writeFile(path.join(folder, 'audio.wav'), wav);
}
