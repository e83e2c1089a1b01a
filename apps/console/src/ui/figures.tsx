import type { ReactNode } from 'react';
import './figures.css';

/** A row of figures. */
export function Figures({ children }: { readonly children: ReactNode }) {
  return <div className="figures">{children}</div>;
}

/** A figure with its name and what it is to be compared with. */
export function Figure({
  name,
  value,
  note,
  tone = 'plain',
  isCode = false,
}: {
  readonly name: string;
  readonly value: ReactNode;
  readonly note: ReactNode;
  readonly tone?: 'plain' | 'quiet' | 'bad';
  readonly isCode?: boolean;
}) {
  return (
    <dl className="figure" data-tone={tone}>
      <dt>{name}</dt>
      <dd className={isCode ? 'figure-value figure-code mono' : 'figure-value'}>{value}</dd>
      <dd className="figure-note">{note}</dd>
    </dl>
  );
}
