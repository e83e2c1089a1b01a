import { parseArgs } from 'node:util';
import type { ConfigFlags } from './config.ts';
import { ServerError } from './server-error.ts';

/** What `--help` prints. */
export const HELP = `Antiphon server: live voice conversations over the Realtime WebSocket protocol.

Usage: npm start -- [options]

  --host <address>   address to listen on (ANTIPHON_HOST, 127.0.0.1)
  --port <number>    port to listen on, 0 for a free one (ANTIPHON_PORT, 8787)
  --help             show this text

Environment:
  ANTIPHON_API_KEYS       keys clients may use, separated by commas
                          (without it, one is made and kept in the data folder)
  ANTIPHON_DATA_DIR       where the key and the recordings are kept (.antiphon)
  ANTIPHON_AGENTS_DIR     one folder per agent (the server's own agents)
  ANTIPHON_DEFAULT_AGENT  who answers a client that names no agent (acme-support)
  ANTIPHON_RECORDINGS     on or off (on)
  ANTIPHON_RECORDINGS_DAYS  how long they are kept (30)
  ANTIPHON_MAX_SESSIONS   sessions at once (1000)
  ANTIPHON_CONNECTIONS_PER_MINUTE
                          connections that each key may open in a minute (6000)
  ANTIPHON_WEBHOOK_ALLOW  hosts, addresses or ranges that tools may call although they
                          are not public, separated by commas (none)
  ANTIPHON_TLS            self-signed: speak https and wss with a certificate for
                          localhost that is made in the data folder (off)
  ANTIPHON_TLS_CERT, ANTIPHON_TLS_KEY
                          speak https and wss with this certificate and key (PEM files)
  OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
                          collector that traces are sent to over OTLP/HTTP (none)
  ANTIPHON_TRACE_RATIO    share of unremarkable turns that are traced, 0 to 1 (1)
  ANTIPHON_TRACE_TURNS_PER_SECOND
                          turns traced a second at most, remarkable ones first (0: no bound)
  ANTIPHON_TRACE_PII      on: what was said and returned is in the traces, too (off)
  ANTIPHON_TRACE_URL      address of a trace in a viewer, with {traceId} in its place, that
                          the console links to (none)
  ANTIPHON_LOG_LEVEL      silent, fatal, error, warn, info, debug or trace (info)
`;

/** What the command line asks for. */
export interface CommandLine {
  readonly help: boolean;
  readonly flags: ConfigFlags;
}

/**
 * Reads the arguments after the script's name. Throws a ServerError, `invalid_arguments`, for one
 * that is not known.
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        host: { type: 'string' },
        port: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { help: values.help, flags: { host: values.host, port: values.port } };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new ServerError('invalid_arguments', `${problem}\nTry --help.`, { cause: error });
  }
}
