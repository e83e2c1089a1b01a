import type { IncomingMessage } from 'node:http';
import type { File as GeminiFile, FileData, FileState } from '@google/genai';
import type { WireAnswer } from '../../testing/local-analyst-server.ts';
import { refusal, tooMany } from './gemini-refusals.ts';

/** What may go wrong with a file. */
export const FILE_FAULTS = [
  'noFiles',
  'uploadRefused',
  'noRoom',
  'noAddress',
  'partLost',
  'partRefused',
  'lastAnswerLost',
  'endless',
  'unreadable',
  'neverActive',
  'lookFails',
  'keptForEver',
  'deletedLate',
] as const;

/** One of them. */
export type FileFault = (typeof FILE_FAULTS)[number];

interface Upload {
  readonly name: string;
  readonly bytes: number;
  received: Buffer;
  isFinal: boolean;
}

/** Files are sent in multiples of this. */
const GRANULARITY = 256 * 1024;

/** The Files API: resumable uploads, states, deletion. */
export class LocalGeminiFiles {
  fault: FileFault | null = null;
  /** Deleted ones, in the order of their end. */
  readonly deleted: string[] = [];
  /** Uploads that were given up. */
  cancelled = 0;
  /** What came in parts, whether it was kept or not. */
  receivedBytes = 0;
  readonly #uploads = new Map<string, Upload>();
  readonly #files = new Map<string, { sound: Buffer; looks: number }>();
  #faults = 0;

  /** How many there are. */
  get size(): number {
    return this.#files.size;
  }

