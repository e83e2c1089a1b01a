// Clients that cost a server what it keeps for each of them and give it nothing to do. Started with
// `{ port, key, counts }` as JSON; tells its parent `connected` when all of them are, and when it is
// asked to `read`, what each kind was told before it was dropped.
import { connect } from 'node:net';

/** So many connect at a time; a listening socket keeps 511 at most. */
const AT_ONCE = 100;

const SLOW_BYTE_MS = 1_000;

/**
 * - `silent` never sends a byte.
 * - `slow` sends a request without an end, a byte a second.
 * - `keyless` asks for a WebSocket without a key, and reads nothing.
 * - `mute` has a key, and neither reads nor sends anything once it has a WebSocket.
 * @typedef {'silent' | 'slow' | 'keyless' | 'mute'} Kind
 */

/**
 * @typedef {object} Client
 * @property {Kind} kind
 * @property {import('node:net').Socket} socket
 * @property {Buffer[]} bytes what it read
 * @property {number} sent bytes of the request that it takes its time for
 * @property {boolean} isClosed
 */

/** @type {{ port: number, key: string, counts: Record<Kind, number> }} */
const { port, key, counts } = JSON.parse(process.argv[2] ?? '');

const slowRequest = `GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nX-Slow: ${'a'.repeat(500)}`;

/** @param {string} headers */
const upgradeRequest = (headers) =>
  `GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${headers}\r\n`;

/** @type {Client[]} */
const clients = [];

/** @type {Kind[]} */
const waiting = /** @type {Kind[]} */ (['mute', 'silent', 'slow', 'keyless']).flatMap((kind) =>
  Array.from({ length: counts[kind] }, () => kind),
);
const total = waiting.length;
let connected = 0;
let failed = 0;

for (let lane = 0; lane < AT_ONCE; lane += 1) open();

function open() {
  const kind = waiting.shift();
  if (kind === undefined) return;
  const socket = connect(port, '127.0.0.1');
  /** @type {Client} */
  const client = { kind, socket, bytes: [], sent: 0, isClosed: false };
  clients.push(client);
  let isConnected = false;
  // Whoever is dropped while it sends may be told so by a reset.
  socket.on('error', () => {});
  socket.on('close', () => {
    client.isClosed = true;
    if (!isConnected) failed += 1;
  });
  socket.on('data', (chunk) => client.bytes.push(chunk));
  if (kind === 'keyless' || kind === 'mute') socket.pause();
  socket.on('connect', () => {
    isConnected = true;
    connected += 1;
    if (kind === 'keyless') socket.write(upgradeRequest(''));
    if (kind === 'mute') socket.write(upgradeRequest(`Authorization: Bearer ${key}\r\n`));
    open();
    if (connected === total) process.send?.({ connected, failed });
  });
}

setInterval(() => {
  for (const client of clients) {
    if (client.kind !== 'slow' || !client.socket.writable) continue;
    client.socket.write(slowRequest[client.sent] ?? 'a');
    client.sent += 1;
  }
}, SLOW_BYTE_MS);

process.on('message', () => {
  for (const { socket } of clients) socket.resume();
  const timer = setInterval(() => {
    if (clients.some(({ isClosed }) => !isClosed)) return;
    clearInterval(timer);
    process.send?.({ told: told() });
    process.disconnect();
    process.exit();
  }, 50);
});

/** How many of each kind were told what: the status of an answer, or code and reason of a close. */
function told() {
  /** @type {Record<string, Record<string, number>>} */
  const counted = { silent: {}, slow: {}, keyless: {}, mute: {} };
  for (const { kind, bytes } of clients) {
    const words = lastWords(Buffer.concat(bytes));
    const ofKind = counted[kind] ?? {};
    ofKind[words] = (ofKind[words] ?? 0) + 1;
  }
  return counted;
}

/** @param {Buffer} bytes */
function lastWords(bytes) {
  const headEnd = bytes.indexOf('\r\n\r\n');
  const [status = ''] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  if (!status.includes(' 101 ')) return status === '' ? 'nothing' : status;
  let at = headEnd + 4;
  while (at + 2 <= bytes.length) {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    let length = (bytes[at + 1] ?? 0) & 0x7f;
    at += 2;
    if (length === 126) {
      length = bytes.readUInt16BE(at);
      at += 2;
    }
    const payload = bytes.subarray(at, at + length);
    if (opcode === 8) return `${payload.readUInt16BE(0)} ${payload.subarray(2).toString('utf8')}`;
    at += length;
  }
  return 'no close';
}
