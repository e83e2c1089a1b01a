import { randomUUID } from 'node:crypto';
import type { TimedWord } from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import type { SocketLease, SocketUser } from './socket-seat.ts';
import type { PieceEnd, SpokenPiece } from './spoken-piece.ts';
import type { SocketFrame } from './warm-socket.ts';
import type { WarmSockets } from './warm-sockets.ts';

/** What a frame tells of a piece. */
export interface SpeechFrame {
  /** In order, with times in the audio of the piece. */
  readonly tokens?: readonly TimedWord[];
  /** PCM16 in base64. */
  readonly audio?: string;
  /** Nothing follows it. */
  readonly isLast?: boolean;
  readonly fault?: PipelineError;
}

/** How a provider is asked for one piece, and what it answers. */
export interface SpeechProtocol {
  /** Frames that ask for the piece; `id` is that of a context. */
  begin(id: string): readonly object[];
  /** Frames that stop it. */
  stop(id: string): readonly object[];
  /** Reads a frame; `lengthMs` is the audio so far. */
  read(frame: SocketFrame, lengthMs: number): SpeechFrame;
}

/** Over what and of whom a piece is spoken. */
export interface SocketSpeechOptions {
  readonly sockets: WarmSockets;
  /** After this long a stopped piece has ended all the same. */
  readonly drainMs: number;
  /** Whether a connection on which a stopped piece has not ended may be used no further. */
  readonly spoils: boolean;
}

/** A piece spoken in a context of a shared connection. */
export class SocketSpeech implements SocketUser {
  id = randomUUID() as string;
  readonly #options: SocketSpeechOptions;
  readonly #piece: SpokenPiece;
  readonly #newProtocol: () => SpeechProtocol;
  #protocol: SpeechProtocol;
  #lease: SocketLease;
  #canRetry = true;
  /** The provider has told its last of it. */
  #isFinished = false;

  constructor(options: SocketSpeechOptions, piece: SpokenPiece, protocol: () => SpeechProtocol) {
    this.#options = options;
    this.#piece = piece;
    this.#newProtocol = protocol;
    this.#protocol = protocol();
    this.#lease = this.#ask();
  }

  frame(frame: SocketFrame): void {
    const { fault, isLast, tokens, audio } = this.#protocol.read(frame, this.#piece.lengthMs);
    if (isLast) this.#isFinished = true;
    if (this.#piece.isOver) {
      if (this.#isFinished) this.#lease.release();
      return;
    }
    if (fault) {
      this.#piece.fail(fault);
      return;
    }
    if (tokens) this.#piece.tell(tokens);
    if (audio !== undefined) this.#piece.hearBase64(audio);
    if (isLast) this.#piece.end();
  }

  lost(fault: PipelineError): void {
    if (this.#piece.isOver) return;
    const isUnheard = !this.#piece.hasAudio && this.#lease.isOpen;
    if (fault.code === 'provider_lost' && isUnheard && this.#canRetry) {
      // An idle connection may have been gone for long before anybody sent something over it.
      this.#canRetry = false;
      this.id = randomUUID();
      this.#protocol = this.#newProtocol();
      this.#lease = this.#ask();
    } else {
      this.#isFinished = true;
      this.#piece.fail(fault);
    }
  }

  /** The piece is over: the provider is told where it does not know. */
  over(how: PieceEnd): void {
    const { drainMs, spoils } = this.#options;
    if (how === 'ended' || this.#isFinished || !this.#lease.isOpen) {
      this.#lease.release();
      return;
    }
    for (const frame of this.#protocol.stop(this.id)) this.#lease.send(JSON.stringify(frame));
    // Until it has ended there, its place is not free.
    this.#lease.releaseIn(drainMs, spoils);
  }

  #ask(): SocketLease {
    const lease = this.#options.sockets.lease(this);
    for (const frame of this.#protocol.begin(this.id)) lease.send(JSON.stringify(frame));
    return lease;
  }
}
