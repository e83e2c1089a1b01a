import {
  CartesiaTextToSpeech,
  ElevenlabsTextToSpeech,
  HumeTextToSpeech,
  OpenaiTextToSpeech,
} from '@antiphon/pipelines';
import type { TextToSpeech } from '@antiphon/pipelines';
import type { CascadeServices, Clock } from '@antiphon/session';
import type { Provider, ProviderSeed } from './cascade-providers.ts';
import { ServerError } from './server-error.ts';

type Voice = CascadeServices['textToSpeech'];

/** Where the services of OpenAI are, and where their key usually is. */
export const OPENAI = { address: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY' };

/** Synthesizers that are reached over the network. */
export const HOSTED_VOICES: Readonly<Record<string, Provider<Voice, TextToSpeech>>> = {
  openai: {
    hosted: OPENAI,
    isUntimed: () => true,
    open: (seed) => {
      const { apiKeyHeader } = seed.service;
      return new OpenaiTextToSpeech({ ...common(seed), ...(apiKeyHeader && { apiKeyHeader }) });
    },
  },
  elevenlabs: {
    hosted: { address: 'wss://api.elevenlabs.io', keyVariable: 'ELEVENLABS_API_KEY' },
    open: (seed) => new ElevenlabsTextToSpeech(common(seed)),
  },
  cartesia: {
    hosted: {
      address: 'wss://api.cartesia.ai/tts/websocket',
      keyVariable: 'CARTESIA_API_KEY',
    },
    open: (seed) => new CartesiaTextToSpeech(common(seed)),
  },
  hume: {
    hosted: { address: 'https://api.hume.ai', keyVariable: 'HUME_API_KEY' },
    isUntimed: ({ model }) => model === '1',
    open: (seed) => {
      const { model, ...others } = common(seed);
      return new HumeTextToSpeech({ ...others, ...(model && { model: octaveOf(seed, model) }) });
    },
  },
};

interface CommonOptions {
  readonly apiKey: string;
  readonly voice: string;
  readonly clock: Clock;
  readonly url?: string;
  readonly model?: string;
}

function common({ agent, service, apiKey, clock }: ProviderSeed<Voice>): CommonOptions {
  const { url, model, apiVersion, voice = agent.config.voice } = service;
  return {
    // A server of one's own may ask for none.
    apiKey: apiKey ?? '',
    voice,
    clock,
    ...(url !== undefined && { url: withVersion(url, apiVersion) }),
    ...(model !== undefined && { model }),
  };
}

function withVersion(url: string, apiVersion: string | undefined): string {
  if (apiVersion === undefined) return url;
  const address = new URL(url);
  address.searchParams.set('api-version', apiVersion);
  return address.href;
}

function octaveOf({ agent }: ProviderSeed<Voice>, model: string): '1' | '2' {
  if (model === '1' || model === '2') return model;
  throw new ServerError(
    'agents_unusable',
    `The agent ${agent.name} has the model "${model}" of hume; use "1" or "2".`,
  );
}
