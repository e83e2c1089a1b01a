import {
  AlignedTextToSpeech,
  CountedLanguageModel,
  CountedSpeechToText,
  CountedTextToSpeech,
  FallbackLanguageModel,
  FallbackSpeechToText,
  FallbackTextToSpeech,
  ForcedAligner,
  SpelledOutTextToSpeech,
} from '@antiphon/pipelines';
import type {
  CircuitBreaker,
  FallbackOptions,
  LanguageModel,
  SpeechToText,
  TextToSpeech,
} from '@antiphon/pipelines';
import type {
  AgentDefinition,
  CascadeService,
  CascadeServices,
  Fallback,
  TextToSpeechService,
} from '@antiphon/session';
import { breakerSubject } from './breaker-subject.ts';
import { CASCADE_PROVIDERS } from './cascade-providers.ts';
import type { Provider, ProviderSeed } from './cascade-providers.ts';
import type { EmbeddedVoice } from './embedded-voice.ts';
import { keyVariableOf } from './key-variable.ts';
import { modelKey } from './model-key.ts';
import type { PipelineOptions } from './pipeline-options.ts';

/** How long a provider may take to its first result before another is asked: about thrice the usual. */
const BUDGETS_MS = { speechToText: 700, languageModel: 1_200, textToSpeech: 700 };

/** How long the last voice that an agent names may be silent before the embedded one speaks. */
const LAST_RESORT_MS = 1_500;

/** How long those of a service that are asked before the last may take together. */
export function standInTime(
  kind: keyof typeof BUDGETS_MS,
  { budgetMs = BUDGETS_MS[kind], fallback = [] }: Fallback<unknown>,
): number {
  return budgetMs * fallback.length;
}

/** An agent, and one of the services behind it. */
interface Served<Service> {
  readonly agent: AgentDefinition;
  readonly service: Service;
}

/** What speaks for an agent. */
interface Speech {
  readonly inConversation: TextToSpeech;
  /** As the agent names them, without the last resort. */
  readonly alone: TextToSpeech;
  /** How long the others may take before the last one speaks. */
  readonly standInMs: number;
}

/** Opens the providers of cascades, and closes all of them at once. */
export class CascadeParts {
  readonly #options: PipelineOptions;
  readonly #voice: EmbeddedVoice;
  readonly #recogniserThreads: number;
  readonly #open = new Set<{ close?(): Promise<void> }>();
  #aligner: Promise<ForcedAligner> | null = null;

  /** With the voice in the process, which others close, and the threads of each recogniser in it. */
  constructor(options: PipelineOptions, voice: EmbeddedVoice, recogniserThreads: number) {
    this.#options = options;
    this.#voice = voice;
    this.#recogniserThreads = recogniserThreads;
  }

  async speechToText(served: Served<CascadeServices['speechToText']>): Promise<SpeechToText> {
    const providers = await this.#each(served, async (one) => {
      const made = await this.#made(CASCADE_PROVIDERS.speechToText, one);
      return isHosted('speechToText', one.service)
        ? new CountedSpeechToText(made, countedAs(one.service), this.#options.clock)
        : made;
    });
    if (providers.length === 1) return providers[0]!;
    return new FallbackSpeechToText(this.#fallback('speechToText', served, providers));
  }

