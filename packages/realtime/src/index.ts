export { RealtimeConnection } from './realtime-connection.ts';
