import type { PipelineError } from '../pipeline-error.ts';
import { UpstreamSocket } from '../upstream/upstream-socket.ts';
import { closeFault, GEMINI, geminiFault, statusFault } from './gemini-fault.ts';
import { liveUrl } from './gemini-settings.ts';
import type { GeminiUse } from './gemini-settings.ts';
import { parseServerMessage } from './server-message.ts';
import type { ServerMessage } from './server-message.ts';
import type { WireClientMessage } from './wire-types.ts';

/** Whom a socket tells. `lost` is the last, comes once, and not after `close`. */
export interface LiveSocketListener {
  opened(): void;
  message(message: ServerMessage): void;
  lost(fault: PipelineError): void;
}

/** One WebSocket to the upstream, from its opening on. */
export class LiveSocket {
  readonly #socket: UpstreamSocket;

  constructor({ settings, clock, timeouts }: GeminiUse, listener: LiveSocketListener) {
    this.#socket = new UpstreamSocket({
      provider: GEMINI,
      url: liveUrl(settings),
      headers: { 'x-goog-api-key': settings.apiKey },
      clock,
      pingMs: timeouts.pingMs,
      opened: () => listener.opened(),
      // The service sends its JSON in binary frames.
      message: (text) => {
        const message = parseServerMessage(text);
        if (typeof message !== 'string') listener.message(message);
        else this.fail(geminiFault('provider_garbled', message));
      },
      lost: (fault) => listener.lost(fault),
      statusFault,
      closeFault,
    });
  }

  send(message: WireClientMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Caller audio of 16 kHz in base64, which needs no escaping. */
  audio(base64: string): void {
    this.#socket.send(
      `{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=16000","data":"${base64}"}}}`,
    );
  }

  /** Ends it for a reason that is told. */
  fail(fault: PipelineError): void {
    this.#socket.fail(fault);
  }

  /** Ends it; nothing is told. */
  close(): void {
    this.#socket.close();
  }
}