  async languageModel(served: Served<CascadeServices['languageModel']>): Promise<LanguageModel> {
    const { hedges = false } = served.service;
    const providers = await this.#each(served, async (one) => {
      const made = await this.#made(CASCADE_PROVIDERS.languageModel, one);
      return isHosted('languageModel', one.service)
        ? new CountedLanguageModel(made, countedAs(one.service), this.#options.clock)
        : made;
    });
    if (providers.length === 1) return providers[0]!;
    const options = this.#fallback('languageModel', served, providers);
    return new FallbackLanguageModel({ ...options, hedges });
  }

  /**
   * Tells when its words are said, and says numbers as people do. In a conversation the embedded
   * voice speaks where all others fail, so that a caller hears an apology at least.
   */
  async textToSpeech(served: Served<CascadeServices['textToSpeech']>): Promise<Speech> {
    const { service } = served;
    const providers = await this.#each(served, (one) => this.#voiceOf(one));
    const options = this.#fallback('textToSpeech', served, providers);
    const alone = providers.length > 1 ? new FallbackTextToSpeech(options) : providers[0]!;
    const standInMs = standInTime('textToSpeech', service);
    const named = [service, ...(service.fallback ?? [])];
    if (named.some(({ provider }) => provider === 'embedded'))
      return { inConversation: alone, alone, standInMs };
    const { budgetMs } = options;
    const lastResort = {
      provider: await this.#voice.load(),
      breaker: this.#options.breakers.of(
        breakerSubject('textToSpeech', { provider: 'embedded' }, null),
      ),
      afterMs: Math.max(budgetMs, LAST_RESORT_MS),
    };
    return {
      inConversation: new FallbackTextToSpeech({ ...options, lastResort }),
      alone,
      standInMs: standInMs + lastResort.afterMs,
    };
  }

  async #voiceOf(served: Served<TextToSpeechService>): Promise<TextToSpeech> {
    const { service } = served;
    const made = await this.#made(CASCADE_PROVIDERS.textToSpeech, served);
    const provider = CASCADE_PROVIDERS.textToSpeech[service.provider];
    if (!provider?.hosted) return made;
    const counted = new CountedTextToSpeech(made, countedAs(service));
    const { clock } = this.#options;
    const spelled = new SpelledOutTextToSpeech(counted, { clock });
    if (!provider.isUntimed?.(service)) return spelled;
    return new AlignedTextToSpeech(spelled, { aligner: await this.#alignerOf(), clock });
  }

  async close(): Promise<void> {
    const parts = [...this.#open].toReversed();
    this.#open.clear();
    for (const part of parts) await part.close?.();
  }

  /** The service, and those that stand in for it. */
  async #each<Service extends CascadeService, Made>(
    { agent, service }: Served<Service & Fallback<Service>>,
    make: (one: Served<Service>) => Promise<Made>,
  ): Promise<Made[]> {
    const made: Made[] = [];
    for (const one of [service, ...(service.fallback ?? [])]) {
      made.push(await make({ agent, service: one }));
    }
    return made;
  }

  #fallback<Part>(
    kind: keyof typeof BUDGETS_MS,
    { agent, service }: Served<CascadeService & Fallback<CascadeService>>,
    providers: readonly Part[],
  ): FallbackOptions<Part> {
    const { clock, log } = this.#options;
    return {
      providers,
      budgetMs: service.budgetMs ?? BUDGETS_MS[kind],
      breakers: this.#breakersOf(kind, service),
      clock,
      onTookOver: (tookOver) => {
        // While its breaker is open every request says so, and the breaker has said it once.
        const level = tookOver.why === 'open' ? 'debug' : 'warn';
        log[level]({ agent: agent.name, ...tookOver }, 'provider replaced');
      },
    };
  }

  /** Those of the process, which other agents with the same providers share. */
  #breakersOf(
    kind: keyof typeof BUDGETS_MS,
    service: CascadeService & Fallback<CascadeService>,
  ): CircuitBreaker[] {
    const { breakers } = this.#options;
    return [service, ...(service.fallback ?? [])].map((one) => {
      const { hosted = null } = CASCADE_PROVIDERS[kind][one.provider] ?? {};
      return breakers.of(breakerSubject(kind, one, hosted), service.breaker);
    });
  }

  #alignerOf(): Promise<ForcedAligner> {
    this.#aligner ??= this.#load('Loading the aligner', () => ForcedAligner.start({ workers: 1 }));
    return this.#aligner;
  }

  async #load<Part extends { close(): Promise<void> }>(
    doing: string,
    start: () => Promise<Part>,
  ): Promise<Part> {
    this.#options.onProgress(doing);
    const part = await start();
    this.#open.add(part);
    return part;
  }

  async #made<Service extends CascadeService, Made extends { close?(): Promise<void> }>(
    providers: Readonly<Record<string, Provider<Service, Made>>>,
    { agent, service }: Served<Service>,
  ): Promise<Made> {
    const provider = providers[service.provider];
    if (!provider) throw new TypeError(`${agent.name} has a provider that was not looked at.`);
    const { clock, variables, onProgress } = this.#options;
    const seed: ProviderSeed<Service> = {
      agent,
      service,
      apiKey: null,
      clock,
      threads: this.#recogniserThreads,
      embeddedVoice: () => this.#voice.load(),
      onProgress,
    };
    const variable = keyVariableOf(service, provider.hosted);
    const apiKey = variable === null ? null : modelKey(agent.name, variable, variables);
    const made = await provider.open({ ...seed, apiKey });
    if (!provider.isShared) this.#open.add(made);
    return made;
  }
}

/** What runs in the process is paid for by nobody. */
function isHosted(kind: keyof typeof BUDGETS_MS, { provider }: CascadeService): boolean {
  return (CASCADE_PROVIDERS[kind][provider]?.hosted ?? null) !== null;
}

function countedAs<Prices>(service: CascadeService & { readonly prices?: Prices | undefined }) {
  const { provider, model = null, prices } = service;
  return { provider, model, prices };
}
