export { feedEventSchema, type FeedBody, type FeedEvent } from './session-feed.ts';
export { TurnClock } from './turn-clock.ts';
export { HOPS, type Hop, type TurnReport } from './turn-report.ts';
