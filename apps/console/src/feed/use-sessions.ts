import { useSyncExternalStore } from 'react';
import type { SessionRow } from '@antiphon/observability';
import { onceAFrame } from './once-a-frame.ts';
import { pageFeed } from './page-feed.ts';
import { SessionTable } from './session-table.ts';

const table = new SessionTable();
const listeners = new Set<() => void>();
/** As drawn; null until the feed has told the table whole. */
let drawn: readonly SessionRow[] | null = null;
let leave: (() => void) | null = null;

const draw = onceAFrame(() => {
  drawn = table.rows();
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  leave ??= pageFeed.watchSessions((message) => {
    table.hear(message);
    draw();
  });
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    leave?.();
    leave = null;
  };
}

/**
 * All sessions the feed tells of, newest first; null until they are known. Changes come at most
 * once per animation frame, and rows that did not change stay the same objects.
 */
export function useSessions(): readonly SessionRow[] | null {
  return useSyncExternalStore(subscribe, () => drawn);
}
