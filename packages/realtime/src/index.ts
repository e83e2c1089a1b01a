export { previewSession } from './initial-session.ts';
export { RealtimeConnection } from './realtime-connection.ts';
