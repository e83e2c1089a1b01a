export { feedEventSchema, type FeedBody, type FeedEvent } from './session-feed.ts';
export { TurnClock, type TurnStart } from './turn-clock.ts';
export { HOPS, turnReportSchema, type Hop, type TurnReport } from './turn-report.ts';
