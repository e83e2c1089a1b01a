import { useEffect } from 'react';
import type { ReactNode } from 'react';
import './page.css';

/** One page: its heading, what belongs beside the heading, and its content. */
export function Page({
  title,
  heading,
  aside,
  children,
}: {
  /** Also the browser tab's. */
  readonly title: string;
  /** Drawn instead of the title. */
  readonly heading?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Antiphon`;
  }, [title]);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{heading ?? title}</h1>
        {aside === undefined ? null : <div className="page-aside">{aside}</div>}
      </div>
      {children}
    </div>
  );
}

/** A framed part of a page with its own heading. */
export function Panel({
  title,
  note,
  children,
}: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="panel" aria-label={title}>
      <div className="panel-head">
        <h2>{title}</h2>
        {note === undefined ? null : <p>{note}</p>}
      </div>
      {children}
    </section>
  );
}
