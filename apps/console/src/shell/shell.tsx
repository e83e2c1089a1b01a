import type { ReactNode } from 'react';
import { Link, useRoute } from 'wouter';
import { logOut } from '../api/log-in.ts';
import type { FeedStatus } from '../feed/feed-client.ts';
import { pageFeed } from '../feed/page-feed.ts';
import { useFeedStatus } from '../feed/use-feed-status.ts';
import { ThemeSwitch } from '../ui/theme-switch.tsx';
import './shell.css';

/** What stands around every page: where one may go, and how the feed stands. */
export function Shell({
  isLoggedIn,
  children,
}: {
  readonly isLoggedIn: boolean;
  readonly children: ReactNode;
}) {
  return (
    <>
      <a className="shell-skip" href="#content">
        Skip to the content
      </a>
      <header className="shell">
        <Link href="/" className="shell-name">
          <img src="/icon.svg" alt="" width="22" height="22" />
          Antiphon
        </Link>
        {isLoggedIn ? <Pages /> : null}
        <div className="shell-end">
          {isLoggedIn ? <FeedState /> : null}
          <ThemeSwitch />
          {isLoggedIn ? (
            <button
              type="button"
              className="button button-bare"
              onClick={() => void logOut().catch(() => undefined)}
            >
              Log out
            </button>
          ) : null}
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function Pages() {
  const [isSession] = useRoute('/s/*?');
  return (
    <nav aria-label="Pages">
      <PageLink href="/" isUnder={isSession}>
        Sessions
      </PageLink>
      <PageLink href="/fleet">Fleet</PageLink>
      <PageLink href="/talk">Talk</PageLink>
    </nav>
  );
}

function PageLink({
  href,
  isUnder = false,
  children,
}: {
  readonly href: string;
  /** The page shown is one below it. */
  readonly isUnder?: boolean;
  readonly children: string;
}) {
  const [isHere] = useRoute(href);
  const current = isHere ? 'page' : isUnder ? 'true' : undefined;
  return (
    <Link href={href} aria-current={current}>
      {children}
    </Link>
  );
}

const WORDS: Readonly<Record<FeedStatus, string>> = {
  idle: '',
  connecting: 'Connecting …',
  open: 'Live',
  waiting: 'No connection',
};

function FeedState() {
  const status = useFeedStatus();
  return (
    <span className="shell-feed" data-status={status} role="status">
      {WORDS[status]}
      {status === 'waiting' ? (
        <button type="button" className="button button-bare" onClick={pageFeed.retry}>
          Reconnect
        </button>
      ) : null}
    </span>
  );
}
