import {
  AlignedTextToSpeech,
  FliteTextToSpeech,
  ForcedAligner,
  SpelledOutTextToSpeech,
} from '@antiphon/pipelines';
import type { LanguageModel, SpeechToText, TextToSpeech } from '@antiphon/pipelines';
import type { AgentDefinition, CascadeService, CascadeServices } from '@antiphon/session';
import { CASCADE_PROVIDERS } from './cascade-providers.ts';
import type { Provider, ProviderSeed } from './cascade-providers.ts';
import { modelKey } from './model-helpers.ts';
import type { PipelineOptions } from './pipeline-options.ts';
import { threadsOf } from './threads-of.ts';

/** Speaking takes a tenth of what recognising does. */
const SPEECH_SHARE = 1 / 4;

/** An agent, and one of the services behind it. */
interface Served<Service> {
  readonly agent: AgentDefinition;
  readonly service: Service;
}

/** Opens the providers of cascades, and closes all of them at once. */
export class CascadeParts {
  readonly #options: PipelineOptions;
  readonly #recogniserThreads: number;
  readonly #open = new Set<{ close?(): Promise<void> }>();
  #voice: Promise<FliteTextToSpeech> | null = null;
  #aligner: Promise<ForcedAligner> | null = null;

  /** With the threads of each recogniser in the process. */
  constructor(options: PipelineOptions, recogniserThreads: number) {
    this.#options = options;
    this.#recogniserThreads = recogniserThreads;
  }

  speechToText(served: Served<CascadeServices['speechToText']>): Promise<SpeechToText> {
    return this.#made(CASCADE_PROVIDERS.speechToText, served);
  }

  languageModel(served: Served<CascadeServices['languageModel']>): Promise<LanguageModel> {
    return this.#made(CASCADE_PROVIDERS.languageModel, served);
  }

  /** One that tells when its words are said, and says numbers as people do. */
  async textToSpeech(served: Served<CascadeServices['textToSpeech']>): Promise<TextToSpeech> {
    const { service } = served;
    const made = await this.#made(CASCADE_PROVIDERS.textToSpeech, served);
    const provider = CASCADE_PROVIDERS.textToSpeech[service.provider];
    if (!provider?.hosted) return made;
    const spelled = new SpelledOutTextToSpeech(made);
    if (!provider.isUntimed?.(service)) return spelled;
    const { clock } = this.#options;
    return new AlignedTextToSpeech(spelled, { aligner: await this.#alignerOf(), clock });
  }

  /** The synthesizer in the process, one for all agents. */
  voice(): Promise<FliteTextToSpeech> {
    this.#voice ??= this.#load('Loading the voice', () =>
      FliteTextToSpeech.start({ workers: threadsOf(SPEECH_SHARE) }),
    );
    return this.#voice;
  }

  async close(): Promise<void> {
    const parts = [...this.#open].toReversed();
    this.#open.clear();
    for (const part of parts) await part.close?.();
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
      embeddedVoice: () => this.voice(),
      onProgress,
    };
    const variable = keyVariableOf(service, provider);
    const apiKey = variable === null ? null : modelKey(agent.name, variable, variables);
    const made = await provider.open({ ...seed, apiKey });
    this.#open.add(made);
    return made;
  }
}

/** Another server is not given the key of the provider unless it is said. */
function keyVariableOf(
  { apiKeyVariable, url }: CascadeService,
  { hosted }: Pick<Provider<never, unknown>, 'hosted'>,
): string | null {
  if (apiKeyVariable !== undefined) return apiKeyVariable;
  return hosted === null || url !== undefined ? null : hosted.keyVariable;
}
