import type { Clock, TimerHandle } from '@antiphon/session';
import type {
  LanguageModelPart,
  LanguageModelRequest,
} from '../../cascade/ports/language-model.ts';
import { StallTimer } from '../../cascade/stall-timer.ts';
import type { PipelineError } from '../../pipeline-error.ts';
import { providerFault } from '../provider-fault.ts';
import type { WarmHttp } from '../warm-http.ts';
import { refusalFault, toldApiError } from './chat-fault.ts';
import type { ChatRefusal } from './chat-fault.ts';
import type { ChatParams } from './chat-params.ts';
import { ChatStream } from './chat-stream.ts';

/** The end of a body follows its last event; a server that keeps it back loses the connection. */
const END_MS = 250;

/** What a {@link ChatAsk} needs. */
export interface ChatAskOptions {
  readonly provider: string;
  readonly http: WarmHttp;
  readonly params: ChatParams;
  readonly clock: Clock;
  /** How long the server may send nothing. */
  readonly silenceMs: number;
  /** It holds no connection any more. */
  readonly onOver: () => void;
}

/** One request and its answer, asked again where the server does not know what it was sent. */
export class ChatAsk {
  readonly #options: ChatAskOptions;
  readonly #request: LanguageModelRequest;
  readonly #stream: ChatStream;
  readonly #stall: StallTimer;
  #cancel = (): void => {};
  #endTimer: TimerHandle | null = null;
  #isOver = false;

  constructor(request: LanguageModelRequest, options: ChatAskOptions) {
    const { provider, clock, silenceMs } = options;
    this.#options = options;
    this.#request = request;
    this.#stream = new ChatStream({
      provider,
      takesCalls: request.toolChoice !== 'none',
      takenIds: callIdsOf(request),
    });
    this.#stall = new StallTimer(clock, () =>
      this.fail(providerFault(provider, 'provider_timeout', `nothing came for ${silenceMs} ms`)),
    );
  }

  /** Sends the request, once. */
  start(): void {
    this.#stall.start(this.#options.silenceMs);
    this.#post();
  }

  /** The next part, one read at a time; null after the last. Rejects with what it failed with. */
  next(): Promise<LanguageModelPart | null> {
    return this.#stream.next();
  }

  /** Fails in place of what has not come yet. */
  fail(fault: PipelineError): void {
    this.#stream.fail(fault);
    this.#stop();
  }

  /** Nobody reads on. A connection whose answer is whole is kept, once the body has ended. */
  leave(): void {
    const isWhole = this.#stream.isWhole;
    this.#stream.leave();
    if (!isWhole || this.#isOver) this.#stop();
    else this.#endTimer ??= this.#options.clock.setTimeout(() => this.#stop(), END_MS);
  }

  #post(): void {
    const { provider, http, params } = this.#options;
    const sent = params.of(this.#request);
    let refusal: ChatRefusal | null = null;
    this.#cancel = http.post(JSON.stringify(sent), {
      head: () => this.#stall.touch(),
      data: (bytes) => {
        this.#stall.touch();
        this.#stream.hear(bytes);
        if (this.#stream.isOver) this.#stall.stop();
      },
      end: () => {
        this.#stream.end();
        this.#stop();
      },
      refusal: (status, body) => {
        refusal = { status, ...toldApiError(parsed(body)) };
        return refusalFault(provider, refusal);
      },
      fault: (fault) => {
        if (refusal && params.learnFrom(refusal, sent)) this.#post();
        else this.fail(fault);
      },
    });
  }

  #stop(): void {
    this.#stall.stop();
    if (this.#endTimer !== null) this.#options.clock.clearTimeout(this.#endTimer);
    this.#endTimer = null;
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancel();
    this.#options.onOver();
  }
}

function callIdsOf({ history }: LanguageModelRequest): ReadonlySet<string> {
  return new Set(history.flatMap((item) => (item.kind === 'toolCall' ? [item.callId] : [])));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}
