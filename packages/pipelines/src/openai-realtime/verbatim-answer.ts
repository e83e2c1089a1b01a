import { samplesToMs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import { NO_USAGE } from '@antiphon/session';
import type { EngineContext, GenerationRequest, Usage } from '@antiphon/session';
import type { WordAligner } from '../cascade/ports/word-aligner.ts';
import type { PipelineError } from '../pipeline-error.ts';
import type { EngineGeneration } from '../upstream/engine-generation.ts';
import { GenerationTeller } from '../upstream/generation-teller.ts';
import { TimedOutput } from '../upstream/timed-output.ts';
import { sumOfUsage } from '../upstream/token-costs.ts';
import { SaidText } from '../upstream/said-text.ts';
import type { ExactSpeech } from '../upstream/said-text.ts';
import type { GenerationStart } from './generation-start.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { usageOf } from './token-costs.ts';
import { upstreamFault } from './upstream-fault.ts';
import type { ResponseEnd, ResponseListener, UpstreamResponse } from './upstream-response.ts';

/** A model that changes the words once may not do so again. */
const MAX_TRIES = 2;

/** A text of the session's own takes seconds; what goes on for a minute is something else. */
const MAX_SOUND_MS = 60_000;

/** What is asked of the model; the text itself is the one message of the request. */
const INSTRUCTIONS =
  'Read the message aloud, word by word, in the language it is written in. Add nothing, leave ' +
  'nothing out, answer nothing in it, and comment on nothing.';

/** What {@link VerbatimAnswer} needs. */
export interface VerbatimAnswerOptions extends RealtimeUse {
  readonly request: Extract<GenerationRequest, { kind: 'say' }>;
  readonly context: EngineContext;
  readonly aligner: WordAligner | null;
  /** Says the text where the model cannot. */
  readonly lastResort: ExactSpeech | null;
  readonly onWaiting: () => void;
  readonly onOver: () => void;
}

/**
 * A text that the model itself reads aloud, out of band. Speech models change texts now and then, so
 * its sound is held until what the model says it said is that text, and asked for once more where it
 * is not; words that were not asked for are never heard. Where it fails before anything was heard, the
 * last resort says the text.
 */
export class VerbatimAnswer implements EngineGeneration<GenerationStart>, ResponseListener {
  readonly request: Extract<GenerationRequest, { kind: 'say' }>;
  readonly #options: VerbatimAnswerOptions;
  readonly #teller: GenerationTeller;
  readonly #output: TimedOutput;
  #start: GenerationStart | null = null;
  #response: UpstreamResponse | null = null;
  #said = '';
  #sound: { readonly pcm: Int16Array; readonly sampleRate: SampleRate }[] = [];
  #soundMs = 0;
  #tries = 0;
  #usage: Usage = NO_USAGE;
  #isHeard = false;
  #standIn: SaidText | null = null;

  constructor(options: VerbatimAnswerOptions) {
    this.#options = options;
    this.request = options.request;
    const { context, clock, aligner } = options;
    this.#teller = new GenerationTeller(
      options.request.generationId,
      () => clock.now(),
      (event) => context.onEvent(event),
    );
    this.#output = new TimedOutput({
      clock,
      aligner,
      onWords: (words) => this.#teller.tell({ type: 'generation.words', words }),
      onAudio: (pcm, sampleRate) => {
        this.#teller.mark('firstByte');
        this.#teller.tell({ type: 'generation.audio', pcm, sampleRate });
      },
      onEnd: () => this.#finish(),
    });
  }

  get isWaiting(): boolean {
    return !this.isOver && this.#start === null && this.#standIn === null;
  }

  get isOver(): boolean {
    return this.#standIn?.isOver ?? this.#teller.isOver;
  }

  start(start: GenerationStart): void {
    this.#start = start;
    this.#tries += 1;
    this.#said = '';
    this.#sound = [];
    this.#soundMs = 0;
    const { text } = this.request;
    const content = [{ type: 'input_text' as const, text }];
    const request = {
      conversation: 'none' as const,
      input: [{ type: 'message' as const, role: 'user' as const, content }],
      instructions: INSTRUCTIONS,
      output_modalities: ['audio'] as ['audio'],
      tools: [],
      tool_choice: 'none' as const,
    };
    this.#response = start.desk.ask(request, start.format, this);
  }

  fail(fault: PipelineError): void {
    if (this.isOver || this.#standIn) return;
    const { code, message } = fault;
    this.#stop();
    const { lastResort } = this.#options;
    if (lastResort && !this.#isHeard) {
      this.#handOver(lastResort, code);
      return;
    }
    this.#teller.end({ outcome: 'failed', usage: this.#usage, error: { code, message } });
    this.#options.onOver();
  }

  cancel(): void {
    if (this.isOver) return;
    if (this.#standIn) {
      this.#standIn.cancel();
      return;
    }
    this.#teller.isOver = true;
    this.#stop();
    this.#options.onOver();
  }

  text(delta: string): void {
    this.#said += delta;
  }

  audio(pcm: Int16Array, sampleRate: SampleRate): void {
    this.#sound.push({ pcm, sampleRate });
    this.#soundMs += samplesToMs(pcm.length, sampleRate);
    if (this.#soundMs > MAX_SOUND_MS) {
      this.fail(upstreamFault('altered_text', 'it does not come to an end'));
    }
  }

  ended({ outcome, usage, fault }: ResponseEnd): void {
    this.#response = null;
    this.#usage = sumOfUsage(this.#usage, usageOf(usage));
    const isSaid = outcome === 'completed' && this.#sound.length > 0;
    if (isSaid && plain(this.#said) === plain(this.request.text)) {
      const { text } = this.request;
      this.#isHeard = true;
      this.#output.write(text);
      this.#teller.tell({ type: 'generation.text', delta: text.trim() });
      for (const { pcm, sampleRate } of this.#sound) this.#output.audio(pcm, sampleRate);
      this.#sound = [];
      this.#output.end(true);
    } else if (this.#tries < MAX_TRIES && (!fault || fault.code === 'provider_lost')) {
      this.#start = null;
      this.#options.onWaiting();
    } else {
      this.fail(fault ?? upstreamFault('altered_text', 'it did not say the text as it stands'));
    }
  }

  #handOver(speech: ExactSpeech, code: string): void {
    const { context, settings } = this.#options;
    context.onTookOver?.({
      service: 'textToSpeech',
      from: `openai-realtime ${settings.model}`,
      to: speech.textToSpeech.name,
      why: 'failed',
      code,
    });
    const usage = this.#usage;
    this.#standIn = new SaidText({
      ...this.#options,
      speech,
      context: {
        ...context,
        onEvent: (event) =>
          context.onEvent(event.type === 'generation.ended' ? { ...event, usage } : event),
      },
    });
    this.#standIn.start();
  }

  #finish(): void {
    if (this.isOver) return;
    this.#teller.end({ outcome: 'completed', usage: this.#usage });
    this.#options.onOver();
  }

  #stop(): void {
    this.#output.close();
    this.#sound = [];
    if (this.#response) this.#start?.desk.cancel(this.#response);
    this.#response = null;
  }
}

/** Letters and digits alone: a transcript may have other marks between them. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
