import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { wavHeader } from '@antiphon/audio';
import type { RecordedEvent } from '@antiphon/session';
import { keepFile } from './kept-file.ts';
import { StorageError } from './storage-error.ts';

/** As {@link SessionFiles} and FileRecorder write them. */
const AUDIO = 'audio.wav';
const EVENTS = 'events.jsonl';
const SUMMARY = 'summary.json';
const ANALYSIS = 'analysis.json';

/** So many sessions are looked at together. */
const AT_ONCE = 64;

const HEADER_BYTES = 44;
/** Two channels of 16 bits. */
const FRAME_BYTES = 4;
/** Where a WAV header has the rate. */
const RATE_OFFSET = 24;
/** Where it has the bytes of sound that follow. */
const LENGTH_OFFSET = 40;

/** Loudest samples of a recording, slice by slice, 0 to 1. */
export interface Peaks {
  readonly msPerPoint: number;
  readonly caller: readonly number[];
  readonly agent: readonly number[];
}

/** A session's files, as far as they are there. */
export interface ArchivedSession {
  readonly id: string;
  /** When something was written last. */
  readonly changedAtMs: number;
}

/** The recordings of a folder, which a FileRecorder fills, for those who read and delete them. */
export class SessionArchive {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The sessions there are files of, the latest first. */
  async list(): Promise<ArchivedSession[]> {
    const ids = (await readdir(this.#folder).catch(() => [])).filter(isSessionId);
    const dated: ArchivedSession[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const found = ids.slice(at, at + AT_ONCE).map(async (id) => {
        return { id, changedAtMs: await this.#changedAtMs(id) };
      });
      dated.push(...(await Promise.all(found)));
    }
    return dated.toSorted((a, b) => b.changedAtMs - a.changedAtMs);
  }

  /** Keeps what lists show of a session beside its files; rejects where there are none. */
  async keepSummary(id: string, summary: object): Promise<void> {
    await keepFile(this.#file(id, SUMMARY), `${JSON.stringify(summary)}\n`);
  }

  /** What was kept of it; null where nothing was, or nothing that can be read. */
  async summary(id: string): Promise<unknown> {
    return readJson(this.#file(id, SUMMARY));
  }

  /** Keeps what a model made of a call beside its files; rejects where there are none. */
  async keepAnalysis(id: string, analysis: object): Promise<void> {
    await keepFile(this.#file(id, ANALYSIS), `${JSON.stringify(analysis, null, 2)}\n`);
  }

  /** What a model made of it; null where nothing was kept, or nothing that can be read. */
  analysis(id: string): Promise<unknown> {
    return readJson(this.#file(id, ANALYSIS));
  }

  /**
   * The events of a session; null when there are none. A last line that was cut off by a crash is
   * left out, and so is any other that is no event.
   */
  async events(id: string): Promise<RecordedEvent[] | null> {
    const file = this.#file(id, EVENTS);
    if (!(await isFile(file))) return null;
    const events: RecordedEvent[] = [];
    const input = createReadStream(file);
    try {
      for await (const line of createInterface({ input, crlfDelay: Infinity })) {
        const event = readEvent(line);
        if (event) events.push(event);
      }
    } finally {
      input.destroy();
    }
    return events;
  }

  /** How long the recording is, also where a crash left its header without a length; or null. */
  async recordingMs(id: string): Promise<number | null> {
    const audio = await this.sound(id);
    return audio && (audio.frames * 1000) / audio.sampleRate;
  }

  /**
   * Puts the length of the sound into a header that a crash left without it, and takes half a frame
   * off the end; tells whether anything had to be done. Nobody may be writing the recording.
   */
  async completeSound(id: string): Promise<boolean> {
    const sound = await this.sound(id);
    if (!sound) return false;
    const dataBytes = sound.frames * FRAME_BYTES;
    const file = await open(this.#file(id, AUDIO), 'r+');
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      await file.read(header, 0, HEADER_BYTES, 0);
      if (header.readUInt32LE(LENGTH_OFFSET) === dataBytes) return false;
      const { sampleRate } = sound;
      await file.truncate(HEADER_BYTES + dataBytes);
      await file.write(wavHeader({ sampleRate, channels: 2, dataBytes }), 0, HEADER_BYTES, 0);
      return true;
    } finally {
      await file.close();
    }
  }

  /** The shape of a recording in about so many points; null when there is none. */
  async peaks(id: string, points: number): Promise<Peaks | null> {
    const audio = await this.sound(id);
    if (!audio) return null;
    const perPoint = Math.max(1, Math.ceil(audio.frames / points));
    const count = Math.ceil(audio.frames / perPoint);
    const loudest = {
      caller: Array.from({ length: count }, () => 0),
      agent: Array.from({ length: count }, () => 0),
    };
    if (audio.frames === 0) return { msPerPoint: 0, caller: [], agent: [] };
    let frame = 0;
    for await (const bytes of this.#frames(id, audio.frames)) {
      for (let at = 0; at < bytes.length; at += FRAME_BYTES, frame++) {
        const point = Math.floor(frame / perPoint);
        const caller = Math.abs(bytes.readInt16LE(at));
        const agent = Math.abs(bytes.readInt16LE(at + 2));
        if (caller > loudest.caller[point]!) loudest.caller[point] = caller;
        if (agent > loudest.agent[point]!) loudest.agent[point] = agent;
      }
    }
    const shown = (value: number) => Math.round((value / 32_768) * 1000) / 1000;
    return {
      msPerPoint: (perPoint * 1000) / audio.sampleRate,
      caller: loudest.caller.map(shown),
      agent: loudest.agent.map(shown),
    };
  }

  /**
   * The first so many frames of a recording, both sides in one channel of 16-bit little-endian
   * samples, in pieces; fails where there is no such file, and ends early where there is less.
   */
  async *mono(id: string, frames: number): AsyncGenerator<Buffer> {
    if (frames === 0) return;
    for await (const bytes of this.#frames(id, frames)) {
      const mixed = Buffer.allocUnsafe(bytes.length / 2);
      for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
        const sum = bytes.readInt16LE(at) + bytes.readInt16LE(at + 2);
        mixed.writeInt16LE(Math.max(-32_768, Math.min(32_767, sum)), at / 2);
      }
      yield mixed;
    }
  }

  /** Deletes all that is kept of a session; false when there was nothing. */
  async delete(id: string): Promise<boolean> {
    const folder = this.#file(id, '.');
    const isThere = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isThere) await rm(folder, { recursive: true });
    return isThere;
  }

  /** Deletes what was written last before `beforeMs`, except for those that are `kept`; tells their ids. */
  async sweep(beforeMs: number, isKept: (id: string) => boolean): Promise<string[]> {
    const ids = (await readdir(this.#folder).catch(() => [])).filter(isSessionId);
    const swept: string[] = [];
    for (const id of ids) {
      if (isKept(id) || (await this.#changedAtMs(id)) >= beforeMs) continue;
      if (await this.delete(id)) swept.push(id);
    }
    return swept;
  }

  /** The bytes of the first so many frames, one at least, in pieces of whole frames. */
  async *#frames(id: string, frames: number): AsyncGenerator<Buffer> {
    let rest: Buffer = Buffer.alloc(0);
    const end = HEADER_BYTES + frames * FRAME_BYTES - 1;
    const stream = createReadStream(this.#file(id, AUDIO), { start: HEADER_BYTES, end });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const whole = bytes.length - (bytes.length % FRAME_BYTES);
      yield bytes.subarray(0, whole);
      rest = bytes.subarray(whole);
    }
  }

  /** How much sound there is, also where a crash left a header without a length; or null. */
  async sound(id: string): Promise<{ sampleRate: number; frames: number } | null> {
    const file = await open(this.#file(id, AUDIO)).catch(() => null);
    if (!file) return null;
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
      if (bytesRead < HEADER_BYTES) return null;
      const { size } = await file.stat();
      const sampleRate = header.readUInt32LE(RATE_OFFSET);
      return { sampleRate, frames: Math.floor((size - HEADER_BYTES) / FRAME_BYTES) };
    } finally {
      await file.close();
    }
  }

  async #changedAtMs(id: string): Promise<number> {
    for (const name of [EVENTS, '.']) {
      const found = await stat(this.#file(id, name)).catch(() => null);
      if (found) return found.mtimeMs;
    }
    return 0;
  }

  #file(id: string, name: string): string {
    if (!isSessionId(id)) {
      throw new StorageError('invalid_argument', `${JSON.stringify(id)} names no session`);
    }
    return path.join(this.#folder, id, name);
  }
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => 'null');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function isSessionId(id: string): boolean {
  return /^[\w-]{1,128}$/u.test(id);
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

function readEvent(line: string): RecordedEvent | null {
  try {
    const event: unknown = JSON.parse(line);
    const isEvent =
      typeof event === 'object' && event !== null && 'type' in event && 'atMs' in event;
    return isEvent ? (event as RecordedEvent) : null;
  } catch {
    return null;
  }
}
