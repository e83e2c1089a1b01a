import { protocolErrors } from '@antiphon/protocol';
import type { RealtimeConnection } from '@antiphon/realtime';
import type { WebSocket } from 'ws';
import type { ClientPace } from './client-pace.ts';
import { errorFrame } from './error-frame.ts';

/** 1008 is for a client that breaks a rule. */
const TOO_FAST = { code: 1008, reason: 'rate_limit_exceeded' };

const WARNING = protocolErrors.rateLimitExceeded(
  'this connection sends faster than it may, and is closed if it goes on',
);

/** What passes messages on needs. */
export interface ClientMessagesOptions {
  readonly connection: RealtimeConnection;
  readonly pace: ClientPace;
  /** Told when the client is closed because it sends too fast. */
  readonly onTooFast: () => void;
}

/**
 * Passes what a client sends to its connection until the socket closes. A client that is too fast
 * is told once by an error event, and closed when it goes on; nothing is dropped before.
 */
export function passMessages(socket: WebSocket, options: ClientMessagesOptions): void {
  const { connection, pace, onTooFast } = options;
  let isClosing = false;
  socket.on('message', (data: Buffer, isBinary) => {
    if (isClosing) return;
    let isAudio = false;
    if (isBinary) connection.receiveBinary();
    else isAudio = connection.receive(data.toString('utf8')) === 'input_audio_buffer.append';
    switch (pace.count(data.length, { isAudio })) {
      case 'fine':
        return;
      case 'tooFast':
        if (socket.readyState === socket.OPEN) socket.send(errorFrame(WARNING));
        return;
      case 'farTooFast':
        isClosing = true;
        onTooFast();
        socket.close(TOO_FAST.code, TOO_FAST.reason);
        connection.socketClosed();
    }
  });
  socket.once('close', () => connection.socketClosed());
}
