import { randomBytes } from 'node:crypto';
import type { File as GeminiFile, FileData } from '@google/genai';
import { z } from 'zod';
import { AnalysisError } from '../analysis-error.ts';
import { pause, postJson, sendRequest } from '../analyst-post.ts';
import type { PostAnswer } from '../analyst-post.ts';
import { methodUrl } from '../analyst-settings.ts';
import { sizeOf } from '../audio-size.ts';
import type { Asking } from '../call-analyst.ts';
import type { CallSound } from '../call-sound.ts';
import { providerFault } from '../provider-fault.ts';
import { GEMINI, refusalOf } from './gemini-refusal.ts';
import { GeminiUpload } from './gemini-upload.ts';

const WAV_TYPE = 'audio/wav';

/** What has to go well within this is not waited for by whoever gave the question up. */
const DELETING_MS = 5_000;
const MOST_DELETES = 3;

/** So many looks in a row may come to nothing. */
const MOST_LOST_LOOKS = 5;

const fileSchema = z.object({
  name: z.string().regex(/^files\/[\w-]{1,100}$/u),
  state: z.string().optional(),
  uri: z.string().optional(),
});

type KnownFile = z.output<typeof fileSchema>;

/** The files of one key at one server. */
export interface GeminiFilesOptions {
  /** The base of the API, such as `…/v1beta`. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of each request, and of all the time a file may take to become active. */
  readonly timeoutMs: number;
  /** How often a file is looked at that is not active yet. */
  readonly pollMs: number;
  readonly retryMs: number;
  readonly partBytes: number;
}

/**
 * Sound that is too much for one request, as a file of the Files API for as long as it is needed.
 * It is sent to the server it was meant for only, whatever address an upload is told to go to.
 */
export class GeminiFiles {
  readonly #options: GeminiFilesOptions;

  constructor(options: GeminiFilesOptions) {
    this.#options = options;
  }

  /** Uploads the sound, has it `used`, and deletes it, whatever came of it. */
  async lend<T>(
    sound: CallSound,
    asking: Asking,
    used: (file: FileData) => Promise<T>,
  ): Promise<T> {
    const { signal, onProgress = () => {} } = asking;
    // Named here, so that it can be deleted also where nothing came back.
    let name = `files/antiphon-${randomBytes(12).toString('hex')}`;
    const upload = await this.#start(name, sound.bytes, signal);
    try {
      const onSent = (bytes: number): void =>
        onProgress(`sent ${sizeOf(bytes)} of ${sizeOf(sound.bytes)}`);
      const told = toldFile(await upload.send(sound, { signal, onSent }));
      name = told?.name ?? name;
      const fileUri = await this.#active(name, told, signal);
      return await used({ fileUri, mimeType: WAV_TYPE });
    } finally {
      if (!upload.isFinal) await upload.cancel(AbortSignal.timeout(DELETING_MS)).catch(() => {});
      if (upload.mayBeFinal) await this.#delete(name, asking);
    }
  }

  async #start(name: string, bytes: number, signal: AbortSignal): Promise<GeminiUpload> {
    const { base, headers, timeoutMs, retryMs, partBytes } = this.#options;
    const file: GeminiFile = { name, mimeType: WAV_TYPE, sizeBytes: String(bytes) };
    const at = methodUrl(base, 'files');
    at.pathname = at.pathname.replace(/([^/]*)\/files$/u, 'upload/$1/files');
    const answer = await postJson({
      provider: GEMINI,
      url: at,
      headers: {
        ...headers,
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
        'x-goog-upload-header-content-length': String(bytes),
        'x-goog-upload-header-content-type': WAV_TYPE,
      },
      body: { file },
      timeoutMs,
      signal,
    });
    if (answer.status === 404 || answer.status === 405) throw filesMissing(bytes);
    if (answer.status !== 200) throw refusalOf(answer, bytes);
    const told = answer.headers.get('x-goog-upload-url') ?? '';
    if (!URL.canParse(told)) {
      throw providerFault(GEMINI, 'provider_garbled', 'no address for the sound');
    }
    const url = new URL(told);
    const { protocol, host } = at;
    Object.assign(url, { protocol, host, username: '', password: '' });
    return new GeminiUpload(bytes, { url, headers, timeoutMs, retryMs, partBytes });
  }

  /** Waits until the file can be used; resolves to its address. */
  async #active(name: string, told: KnownFile | null, signal: AbortSignal): Promise<string> {
    const { timeoutMs, pollMs } = this.#options;
    const atMost = performance.now() + timeoutMs;
    let file = told;
    for (let lost = 0; ;) {
      const { state = 'PROCESSING', uri } = file ?? {};
      if (state === 'ACTIVE' && uri !== undefined) return uri;
      if (state === 'FAILED') {
        throw providerFault(GEMINI, 'provider_failed', 'it could not read the sound: FAILED');
      }
      if (performance.now() >= atMost) {
        const note = `the sound was not ready within ${timeoutMs / 1000} s`;
        throw providerFault(GEMINI, 'provider_timeout', note);
      }
      if (file !== null || lost > 0) await pause(pollMs, signal);
      try {
        file = await this.#look(name, signal);
        lost = 0;
      } catch (error) {
        lost += 1;
        const isPassing = error instanceof AnalysisError && error.isPassing;
        if (!isPassing || lost === MOST_LOST_LOOKS) throw error;
      }
    }
  }

  async #look(name: string, signal: AbortSignal): Promise<KnownFile> {
    const answer = await this.#ask('GET', name, signal);
    if (answer.status !== 200) throw refusalOf(answer, 0);
    const file = fileSchema.safeParse(answer.json);
    if (!file.success) throw providerFault(GEMINI, 'provider_garbled', 'no file of its API');
    return file.data;
  }

  async #delete(name: string, { onNotice }: Asking): Promise<void> {
    const { retryMs } = this.#options;
    let why = '';
    for (let tries = 1; tries <= MOST_DELETES; tries++) {
      const signal = AbortSignal.timeout(DELETING_MS);
      try {
        const { status } = await this.#ask('DELETE', name, signal);
        // Of a file that never came to be, or is gone, it says that nobody may.
        if (status === 200 || status === 403 || status === 404) return;
        why = `HTTP ${status}`;
      } catch (error) {
        why = error instanceof AnalysisError ? error.code : 'unknown';
      }
      if (tries < MOST_DELETES) await pause(retryMs, new AbortController().signal);
    }
    onNotice?.(
      `${GEMINI} still has the sound as ${name}: it could not be deleted (${why}). ` +
        'Delete it there; otherwise Google does so within two days.',
    );
  }

  #ask(method: 'GET' | 'DELETE', name: string, signal: AbortSignal): Promise<PostAnswer> {
    const { base, headers, timeoutMs } = this.#options;
    const url = methodUrl(base, name);
    return sendRequest({ provider: GEMINI, method, url, headers, timeoutMs, signal });
  }
}

/** What the last answer of an upload says of its file. */
function toldFile(json: unknown): KnownFile | null {
  const told = z.object({ file: fileSchema }).safeParse(json);
  return told.success ? told.data.file : null;
}

function filesMissing(bytes: number): AnalysisError {
  return new AnalysisError(
    'audio_too_large',
    `The call has ${sizeOf(bytes)} of sound, too much for one request, and this server takes no ` +
      'files. Analyze a shorter call, or name a server that has the Files API.',
  );
}