  /** Uploads that have neither become a file nor been cancelled. */
  get pending(): number {
    return [...this.#uploads.values()].filter(({ isFinal }) => !isFinal).length;
  }

  /** What is in a file that is active; null where there is none. */
  sound({ fileUri = '' }: FileData): Buffer | null {
    const [, name = ''] = /\/v1beta\/(files\/[\w-]+)$/u.exec(fileUri) ?? [];
    const file = this.#files.get(name);
    return file && this.#state(file.looks) === 'ACTIVE' ? file.sound : null;
  }

  /** The answer to a request; null where it is about no file. */
  answer(request: IncomingMessage, body: Buffer, origin: string): WireAnswer | null {
    const { pathname, searchParams } = new URL(request.url ?? '/', origin);
    if (pathname === '/upload/v1beta/files') {
      if (this.fault === 'noFiles') return refusal(404, 'NOT_FOUND', {});
      const upload = this.#uploads.get(searchParams.get('upload_id') ?? '');
      return upload ? this.#part(upload, request, body) : this.#start(request, body);
    }
    const [, name] = /^\/v1beta\/(files\/[\w-]+)$/u.exec(pathname) ?? [];
    if (name === undefined) return null;
    const file = this.#files.get(name);
    if (!file) return refusal(403, 'PERMISSION_DENIED', {});
    if (request.method !== 'DELETE') {
      file.looks += 1;
      if (this.fault === 'lookFails' && this.#first()) return refusal(503, 'UNAVAILABLE', {});
      return { status: 200, body: this.#told(name, origin) };
    }
    const isKept = this.fault === 'keptForEver' || (this.fault === 'deletedLate' && this.#first());
    if (isKept) return refusal(500, 'INTERNAL', {});
    this.#files.delete(name);
    this.deleted.push(name);
    return { status: 200, body: {} };
  }

  /** Everything as at the beginning. */
  reset(fault: FileFault | null = null): void {
    this.fault = fault;
    this.#faults = 0;
    this.cancelled = 0;
    this.receivedBytes = 0;
    this.deleted.length = 0;
    this.#uploads.clear();
    this.#files.clear();
  }

  #start({ headers, method }: IncomingMessage, body: Buffer): WireAnswer {
    if (this.fault === 'uploadRefused') return refusal(400, 'INVALID_ARGUMENT', {});
    if (this.fault === 'noRoom') return tooMany('FileStorageBytesPerProject');
    if (this.fault === 'noAddress') return { status: 200, body: {} };
    const bytes = Number(headers['x-goog-upload-header-content-length']);
    const isStart =
      method === 'POST' &&
      headers['x-goog-upload-protocol'] === 'resumable' &&
      headers['x-goog-upload-command'] === 'start' &&
      headers['x-goog-upload-header-content-type'] === 'audio/wav' &&
      bytes > 0;
    const { file = {} } = isStart
      ? (JSON.parse(body.toString('utf8')) as { file?: GeminiFile })
      : {};
    const { name = '' } = file;
    if (!/^files\/[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/u.test(name)) {
      return refusal(400, 'INVALID_ARGUMENT', {});
    }
    const id = `upload-${this.#uploads.size}`;
    this.#uploads.set(id, { name, bytes, received: Buffer.alloc(0), isFinal: false });
    // Somebody else's address: whoever sends must not go there.
    const url = `https://files.example/upload/v1beta/files?upload_id=${id}&upload_protocol=resumable`;
    const told = {
      'x-goog-upload-url': url,
      'x-goog-upload-status': 'active',
      'x-goog-upload-chunk-granularity': String(GRANULARITY),
    };
    return { status: 200, body: '', headers: told };
  }

  #part(upload: Upload, { headers }: IncomingMessage, body: Buffer): WireAnswer {
    const command = headers['x-goog-upload-command'];
    if (command === 'query') return { status: 200, body: '', headers: statusOf(upload) };
    if (command === 'cancel') {
      this.#uploads.forEach((one, id) => one === upload && this.#uploads.delete(id));
      this.cancelled += 1;
      return { status: 200, body: '', headers: { 'x-goog-upload-status': 'cancelled' } };
    }
    this.receivedBytes += body.length;
    const isLast = command === 'upload, finalize';
    const isRight =
      (isLast || (command === 'upload' && body.length % GRANULARITY === 0)) &&
      Number(headers['x-goog-upload-offset']) === upload.received.length;
    if (!isRight || this.fault === 'partRefused') return refusal(400, 'INVALID_ARGUMENT', {});
    if (this.fault === 'partLost' && this.#first()) {
      upload.received = Buffer.concat([upload.received, body.subarray(0, GRANULARITY)]);
      return { status: 0, body: '', isDropped: true };
    }
    upload.received = Buffer.concat([upload.received, body]);
    if (!isLast) return { status: 200, body: '', headers: statusOf(upload) };
    if (upload.received.length !== upload.bytes) return refusal(400, 'INVALID_ARGUMENT', {});
    upload.isFinal = true;
    this.#files.set(upload.name, { sound: upload.received, looks: 0 });
    const isDropped =
      this.fault === 'endless' || (this.fault === 'lastAnswerLost' && this.#first());
    if (this.fault === 'endless') upload.isFinal = false;
    const file = this.#told(upload.name, 'http://here');
    return { status: 200, body: { file }, headers: statusOf(upload), isDropped };
  }

  /** Whether this is the first time that something goes wrong. */
  #first(): boolean {
    this.#faults += 1;
    return this.#faults === 1;
  }

  #state(looks: number): keyof typeof FileState {
    if (this.fault === 'neverActive' || looks < 2) return 'PROCESSING';
    return this.fault === 'unreadable' ? 'FAILED' : 'ACTIVE';
  }

  #told(name: string, origin: string): object {
    const file = this.#files.get(name);
    const uri = `${origin}/v1beta/${name}`;
    const sizeBytes = String(file?.sound.length ?? 0);
    const state = this.#state(file?.looks ?? 0);
    return { name, uri, state, sizeBytes, mimeType: 'audio/wav', source: 'UPLOADED' };
  }
}

function statusOf({ isFinal, received }: Upload): Record<string, string> {
  return {
    'x-goog-upload-status': isFinal ? 'final' : 'active',
    'x-goog-upload-size-received': String(received.length),
  };
}
