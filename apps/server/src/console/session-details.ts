import { setImmediate as nextTurn } from 'node:timers/promises';
import { keptAnalysis } from '@antiphon/analysis';
import type {
  FeedEvent,
  Replay,
  SessionAnalysis,
  SessionDetail,
  Waveform,
} from '@antiphon/observability';
import type { RecordedEvent, SessionEvent } from '@antiphon/session';
import { replaySession } from '@antiphon/session';
import type { SessionArchive } from '@antiphon/storage';
import { FeedMapping } from '../feed-mapping.ts';
import type { SessionFeed, ToldBody } from '../session-feed.ts';
import { transcriptRefOf } from '../transcript-ref.ts';
import type { SessionBoard } from './session-board.ts';

/** Calls that go on have their turn after this long. */
const SLICE_MS = 5;

/** What is known of sessions, wherever it is kept. */
export interface SessionDetailsOptions {
  readonly board: SessionBoard;
  readonly feedOf: (sessionId: string) => SessionFeed | null;
  /** Null where nothing is recorded. */
  readonly archive: SessionArchive | null;
  /** Whether the recording of a session is still being written. */
  readonly isLive: (sessionId: string) => boolean;
  /** Whether calls are judged when they end. */
  readonly isAnalyzing: boolean;
}

/** Answers what a console asks about one session; null where there is no such session. */
export class SessionDetails {
  readonly #options: SessionDetailsOptions;

  constructor(options: SessionDetailsOptions) {
    this.#options = options;
  }

  async detail(id: string): Promise<SessionDetail | null> {
    const { board, feedOf, archive, isLive } = this.#options;
    const row = await board.find(id);
    if (!row) return null;
    const feed = feedOf(id);
    const kept = feed?.kept() ?? null;
    const isOver = row.endedAtMs !== null && !isLive(id);
    const recordingMs = isOver ? ((await archive?.recordingMs(id)) ?? null) : null;
    if (kept && (!kept.isPartial || !isOver)) return { row, ...kept, recordingMs };
    const recorded = isOver ? await archive?.events(id) : null;
    if (archive && recorded) {
      const beside = besideOf(await archive.summary(id));
      return { row, events: feedEvents(id, recorded, beside), isPartial: false, recordingMs };
    }
    return { row, events: kept?.events ?? [], isPartial: true, recordingMs };
  }

  /** The recorded machine stepped through again; null where there is no recording. */
  async replay(id: string): Promise<Replay | null> {
    const events = await this.#options.archive?.events(id);
    if (!events) return null;
    const replaying = replaySession(events);
    let restedAtMs = performance.now();
    for (;;) {
      const { done, value } = replaying.next();
      if (done) return value;
      if (performance.now() - restedAtMs < SLICE_MS) continue;
      await nextTurn();
      restedAtMs = performance.now();
    }
  }

  /** What a model made of the call, as far as it has. */
  async analysis(id: string): Promise<SessionAnalysis> {
    const { archive, isAnalyzing } = this.#options;
    return { analysis: archive && (await keptAnalysis(archive, id)), isOn: isAnalyzing };
  }

  async waveform(id: string, points: number): Promise<Waveform | null> {
    return (await this.#options.archive?.peaks(id, points)) ?? null;
  }
}

/** What was told beside a session, from what was kept at its end. */
function besideOf(summary: unknown): readonly ToldBody[] {
  const { beside } = (summary ?? {}) as { readonly beside?: unknown };
  return Array.isArray(beside) ? (beside as readonly ToldBody[]) : [];
}

/** What the feed told of a session, from what was recorded of it and what was told beside. */
function feedEvents(
  sessionId: string,
  recorded: readonly RecordedEvent[],
  beside: readonly ToldBody[],
): FeedEvent[] {
  const mapping = new FeedMapping(transcriptRefOf(sessionId, { isKept: true }));
  const bodies = recorded
    .filter((event): event is SessionEvent => !event.type.startsWith('machine.'))
    .filter(({ type }) => (type as string) !== 'recording.incomplete')
    .flatMap((event) => mapping.bodies(event).map((body) => ({ atMs: event.atMs, body })));
  return [...bodies, ...beside]
    .toSorted((a, b) => isEnd(a) - isEnd(b) || a.atMs - b.atMs)
    .map(({ atMs, body }, index) => ({ seq: index + 1, sessionId, atMs, ...body }));
}

function isEnd({ body }: ToldBody): number {
  return Number(body.type === 'session.ended');
}
