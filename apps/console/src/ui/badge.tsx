import type { ReactNode } from 'react';
import './badge.css';

/** What a badge means: its colour, which never says more than its text. */
export type Tone = 'plain' | 'quiet' | 'good' | 'busy' | 'warning' | 'bad';

/** A word in a pill. */
export function Badge({
  tone = 'plain',
  title,
  children,
}: {
  readonly tone?: Tone;
  readonly title?: string;
  readonly children: ReactNode;
}) {
  return (
    <span className={`badge badge-${tone}`} title={title}>
      {children}
    </span>
  );
}
