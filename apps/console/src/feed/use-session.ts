import { useCallback, useEffect, useState } from 'react';
import type { SessionDetail } from '@antiphon/observability';
import { askServer } from '../api/ask-server.ts';
import { ConsoleError } from '../api/console-error.ts';
import { onceAFrame } from './once-a-frame.ts';
import { pageFeed } from './page-feed.ts';
import { SessionHistory } from './session-history.ts';
import type { KnownSession } from './session-history.ts';

/** A recording is written after its session's end; so often, and for so long, it is asked for. */
const RECORDING_POLL_MS = 1_000;
const MAX_RECORDING_POLLS = 15;

/** How a session stands that a page wants to show. What was known stays when it cannot be had anew. */
export type SessionView =
  | { readonly status: 'loading'; readonly session: null; readonly error: null }
  | { readonly status: 'ready'; readonly session: KnownSession; readonly error: null }
  | {
      readonly status: 'failed';
      readonly session: KnownSession | null;
      readonly error: ConsoleError;
    };

const LOADING: SessionView = { status: 'loading', session: null, error: null };

/**
 * One session: loaded, and while it lives carried on by the feed, at most once per animation
 * frame. It is loaded anew after a gap and after its end, and once its recording is written.
 */
export function useSession(id: string): SessionView & { readonly reload: () => void } {
  const [drawn, setDrawn] = useState<{ id: string; view: SessionView }>({ id, view: LOADING });
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((known) => known + 1), []);

  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    watch(id, {
      signal,
      reload: () => {
        if (!signal.aborted) reload();
      },
      show: (view) => {
        if (!signal.aborted) setDrawn({ id, view });
      },
      fail: (error) => {
        if (signal.aborted) return;
        setDrawn((known) => ({
          id,
          view: {
            status: 'failed',
            session: known.id === id ? known.view.session : null,
            error,
          },
        }));
      },
    });
    return () => leaving.abort();
  }, [id, round, reload]);

  return { ...(drawn.id === id ? drawn.view : LOADING), reload };
}

interface Watcher {
  readonly signal: AbortSignal;
  readonly show: (view: SessionView) => void;
  readonly fail: (error: ConsoleError) => void;
  readonly reload: () => void;
}

function watch(id: string, watcher: Watcher): void {
  load(id, watcher).catch((cause: unknown) => {
    watcher.fail(cause instanceof ConsoleError ? cause : new ConsoleError('failed', String(cause)));
  });
}

async function load(id: string, { signal, show, fail, reload }: Watcher): Promise<void> {
  const detail = await askServer<SessionDetail>(sessionPath(id), { signal });
  if (signal.aborted) return;
  const history = new SessionHistory(detail);
  const draw = (): void => show({ status: 'ready', session: history.known(), error: null });
  draw();
  if (detail.row.endedAtMs !== null) {
    await awaitRecording(id, detail, { signal, reload });
    return;
  }
  const drawSoon = onceAFrame(draw);
  const leave = pageFeed.watchSession(
    id,
    {
      event: (event) => {
        history.hear(event);
        drawSoon();
      },
      gap: reload,
      ended: reload,
      failed: (message) => fail(new ConsoleError('refused', message)),
    },
    history.lastSeq,
  );
  signal.addEventListener('abort', leave);
}

async function awaitRecording(
  id: string,
  detail: SessionDetail,
  { signal, reload }: Pick<Watcher, 'signal' | 'reload'>,
): Promise<void> {
  if (!detail.row.hasRecording || detail.recordingMs !== null) return;
  for (let poll = 0; poll < MAX_RECORDING_POLLS; poll += 1) {
    await new Promise((resolve) => setTimeout(resolve, RECORDING_POLL_MS));
    if (signal.aborted) return;
    const { recordingMs } = await askServer<SessionDetail>(sessionPath(id), { signal });
    if (recordingMs !== null) return reload();
  }
}

function sessionPath(id: string): string {
  return `/console/sessions/${encodeURIComponent(id)}`;
}
