import { useSyncExternalStore } from 'react';
import type { FeedStatus } from './feed-client.ts';
import { pageFeed } from './page-feed.ts';

/** How the page's feed stands. */
export function useFeedStatus(): FeedStatus {
  return useSyncExternalStore(pageFeed.subscribeStatus, pageFeed.status);
}
