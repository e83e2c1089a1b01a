import { useCallback, useEffect, useState } from 'react';
import type { SessionRow } from '@antiphon/observability';
import { askServer } from '../api/ask-server.ts';
import { ConsoleError } from '../api/console-error.ts';

const PAGE_ROWS = 100;
/** Typing asks the server when it has paused this long. */
const PAUSE_MS = 250;

/** `GET /console/sessions`: sessions that ended, the last to end first. */
export interface EndedPage {
  readonly rows: readonly SessionRow[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

interface Held {
  readonly search: string;
  readonly rows: readonly SessionRow[] | null;
  readonly next: string | null;
  readonly error: ConsoleError | null;
}

const NOTHING: Held = { search: '', rows: null, next: null, error: null };

/** The sessions that ended, page by page, as long as they are wanted. */
export function useEnded(isWanted: boolean, search: string) {
  const [held, setHeld] = useState(NOTHING);
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((known) => known + 1), []);

  const load = useCallback(
    (cursor: string | null, signal?: AbortSignal) => {
      const params = new URLSearchParams({ limit: String(PAGE_ROWS) });
      if (search !== '') params.set('q', search);
      if (cursor !== null) params.set('cursor', cursor);
      return askServer<EndedPage>(`/console/sessions?${params.toString()}`, { signal }).then(
        ({ rows, next }) =>
          setHeld((known) => ({
            search,
            rows: cursor === null ? rows : [...(known.rows ?? []), ...rows],
            next,
            error: null,
          })),
        (cause: unknown) => {
          if (signal?.aborted === true) return;
          const error =
            cause instanceof ConsoleError ? cause : new ConsoleError('failed', String(cause));
          setHeld((known) => ({ ...known, error }));
        },
      );
    },
    [search],
  );

  useEffect(() => {
    if (!isWanted) return undefined;
    const leaving = new AbortController();
    const timer = setTimeout(() => void load(null, leaving.signal), search === '' ? 0 : PAUSE_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [isWanted, load, round, search]);

  const more = held.next === null ? null : () => void load(held.next);
  return { rows: held.rows, error: held.error, more, reload };
}
