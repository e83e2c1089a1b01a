export type { RealtimeSocket } from './event-outlet.ts';
export { RealtimeConnection, type RealtimeConnectionOptions } from './realtime-connection.ts';
