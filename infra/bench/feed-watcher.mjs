import { WebSocket } from 'ws';

/**
 * Watches the console's feed as a browser does, and draws nothing.
 * @param {string} url
 * @param {string} key
 * @param {{ isTable: boolean, sessions: number | readonly string[] }} what the sessions by their ids,
 *   or so many of the table's
 * @returns {{ told: { messages: number, bytes: number }, leave: () => void }} what it was told so
 *   far, which goes on changing
 */
export function watchFeed(url, key, { isTable, sessions }) {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } });
  const told = { messages: 0, bytes: 0 };
  const watched = new Set();
  const watch = (/** @type {string} */ sessionId) => {
    watched.add(sessionId);
    socket.send(JSON.stringify({ type: 'watch.session', sessionId }));
  };
  socket.on('open', () => {
    if (isTable) socket.send(JSON.stringify({ type: 'watch.sessions' }));
    if (typeof sessions !== 'number') for (const id of sessions) watch(id);
  });
  socket.on('error', () => {});
  socket.on('message', (/** @type {Buffer} */ data) => {
    told.messages += 1;
    told.bytes += data.length;
    const message = JSON.parse(data.toString('utf8'));
    if (message.type !== 'sessions' || typeof sessions !== 'number') return;
    for (const { id } of message.rows) {
      if (watched.size < sessions && !watched.has(id)) watch(id);
    }
  });
  return { told, leave: () => socket.close() };
}
