// A program that holds one connection with the native WebSocket helper of the `openai` package, for
// the process that forked it: what comes from there is sent, what the helper tells goes back.
import OpenAI from 'openai';
import { OpenAIRealtimeWebSocket as BetaOpenAIRealtimeWebSocket } from 'openai/beta/realtime/websocket';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';

const [, , dialect, baseURL] = process.argv;
const Helper = dialect === 'beta' ? BetaOpenAIRealtimeWebSocket : OpenAIRealtimeWebSocket;
const client = new OpenAI({ baseURL });
/** @type {OpenAIRealtimeWebSocket} */
// @ts-expect-error The two helpers differ in the types of their events only.
const helper = new Helper({ model: 'acme-support', dangerouslyAllowBrowser: true }, client);

helper.socket.addEventListener('open', () => process.send?.({ isOpen: true }));
helper.on('event', (event) => process.send?.({ event }));
helper.on('error', ({ message, error }) =>
  process.send?.({ error: { message, code: error?.code, eventId: error?.event_id } }),
);
process.on('message', (event) => helper.send(/** @type {any} */ (event)));
process.once('disconnect', () => helper.close());
