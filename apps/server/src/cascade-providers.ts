import type { KnownProvider, KnownProviders } from '@antiphon/agents';
import {
  DeepgramSpeechToText,
  OpenaiChatLanguageModel,
  OpenaiSpeechToText,
  ScriptedLanguageModel,
  SoundSwallowerSpeechToText,
} from '@antiphon/pipelines';
import type {
  FliteTextToSpeech,
  LanguageModel,
  SpeechToText,
  TextToSpeech,
} from '@antiphon/pipelines';
import type { AgentDefinition, CascadeServices, Clock, Dialogue } from '@antiphon/session';
import { HOSTED_VOICES, OPENAI } from './hosted-voices.ts';
import { ServerError } from './server-error.ts';

/** What a provider is opened with, for the sessions of one agent. */
export interface ProviderSeed<Service> {
  readonly agent: AgentDefinition;
  readonly service: Service;
  /** Null where none is sent. */
  readonly apiKey: string | null;
  readonly clock: Clock;
  /** Of a recogniser in the process. */
  readonly threads: number;
  /** The synthesizer in the process, which all agents share and nobody closes. */
  readonly embeddedVoice: () => Promise<FliteTextToSpeech>;
  /** Told, in a few words, what is being loaded. */
  readonly onProgress: (doing: string) => void;
}

/** One who may serve, and how it is opened. */
export interface Provider<Service, Made> {
  /** Null for one in the process. */
  readonly hosted: KnownProvider | null;
  open(seed: ProviderSeed<Service>): Made | Promise<Made>;
  /** Whether it is one for all agents, and closed by others. */
  readonly isShared?: true;
  /** Whether the words of a synthesizer have to be found in its audio; they have not unless given. */
  readonly isUntimed?: (service: Service) => boolean;
}

type Providers<Service extends keyof CascadeServices, Made> = Readonly<
  Record<string, Provider<CascadeServices[Service], Made>>
>;

/** Whoever may serve a cascade, by the name that agents give. */
export const CASCADE_PROVIDERS: {
  readonly speechToText: Providers<'speechToText', SpeechToText>;
  readonly languageModel: Providers<'languageModel', LanguageModel>;
  readonly textToSpeech: Providers<'textToSpeech', TextToSpeech>;
} = {
  speechToText: {
    embedded: {
      hosted: null,
      open: ({ agent, threads: workers, onProgress }) => {
        const dialogue = dialogueOf(agent);
        onProgress(`Teaching the recogniser what callers say to ${agent.name}`);
        return SoundSwallowerSpeechToText.start({ dialogue, workers });
      },
    },
    deepgram: {
      hosted: {
        address: 'wss://api.deepgram.com/v1/listen',
        keyVariable: 'DEEPGRAM_API_KEY',
        finalizesPauses: true,
      },
      open: ({ service: { model, url, language, finalizesPauses }, apiKey, clock }) =>
        new DeepgramSpeechToText({
          apiKey: apiKey ?? '',
          model,
          url,
          language,
          finalizesPauses,
          clock,
        }),
    },
    openai: {
      hosted: {
        address: 'wss://api.openai.com/v1/realtime?intent=transcription',
        keyVariable: OPENAI.keyVariable,
      },
      open: ({ service: { model, url, language, apiKeyHeader }, apiKey, clock }) =>
        new OpenaiSpeechToText({
          apiKey: apiKey ?? '',
          model,
          url,
          language,
          apiKeyHeader,
          clock,
        }),
    },
  },
  languageModel: {
    embedded: { hosted: null, open: ({ agent }) => new ScriptedLanguageModel(dialogueOf(agent)) },
    openai: {
      hosted: { ...OPENAI, needsModel: true },
      open: ({ service: { model = '', url, apiKeyHeader, apiVersion }, apiKey, clock }) =>
        new OpenaiChatLanguageModel({ model, apiKey, apiKeyHeader, url, apiVersion, clock }),
    },
  },
  textToSpeech: {
    embedded: { hosted: null, isShared: true, open: ({ embeddedVoice }) => embeddedVoice() },
    ...HOSTED_VOICES,
  },
};

/** The same names, with what a folder has to say of each. */
export const KNOWN_CASCADE_PROVIDERS: KnownProviders = {
  speechToText: hostedOf(CASCADE_PROVIDERS.speechToText),
  languageModel: hostedOf(CASCADE_PROVIDERS.languageModel),
  textToSpeech: hostedOf(CASCADE_PROVIDERS.textToSpeech),
};

function hostedOf(
  providers: Readonly<Record<string, { readonly hosted: KnownProvider | null }>>,
): Readonly<Record<string, KnownProvider | null>> {
  return Object.fromEntries(Object.entries(providers).map(([name, { hosted }]) => [name, hosted]));
}

function dialogueOf({ name, pipeline, dialogue }: AgentDefinition): Dialogue {
  if (dialogue) return dialogue;
  throw new ServerError(
    'agents_unusable',
    `The agent ${name} has the pipeline "${pipeline}", which follows a script or listens for its ` +
      'words. Write its dialogue.yaml, or choose another pipeline or provider.',
  );
}
