import { useCallback, useEffect, useState } from 'react';
import { askServer } from './ask-server.ts';
import { ConsoleError } from './console-error.ts';

/** Where a question to the server stands. A reload keeps what was known before. */
export type Answer<T> =
  | { readonly status: 'loading'; readonly value: null; readonly error: null }
  | { readonly status: 'ready'; readonly value: T; readonly error: null }
  | { readonly status: 'failed'; readonly value: T | null; readonly error: ConsoleError };

const LOADING = { status: 'loading', value: null, error: null } as const;

interface Options {
  /** Asks again this often, for as long as the page is seen. */
  readonly everyMs?: number;
}

/** Asks the server for JSON when drawn and when the path changes; a null path asks nothing. */
export function useAnswer<T>(
  path: string | null,
  { everyMs }: Options = {},
): Answer<T> & { readonly reload: () => void } {
  const [answer, setAnswer] = useState<{ path: string | null; held: Answer<T> }>({
    path,
    held: LOADING,
  });
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((known) => known + 1), []);

  useEffect(() => {
    if (path === null) return undefined;
    const leaving = new AbortController();
    askServer<T>(path, { signal: leaving.signal }).then(
      (value) => setAnswer({ path, held: { status: 'ready', value, error: null } }),
      (cause: unknown) => {
        if (leaving.signal.aborted) return;
        const error =
          cause instanceof ConsoleError ? cause : new ConsoleError('failed', String(cause));
        setAnswer((known) => ({
          path,
          held: { status: 'failed', value: known.path === path ? known.held.value : null, error },
        }));
      },
    );
    return () => leaving.abort();
  }, [path, round]);

  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, reload]);

  return { ...(answer.path === path ? answer.held : LOADING), reload };
}
