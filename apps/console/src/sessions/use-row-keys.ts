import { useEffect, useRef, useState } from 'react';
import type { SessionRow } from '@antiphon/observability';
import { stepInList } from './row-steps.ts';

/**
 * Moves through a table's rows with the keyboard: one row at a time can be reached with Tab, and
 * j, k, the arrows, Home and End lead to the others. The row stays the same when rows around it
 * come and go.
 */
export function useRowKeys(rows: readonly SessionRow[]) {
  const body = useRef<HTMLTableSectionElement>(null);
  const wanted = useRef<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const isThere = rows.some(({ id }) => id === chosen);
  const current = isThere ? chosen : (rows[0]?.id ?? null);

  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const focused = document.activeElement;
      const isInside = body.current?.contains(focused) ?? false;
      // Letters move from anywhere; arrows and the rest belong to the page outside of the table.
      const isFree = focused === null || focused === document.body || focused.id === 'content';
      if (!isInside && !(isFree && (event.key === 'j' || event.key === 'k'))) return;
      const at = isInside ? rows.findIndex(({ id }) => id === current) : -1;
      const next = rows[stepInList(event.key, at, rows.length) ?? -1];
      if (next === undefined) return;
      event.preventDefault();
      setChosen(next.id);
      const link = linkOf(body.current, next.id);
      if (link !== null) return link.focus();
      // Not drawn yet: the page is scrolled there, and the row takes the focus when it is.
      wanted.current = next.id;
      const edge = rows[0] === next ? 'start' : 'end';
      body.current?.scrollIntoView({ block: edge });
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, [rows, current]);

  useEffect(() => {
    const link = wanted.current === null ? null : linkOf(body.current, wanted.current);
    if (link === null) return;
    wanted.current = null;
    link.focus();
  });

  return { body, current };
}

function linkOf(body: HTMLElement | null, id: string): HTMLElement | null {
  return body?.querySelector<HTMLElement>(`a[data-id="${CSS.escape(id)}"]`) ?? null;
}
