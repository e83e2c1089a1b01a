// A program that holds one connection with the native WebSocket helper of the `openai` package, for
// the process that forked it: what comes from there is sent, what the helper tells goes back.
import OpenAI from 'openai';
import { OpenAIRealtimeWebSocket as BetaOpenAIRealtimeWebSocket } from 'openai/beta/realtime/websocket';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';

const [, , dialect, baseURL, props] = process.argv;
const Helper = dialect === 'beta' ? BetaOpenAIRealtimeWebSocket : OpenAIRealtimeWebSocket;
const client = new OpenAI({ baseURL });
/** @type {OpenAIRealtimeWebSocket} */
// @ts-expect-error The two helpers differ in the types of their events only.
const helper = new Helper({ ...JSON.parse(props), dangerouslyAllowBrowser: true }, client);

/** @param {object} message */
const tell = (message) => {
  // Whoever forked this may have gone; then nobody is to be told.
  if (process.connected) process.send?.(message, () => {});
};

helper.socket.addEventListener('open', () => tell({ isOpen: true }));
helper.socket.addEventListener('close', () => tell({ isClosed: true }));
helper.on('event', (event) => tell({ event }));
helper.on('error', ({ message, error }) =>
  tell({ error: { message, code: error?.code, eventId: error?.event_id } }),
);
process.on('message', (event) => helper.send(/** @type {any} */ (event)));
process.once('disconnect', () => helper.close());
