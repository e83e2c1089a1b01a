import { isRecord } from './paths.ts';

type Encoding = 'pcm16' | 'ulaw' | 'alaw';

/** What the session of a test starts with. */
const MODEL = 'test-model';
const VOICE = 'slt';

/** What an update asks for, in either shape: undefined is nothing, null is the default. */
export interface AskedSession {
  readonly type: unknown;
  readonly model: unknown;
  readonly prompt: unknown;
  readonly voice: string | null | undefined;
  readonly inputFormat: Encoding | null | undefined;
  readonly outputFormat: Encoding | null | undefined;
}

/** A session's configuration as far as it decides what else is possible. */
export interface SessionView {
  readonly type: string;
  readonly voice: string;
  readonly inputFormat: Encoding;
  readonly outputFormat: Encoding;
}

export const startingSession = (type: string): SessionView => ({
  type,
  voice: VOICE,
  inputFormat: 'pcm16',
  outputFormat: 'pcm16',
});

/** Reads the `session` of a well-formed update. */
export function askedSession(session: unknown, isTranscription: boolean): AskedSession {
  const flat = recordOf(session);
  const audio = recordOf(flat['audio']);
  const input = recordOf(audio['input']);
  const output = recordOf(audio['output']);
  return {
    type: isTranscription ? 'transcription' : flat['type'],
    model: flat['model'] === null ? MODEL : flat['model'],
    prompt: flat['prompt'],
    voice: voiceOf(output['voice'] === undefined ? flat['voice'] : output['voice']),
    inputFormat: encodingOf(
      input['format'] === undefined ? flat['input_audio_format'] : input['format'],
    ),
    outputFormat: encodingOf(
      output['format'] === undefined ? flat['output_audio_format'] : output['format'],
    ),
  };
}

export function isOtherModel({ model }: AskedSession): boolean {
  return model !== undefined && model !== MODEL;
}

/** The session once the update was carried out. */
export function updatedSession(view: SessionView, asked: AskedSession): SessionView {
  return {
    type: typeof asked.type === 'string' ? asked.type : view.type,
    voice: asked.voice === undefined ? view.voice : (asked.voice ?? VOICE),
    inputFormat:
      asked.inputFormat === undefined ? view.inputFormat : (asked.inputFormat ?? 'pcm16'),
    outputFormat:
      asked.outputFormat === undefined ? view.outputFormat : (asked.outputFormat ?? 'pcm16'),
  };
}

/** The session as the client was shown it last; what a session that only listens leaves out stays. */
export function sessionShown(
  session: Readonly<Record<string, unknown>>,
  last: SessionView,
): SessionView {
  const shown = askedSession(session, session['object'] === 'realtime.transcription_session');
  return {
    type: typeof shown.type === 'string' ? shown.type : 'realtime',
    voice: shown.voice ?? last.voice,
    inputFormat: shown.inputFormat ?? last.inputFormat,
    outputFormat: shown.outputFormat ?? last.outputFormat,
  };
}

/** A voice by name or as `{id}`. */
export function voiceOf(voice: unknown): string | null | undefined {
  if (isRecord(voice)) return String(voice['id']);
  return voice as string | null | undefined;
}

/** A format by either dialect's name or as `{type}`. */
export function encodingOf(format: unknown): Encoding | null | undefined {
  if (format === undefined || format === null) return format;
  const name = String(isRecord(format) ? format['type'] : (format as string));
  if (name.endsWith('ulaw') || name === 'audio/pcmu') return 'ulaw';
  return name.endsWith('alaw') || name === 'audio/pcma' ? 'alaw' : 'pcm16';
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
