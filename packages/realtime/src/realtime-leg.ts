import { decodeAudio } from '@antiphon/audio';
import type { AudioEncoding, SampleRate } from '@antiphon/audio';
import { protocolErrors } from '@antiphon/protocol';
import type { ProtocolFault, SessionConfig } from '@antiphon/protocol';
import type {
  AgentAudio,
  AudioFrame,
  CallerLeg,
  Clock,
  LegCapabilities,
  LegFact,
} from '@antiphon/session';
import { Subject } from 'rxjs';
import { base64Audio } from './base64-audio.ts';
import { DeclaredFormat } from './declared-format.ts';

/** The audio formats of a session. */
export type AudioFormats = Pick<SessionConfig, 'inputFormat' | 'outputFormat'>;

/** Clients append seconds at once; a detector's onset in slices this short keeps its padding. */
const SLICE_MS = 20;

/** What a leg needs. */
export interface RealtimeLegOptions {
  readonly clock: Clock;
  /** The formats of this moment. */
  readonly formats: () => AudioFormats;
  /** Agent audio for the client: base64 in the output format, ending at `endMs` of its item. */
  readonly onAudio: (audio: AgentAudio, base64: string, endMs: number) => void;
  /** Agent audio that was not sent yet will not come. */
  readonly onDropped: () => void;
}

/** A Realtime client as the caller's leg: audio travels as base64 inside events. */
export class RealtimeLeg implements CallerLeg {
  readonly capabilities: LegCapabilities = {
    bargeIn: 'cancel',
    playedPosition: 'client',
    // Clients buffer by themselves: ten seconds outlast a stall of the network, and bound what is
    // sent in vain when the caller interrupts.
    maxLeadMs: 10_000,
  };
  readonly audio$ = new Subject<AudioFrame>();
  readonly facts$ = new Subject<LegFact>();
  readonly #options: RealtimeLegOptions;
  readonly #format = new DeclaredFormat((declared, looksLike) => {
    this.facts$.next({ type: 'leg.formatDoubted', declared, looksLike });
  });
  #hasSpoken = false;
  #isClosed = false;

  constructor(options: RealtimeLegOptions) {
    this.#options = options;
  }

  /** Whether the client was given agent audio; its output rate and voice are then fixed. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  get codec(): AudioEncoding {
    return this.#options.formats().inputFormat.encoding;
  }

  get outputRate(): SampleRate {
    return this.#options.formats().outputFormat.rate;
  }

  /** Takes an append, base64 of any length; what is wrong with it is returned, and nothing heard. */
  hear(base64: string): ProtocolFault | null {
    const { clock, formats } = this.#options;
    const { encoding, rate } = formats().inputFormat;
    const bytes = Buffer.from(base64, 'base64');
    const atMs = clock.now();
    if (!this.#isClosed) this.#format.hear(bytes, { encoding, rate, atMs });
    if (encoding === 'pcm16' && bytes.length % 2 !== 0) {
      return protocolErrors.invalidValue({
        param: 'audio',
        reason: `expected whole 16-bit samples, but got an odd number of bytes, ${bytes.length}`,
      });
    }
    const pcm = decodeAudio(bytes, encoding);
    const sliceSamples = (rate * SLICE_MS) / 1000;
    for (let start = 0; start < pcm.length; start += sliceSamples) {
      this.audio$.next({ pcm: pcm.subarray(start, start + sliceSamples), sampleRate: rate, atMs });
    }
    return null;
  }

  /** The caller pressed a key of the keypad: 0-9, *, #, A-D. */
  press(digit: string): void {
    if (!this.#isClosed) this.facts$.next({ type: 'leg.dtmf', digit });
  }

  /** The client is gone. */
  leave(): void {
    if (!this.#isClosed) this.facts$.next({ type: 'leg.closed', reason: 'callerLeft' });
  }

  send(audio: AgentAudio): void {
    if (this.#isClosed) return;
    this.#hasSpoken = true;
    const { pcm, sampleRate, offsetMs } = audio;
    const base64 = base64Audio(pcm, this.#options.formats().outputFormat.encoding);
    this.#options.onAudio(audio, base64, offsetMs + (pcm.length * 1000) / sampleRate);
  }

  clear(): void {
    if (!this.#isClosed) this.#options.onDropped();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.audio$.complete();
    this.facts$.complete();
  }
}
