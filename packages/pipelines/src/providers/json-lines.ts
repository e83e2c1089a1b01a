import { StringDecoder } from 'node:string_decoder';
import type { SocketFrame } from './warm-socket.ts';

/** The longest line: a sentence of speech in base64, twice. */
const MAX_LINE_CHARACTERS = 32 * 1024 * 1024;

/** Reads JSON objects, one a line, out of bytes that are cut anywhere. */
export class JsonLines {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  /** The objects that end in these bytes; null once there is a line that is none. */
  take(bytes: Buffer): SocketFrame[] | null {
    const lines = (this.#rest + this.#decoder.write(bytes)).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MAX_LINE_CHARACTERS) return null;
    return parsed(lines);
  }

  /** The object that needed no end of line; null where the last line is none. */
  end(): SocketFrame[] | null {
    return parsed([this.#rest + this.#decoder.end()]);
  }
}

function parsed(lines: readonly string[]): SocketFrame[] | null {
  const frames: SocketFrame[] = [];
  for (const line of lines) {
    if (line.trim() === '') continue;
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
      frames.push(value as SocketFrame);
    } catch {
      return null;
    }
  }
  return frames;
}
