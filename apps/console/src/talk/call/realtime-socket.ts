import { askServer } from '../../api/ask-server.ts';

/** A secret is used at once; its session outlives it. */
const SECRET_SECONDS = 60;

/** What a call needs of its connection. */
export interface RealtimeSocket {
  /** Without effect while it is not open. */
  readonly send: (event: Readonly<Record<string, unknown>>) => void;
  readonly close: () => void;
}

/** Who hears a connection. */
export interface RealtimeListener {
  readonly told: (event: RealtimeEvent) => void;
  /** Called once, also when it never opened. */
  readonly closed: (code: number, reason: string) => void;
}

/** The events of the server that a call looks at, and their members that it reads. */
export type RealtimeEvent =
  | {
      readonly type: 'session.created';
      readonly session: {
        readonly id: string;
        readonly audio: {
          readonly input: {
            readonly turn_detection: { readonly interrupt_response?: boolean } | null;
          };
        };
      };
    }
  | { readonly type: 'response.created' | 'response.done'; readonly response: { id: string } }
  | {
      readonly type: 'response.output_audio.delta';
      readonly response_id: string;
      readonly item_id: string;
      readonly delta: string;
    }
  | { readonly type: 'input_audio_buffer.speech_started' }
  | {
      readonly type: 'error';
      readonly error: { readonly message: string; readonly event_id?: string | null };
    };

/**
 * Connects to an agent, who greets. The key of the socket is made for this call alone by a login
 * that the browser has; it goes as a subprotocol, for addresses end up in logs.
 * @throws {ConsoleError} when the server makes no key
 */
export async function openRealtimeSocket(
  agent: string,
  listener: RealtimeListener,
  signal: AbortSignal,
): Promise<RealtimeSocket> {
  const { value } = await askServer<{ value: string }>('/v1/realtime/client_secrets', {
    method: 'POST',
    body: {
      expires_after: { anchor: 'created_at', seconds: SECRET_SECONDS },
      session: { type: 'realtime' },
    },
    signal,
  });
  const url = new URL(`/v1/realtime?agent=${encodeURIComponent(agent)}`, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url, ['realtime', `openai-insecure-api-key.${value}`]);
  socket.addEventListener('message', ({ data }) =>
    listener.told(JSON.parse(String(data)) as RealtimeEvent),
  );
  socket.addEventListener('close', ({ code, reason }) => listener.closed(code, reason));
  return {
    send: (event) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(event));
    },
    close: () => socket.close(1000),
  };
}
