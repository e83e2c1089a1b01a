import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import type { FeedEvent } from '@antiphon/observability';
import { turnsOf } from './turns-of-session.ts';

/** Leads to the turns before and after; so do the arrow keys. */
export function TurnLinks({
  id,
  turn,
  events,
}: {
  readonly id: string;
  readonly turn: number;
  readonly events: readonly FeedEvent[];
}) {
  const [, go] = useLocation();
  const turns = turnsOf(events).map(({ report }) => report.turn);
  const before = turns.findLast((other) => other < turn);
  const after = turns.find((other) => other > turn);
  const session = `/s/${encodeURIComponent(id)}`;
  const previous = before === undefined ? null : `${session}/turns/${before}`;
  const next = after === undefined ? null : `${session}/turns/${after}`;

  useEffect(() => {
    const hear = ({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): void => {
      if (ctrlKey || metaKey || altKey) return;
      if (target instanceof Element && target.matches('input, select, textarea')) return;
      const href = key === 'ArrowLeft' ? previous : key === 'ArrowRight' ? next : null;
      if (href !== null) go(href);
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, [previous, next, go]);

  return (
    <nav className="turn-links" aria-label="Turns">
      <TurnLink href={previous} keys="ArrowLeft">
        ← Previous
      </TurnLink>
      <TurnLink href={next} keys="ArrowRight">
        Next →
      </TurnLink>
    </nav>
  );
}

function TurnLink({
  href,
  keys,
  children,
}: {
  readonly href: string | null;
  readonly keys: string;
  readonly children: string;
}) {
  if (href === null) return <span className="button turn-link-none">{children}</span>;
  return (
    <Link href={href} className="button" aria-keyshortcuts={keys}>
      {children}
    </Link>
  );
}
