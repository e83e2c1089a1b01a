import { Buffer } from 'node:buffer';
import type { UsageMetadata } from '@google/genai';
import type { OnWire } from './wire-types.ts';

/** A piece of sound. */
export interface WireAudio {
  readonly bytes: Buffer;
  readonly sampleRate: number;
}

/** A tool that the model calls. `arguments` is JSON text. */
export interface WireCall {
  readonly id: string | null;
  readonly name: string;
  readonly arguments: string;
}

/** What one message of the upstream says; a message may say several things at once. */
export interface ServerMessage {
  readonly isSetupComplete: boolean;
  readonly audio: readonly WireAudio[];
  /** What the model says, in writing. */
  readonly said: string;
  /** What the caller said, in writing. */
  readonly heard: string;
  readonly isHeardFinished: boolean;
  readonly isInterrupted: boolean;
  readonly isGenerationComplete: boolean;
  readonly isTurnComplete: boolean;
  /** Why the turn is complete, where that is not the usual thing. */
  readonly turnReason: string | null;
  readonly calls: readonly WireCall[];
  readonly cancelledCalls: readonly string[];
  readonly usage: OnWire<UsageMetadata> | null;
  /** How long the connection lasts, in milliseconds, where it is about to end. */
  readonly goAwayMs: number | null;
  readonly resumption: { readonly handle: string | null } | null;
}

type Fields = Readonly<Record<string, unknown>>;

class Garbled extends Error {}

/** Reads a message; a text where it is none, which says what is wrong and quotes nothing. */
export function parseServerMessage(text: string): ServerMessage | string {
  try {
    const message = mapping(JSON.parse(text), 'message');
    const content = optional(message, 'serverContent');
    const turn = optional(content, 'modelTurn');
    const heard = optional(content, 'inputTranscription');
    const reason = content['turnCompleteReason'];
    const goAway = message['goAway'] === undefined ? null : optional(message, 'goAway');
    const resumption = optional(message, 'sessionResumptionUpdate');
    const usage = message['usageMetadata'];
    return {
      isSetupComplete: message['setupComplete'] !== undefined,
      audio: list(turn, 'parts').flatMap((part) => audioOf(mapping(part, 'part'))),
      said: string(optional(content, 'outputTranscription'), 'text'),
      heard: string(heard, 'text'),
      isHeardFinished: heard['finished'] === true,
      isInterrupted: content['interrupted'] === true,
      isGenerationComplete: content['generationComplete'] === true,
      isTurnComplete: content['turnComplete'] === true || content['waitingForInput'] === true,
      turnReason: typeof reason === 'string' && reason !== UNSPECIFIED ? reason : null,
      calls: list(optional(message, 'toolCall'), 'functionCalls').map(callOf),
      cancelledCalls: list(optional(message, 'toolCallCancellation'), 'ids').filter(
        (id) => typeof id === 'string',
      ),
      usage: usage === undefined ? null : mapping(usage, 'usageMetadata'),
      goAwayMs: goAway && durationMs(string(goAway, 'timeLeft')),
      resumption:
        message['sessionResumptionUpdate'] === undefined
          ? null
          : { handle: resumption['resumable'] === true ? string(resumption, 'newHandle') : null },
    };
  } catch (error) {
    return error instanceof Garbled ? error.message : 'a message that is no JSON';
  }
}

const UNSPECIFIED = 'TURN_COMPLETE_REASON_UNSPECIFIED';

/** A part with sound; thoughts and written parts are nothing anybody hears. */
function audioOf(part: Fields): WireAudio[] {
  if (part['inlineData'] === undefined) return [];
  const data = mapping(part['inlineData'], 'inlineData');
  const type = string(data, 'mimeType');
  if (!type.startsWith('audio/pcm')) throw new Garbled('sound that is no PCM');
  const rate = /rate=(\d+)/u.exec(type)?.[1];
  return [
    { bytes: Buffer.from(string(data, 'data'), 'base64'), sampleRate: Number(rate ?? 24_000) },
  ];
}

function callOf(value: unknown): WireCall {
  const call = mapping(value, 'functionCall');
  const name = string(call, 'name');
  if (name === '') throw new Garbled('a call without a name');
  const id = string(call, 'id');
  return { id: id === '' ? null : id, name, arguments: JSON.stringify(call['args'] ?? {}) };
}

/** `12.5s` in milliseconds; what says nothing is no time at all. */
function durationMs(text: string): number {
  const seconds = /^(\d+(?:\.\d+)?)s$/u.exec(text)?.[1];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}

function mapping(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Garbled(`"${what}" is no object`);
}

function optional(fields: Fields, name: string): Fields {
  return fields[name] === undefined || fields[name] === null ? {} : mapping(fields[name], name);
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name] ?? [];
  if (Array.isArray(value)) return value;
  throw new Garbled(`"${name}" is no list`);
}

function string(fields: Fields, name: string): string {
  const value = fields[name] ?? '';
  if (typeof value === 'string') return value;
  throw new Garbled(`"${name}" is no text`);
}
