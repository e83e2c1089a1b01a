import type { ReactNode } from 'react';
import type { ConsoleError } from '../api/console-error.ts';
import './states.css';

/** Something is on its way. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div className="state" role="status">
      <span className="state-spinner" aria-hidden="true" />
      <p>Loading {what} …</p>
    </div>
  );
}

/** There is nothing to show, and why. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children === undefined ? null : <div className="state-more">{children}</div>}
    </div>
  );
}

/** Something could not be had, with a way to try again. */
export function Failed({
  error,
  retry,
  what,
}: {
  readonly error: ConsoleError;
  readonly retry?: () => void;
  readonly what: string;
}) {
  const title = error.code === 'missing' ? `There is no such ${what}` : `No ${what} to show`;
  return (
    <div className="state" role="alert">
      <h2>{title}</h2>
      <p>{error.message}</p>
      {retry === undefined ? null : (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
