import { checkLogin } from '../api/log-in.ts';
import { FeedClient } from './feed-client.ts';
import type { FeedSocket, SocketListener } from './feed-client.ts';

/** The feed of this page. */
export const pageFeed = new FeedClient({
  connect,
  later: (call, delayMs) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  // A browser does not say why a socket was refused; the login check shows the form on a 401.
  refused: () => void checkLogin().catch(() => undefined),
});

function connect(listener: SocketListener): FeedSocket {
  const url = new URL('/console/feed', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  socket.addEventListener('open', listener.opened);
  socket.addEventListener('message', ({ data }) => listener.told(String(data)));
  socket.addEventListener('close', listener.closed);
  return { send: (text) => socket.send(text), close: () => socket.close() };
}
