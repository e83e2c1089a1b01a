import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import { pcm16ToBytes, wavHeader } from '@antiphon/audio';
import { narrate } from '@antiphon/pipelines';
import { protocolErrors } from '@antiphon/protocol';
import type { AgentDefinition, Clock } from '@antiphon/session';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { AgentShelf } from './agent-choice.ts';
import type { ApiKeys } from './api-key.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { requireKey } from './key-guard.ts';
import type { AgentVoice } from './pipeline-options.ts';
import { sendFault } from './rest-fault.ts';
import type { ServerMetrics } from './server-metrics.ts';

/** As the API has it; some five minutes of speech. */
const MOST_CHARACTERS = 4_096;
const MAX_BODY_BYTES = 64 * 1024;

/** Texts read aloud at once; a conversation is never kept waiting by more. */
const MOST_AT_ONCE = 4;

/** As the API has it for `pcm`. */
const SAMPLE_RATE = 24_000;

const FORMATS = { wav: 'audio/wav', pcm: 'audio/pcm' } as const;

const speechRequest = z.object({
  model: z.string().max(200),
  input: z.string().min(1).max(MOST_CHARACTERS),
  voice: z.union([z.string().max(200), z.object({ id: z.string().max(200) })]).optional(),
  response_format: z.string().max(20).default('mp3'),
  speed: z.number().min(0.25).max(4).default(1),
  stream_format: z.string().max(20).default('audio'),
  instructions: z.string().max(MOST_CHARACTERS).optional(),
});

/** What the route needs. */
export interface SpeechRoutesOptions {
  readonly keys: ApiKeys;
  readonly secrets: ClientSecrets;
  readonly shelf: AgentShelf;
  /** Null where an agent has no voice of its own. */
  readonly voiceOf: (agent: AgentDefinition) => AgentVoice | null;
  /** Why nothing can be read yet, for people; null when it can. */
  readonly unreadyReason: () => string | null;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<ServerMetrics, 'usage'>;
}

/**
 * `POST /v1/audio/speech`: reads a text aloud where there is no conversation, with the voice of an
 * agent, whose name is the `model`; any other model is the default agent. Streams 24 kHz mono as
 * `wav` or `pcm`. Errors are those of the OpenAI API.
 */
export async function speechRoutes(
  app: FastifyInstance,
  options: SpeechRoutesOptions,
): Promise<void> {
  const { keys, secrets } = options;
  let active = 0;
  const route = { onRequest: requireKey(keys, secrets), bodyLimit: MAX_BODY_BYTES };
  app.post('/v1/audio/speech', route, async (request, reply) => {
    const wish = readWish(request, options);
    if ('fault' in wish) return sendFault(reply, wish.status, wish.fault);
    if (active >= MOST_AT_ONCE) {
      const fault = protocolErrors.rateLimitExceeded('as many texts are read aloud as may be');
      return sendFault(reply, 429, fault);
    }
    active += 1;
    try {
      return await readAloud(wish, reply, options);
    } finally {
      active -= 1;
    }
  });
}

interface Wish {
  readonly agent: AgentDefinition;
  readonly text: string;
  readonly voice: AgentVoice;
  readonly speed: number;
  readonly instructions?: string | undefined;
  readonly format: keyof typeof FORMATS;
}

type Refusal = { readonly status: number; readonly fault: ReturnType<typeof invalid> };

function readWish(
  { body }: FastifyRequest,
  { shelf, voiceOf, unreadyReason }: SpeechRoutesOptions,
): Wish | Refusal {
  const read = speechRequest.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    const param = issue?.path.join('.') ?? '';
    return refused(invalid(param, issue?.message ?? 'it is no object'));
  }
  const { model, input, voice: asked, response_format: format, speed } = read.data;
  if (!isFormat(format)) {
    return refused(unsupported('response_format', format, Object.keys(FORMATS)));
  }
  if (read.data.stream_format !== 'audio') {
    return refused(unsupported('stream_format', read.data.stream_format, ['audio']));
  }
  const reason = unreadyReason();
  if (reason !== null) {
    const message = `The server cannot read aloud now: ${reason}. Try again later.`;
    return { status: 503, fault: { ...protocolErrors.serverError(), message } };
  }
  const agent = shelf.agents.get(model) ?? shelf.defaultAgent;
  const own = voiceOf(agent);
  if (!own) {
    const speaking = [...shelf.agents.values()].filter((other) => voiceOf(other));
    return refused(
      unsupported(
        'model',
        agent.name,
        speaking.map(({ name }) => name),
      ),
    );
  }
  const name = (typeof asked === 'string' ? asked : asked?.id) ?? own.voice;
  const { voices, maxInstructions = 0 } = own.textToSpeech;
  if (!voices.includes(name)) return refused(unsupported('voice', name, voices));
  const { instructions = '' } = read.data;
  if (instructions.length > maxInstructions) {
    const problem =
      maxInstructions === 0
        ? `the voice of ${agent.name} follows none; leave them out`
        : `the voice of ${agent.name} follows ${maxInstructions} characters at most`;
    return refused(invalid('instructions', problem));
  }
  const wish = { agent, text: input, voice: { ...own, voice: name }, speed, format };
  return instructions === '' ? wish : { ...wish, instructions };
}

/** Settles when all was sent, the client is gone, or the voice has failed. */
async function readAloud(
  { agent, text, voice, speed, instructions, format }: Wish,
  reply: FastifyReply,
  { clock, log, metrics }: SpeechRoutesOptions,
): Promise<FastifyReply> {
  const sound = new PassThrough();
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    void reply.type(FORMATS[format]).send(sound);
    if (format === 'wav') sound.write(wavHeader({ sampleRate: SAMPLE_RATE, channels: 1 }));
  };
  try {
    await narrate({
      ...voice,
      text,
      speed,
      instructions,
      sampleRate: SAMPLE_RATE,
      clock,
      signal: gone.signal,
      onUsed: (used) => metrics.usage.used({ agent: agent.name, pipeline: agent.pipeline }, used),
      onAudio: async (pcm) => {
        if (!hasBegun) begin();
        if (!sound.write(pcm16ToBytes(pcm))) await drained(sound, gone.signal);
      },
    });
    // A text of marks alone is silence.
    if (!hasBegun) begin();
    sound.end();
  } catch (error) {
    const { code = 'provider_failed' } = error as { readonly code?: string };
    log.warn({ code }, 'a text could not be read aloud');
    // What was sent cannot be taken back: the client sees it broken off.
    if (hasBegun) sound.destroy(error as Error);
    else return sendFault(reply, 502, { ...protocolErrors.serverError(), code });
  }
  return reply;
}

/** Resolves when more may be written, or nobody reads any more. */
async function drained(sound: PassThrough, signal: AbortSignal): Promise<void> {
  await once(sound, 'drain', { signal }).catch(() => {});
}

function isFormat(name: string): name is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, name);
}

function invalid(param: string, reason: string) {
  return protocolErrors.invalidValue({ param, reason });
}

function unsupported(param: string, value: string, supported: readonly string[]) {
  return protocolErrors.unsupportedValue({ param, value, supported: [...supported] });
}

function refused(fault: ReturnType<typeof invalid>): Refusal {
  return { status: 400, fault };
}
