import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { UpstreamRecorder } from './upstream-recorder.ts';

/** Hours of speech; a recording of more was forgotten. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** The options of `antiphon record-upstream`, as they were given. */
export interface RecordCommand {
  readonly url: string;
  readonly out: string;
  readonly port: number;
}

/**
 * Relays Realtime connections to an upstream and writes their frames into a file until the signal
 * aborts; true when any came. Rejects with `invalid_option` for an address or a file that cannot be
 * used.
 */
export async function runRecordCommand(
  { url, out, port }: RecordCommand,
  { stdout, directory }: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  if (!URL.canParse(url) || !/^wss?:$/u.test(new URL(url).protocol)) {
    throw new CliError('invalid_option', `--url is "${url}"; write a WebSocket address, wss://…`);
  }
  const file = path.resolve(directory, out);
  // A recording that is there already is somebody's.
  const stream = createWriteStream(file, { flags: 'wx' });
  await once(stream, 'open').catch((cause: NodeJS.ErrnoException) => {
    throw new CliError('invalid_option', `${file} cannot be written (${cause.code}).`, { cause });
  });
  let bytes = 0;
  const recorder = await UpstreamRecorder.start({
    upstream: new URL(url),
    port,
    onLine: (line) => {
      bytes += line.length + 1;
      if (bytes <= MAX_BYTES) stream.write(`${line}\n`);
    },
  });
  stdout.write(
    `Recording to ${file}: all that is said, and no key.\n` +
      `Let an agent use it, with "url: ${recorder.url}" under openaiRealtime. Ctrl-C ends it.\n`,
  );
  if (!signal.aborted) await once(signal, 'abort');
  const { connections } = recorder;
  await recorder.close();
  stream.end();
  await once(stream, 'finish');
  const size = `${(Math.min(bytes, MAX_BYTES) / 1024).toFixed(0)} KiB`;
  stdout.write(`${connections} connections, ${size}${bytes > MAX_BYTES ? ', cut there' : ''}\n`);
  return connections > 0;
}
