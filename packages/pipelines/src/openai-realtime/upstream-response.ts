import { bytesToPcm16, isSampleRate, ulawToPcm16, decodeAudio } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { ResponseObject, ServerEvent } from '@antiphon/protocol';
import type { RequestTime } from '@antiphon/session';
import { StallTimer } from '../cascade/stall-timer.ts';
import { PipelineError } from '../pipeline-error.ts';
import type { UpstreamFormat } from './caller-audio.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { upstreamFault, wireFault } from './upstream-fault.ts';

/** A tool that the model calls. */
export interface UpstreamCall {
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

/** How a response ended. */
export interface ResponseEnd {
  readonly outcome: 'completed' | 'incomplete' | 'failed';
  readonly calls: readonly UpstreamCall[];
  readonly usage: ResponseObject['usage'];
  readonly fault: PipelineError | null;
}

/** Whom a response tells what it brings; `ended` is the last. */
export interface ResponseListener {
  /** More of what is written, or said, in an item of the upstream. */
  text(delta: string, upstreamId: string): void;
  audio(pcm: Int16Array, sampleRate: SampleRate, upstreamId: string): void;
  ended(end: ResponseEnd): void;
}

/** What a {@link UpstreamResponse} needs. */
export interface UpstreamResponseOptions extends RealtimeUse {
  /** What the upstream was asked to speak in. */
  readonly format: UpstreamFormat;
  readonly listener: ResponseListener;
  /** It takes too long; nothing is told of it any more. */
  readonly onStalled: (isAccepted: boolean) => void;
  /** It came to nothing before the upstream's last word on it. */
  readonly onFailed: (time: RequestTime) => void;
}

type Format = { readonly type: string; readonly rate?: number };

/** One answer being made upstream, from the request to its end. */
export class UpstreamResponse {
  /** The upstream's id, once it is accepted. */
  id: string | null = null;
  readonly #options: UpstreamResponseOptions;
  readonly #stall: StallTimer;
  readonly #askedAtMs: number;
  readonly #calls: UpstreamCall[] = [];
  #format: Format;
  /** Half a sample, which the next chunk makes whole. */
  #half: Buffer | null = null;
  #isSilenced = false;

  constructor(options: UpstreamResponseOptions) {
    this.#options = options;
    this.#format = options.format;
    this.#askedAtMs = options.clock.now();
    this.#stall = new StallTimer(options.clock, () => this.#stalled());
    this.#stall.start(options.timeouts.acceptMs);
  }

  /** Whether nothing is told of it any more, though the upstream may go on with it. */
  get isSilenced(): boolean {
    return this.#isSilenced;
  }

  accept({ id, audio }: ResponseObject): void {
    this.id = id;
    const format = (audio as ResponseObject['audio'] | undefined)?.output?.format;
    if (format) this.#format = format;
    if (!this.#isSilenced) this.#stall.start(this.#options.timeouts.firstOutputMs);
  }

  /** Takes an event with its id. */
  take(event: ServerEvent): void {
    if (this.#isSilenced) return;
    const { listener, timeouts } = this.#options;
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.output_audio_transcript.delta':
        this.#stall.start(timeouts.outputGapMs);
        if (event.delta !== '') listener.text(event.delta, event.item_id);
        return;
      case 'response.output_audio.delta':
        this.#stall.start(timeouts.outputGapMs);
        this.#audio(event.delta, event.item_id);
        return;
      case 'response.output_item.done':
        this.#stall.start(timeouts.outputGapMs);
        if (event.item.type === 'function_call' && event.item.status === 'completed') {
          const { call_id: callId, name, arguments: text } = event.item;
          this.#calls.push({ callId, name, arguments: text === '' ? '{}' : text });
        }
        return;
      case 'response.output_item.added':
      case 'response.function_call_arguments.delta':
        this.#stall.start(timeouts.outputGapMs);
        return;
      default:
    }
  }

  /** What it took by the upstream's last word, which is still to be taken; null where it was stopped. */
  timeAt(done: ResponseObject): RequestTime | null {
    if (this.#isSilenced || done.status === 'cancelled') return null;
    return this.#timeOf(failureOf(done));
  }

  /** Takes the upstream's last word. */
  finish(done: ResponseObject): void {
    const { status, usage } = done;
    const fault = failureOf(done);
    if (fault) this.#end({ outcome: 'failed', calls: [], usage, fault });
    else {
      const outcome = status === 'completed' ? 'completed' : 'incomplete';
      this.#end({ outcome, calls: this.#calls, usage, fault: null });
    }
  }

  /** It comes to nothing. */
  fail(fault: PipelineError): void {
    if (!this.#isSilenced) this.#options.onFailed(this.#timeOf(fault));
    this.#end({ outcome: 'failed', calls: [], usage: null, fault });
  }

  /** Nothing is told of it any more; the upstream is waited for no longer than for its acceptance. */
  silence(): void {
    this.#isSilenced = true;
    this.#stall.start(this.#options.timeouts.acceptMs);
  }

  /** Frees it. */
  close(): void {
    this.#isSilenced = true;
    this.#stall.stop();
  }

  #timeOf(fault: PipelineError | null): RequestTime {
    const durationMs = this.#options.clock.now() - this.#askedAtMs;
    return { durationMs, errorCode: fault && fault.code };
  }

  #end(end: ResponseEnd): void {
    const wasSilenced = this.#isSilenced;
    this.close();
    if (!wasSilenced) this.#options.listener.ended(end);
  }

  #stalled(): void {
    const { listener, onStalled, onFailed } = this.#options;
    const wasSilenced = this.#isSilenced;
    this.#isSilenced = true;
    onStalled(this.id !== null && !wasSilenced);
    if (wasSilenced) return;
    const fault = upstreamFault('provider_timeout', 'it answers nothing');
    onFailed(this.#timeOf(fault));
    listener.ended({ outcome: 'failed', calls: [], usage: null, fault });
  }

  #audio(base64: string, upstreamId: string): void {
    const { type, rate = 8000 } = this.#format;
    let bytes: Buffer = Buffer.from(base64, 'base64');
    if (type === 'audio/pcm' && isSampleRate(rate)) {
      if (this.#half) bytes = Buffer.concat([this.#half, bytes]);
      const whole = bytes.length - (bytes.length % 2);
      this.#half = whole < bytes.length ? bytes.subarray(whole) : null;
      const pcm = bytesToPcm16(bytes.subarray(0, whole));
      if (pcm.length > 0) this.#options.listener.audio(pcm, rate, upstreamId);
    } else if (type === 'audio/pcmu' || type === 'audio/pcma') {
      const pcm = type === 'audio/pcmu' ? ulawToPcm16(bytes) : decodeAudio(bytes, 'g711_alaw');
      if (pcm.length > 0) this.#options.listener.audio(pcm, 8000, upstreamId);
    } else {
      this.fail(upstreamFault('provider_garbled', `audio of ${rate} Hz`));
    }
  }
}

function failureOf({ status, status_details: details }: ResponseObject): PipelineError | null {
  if (status !== 'failed') return null;
  return wireFault(details?.type === 'failed' ? details.error : {});
}
