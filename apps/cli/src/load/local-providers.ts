import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { providersCommand } from './built-programs.ts';
import type { ProviderDelays } from './provider-delays.ts';

/** They load nothing; a busy machine takes a while all the same. */
const START_LIMIT_MS = 30_000;

/** What is asked of them is counted in memory. */
const REPORT_LIMIT_MS = 5_000;

const KEPT_OUTPUT_CHARACTERS = 4_000;

const greeting = z.object({
  section: z.string(),
  settings: z.record(z.string(), z.unknown()),
  variables: z.record(z.string(), z.string()),
  lateWord: z.string().nullable(),
});

const relayedTurn = z.object({
  caller: z.int(),
  heardAtMs: z.number(),
  toldAtMs: z.number().nullable(),
  askedAtMs: z.number().nullable(),
  answeredAtMs: z.number(),
});

const report = z.object({ open: z.int(), turns: z.array(relayedTurn) });

/** When a turn went by at a model, in milliseconds since 1970. */
export type RelayedTurn = z.infer<typeof relayedTurn>;

/** What local providers tell of a run: connections that are open, and turns since the last report. */
export type ProvidersReport = z.infer<typeof report>;

/** Providers on loopback that are no part of what is measured, in a process of their own. */
export interface LocalProviders {
  /** The line of `agent.yaml` that names them. */
  readonly agentLine: string;
  /** Environment variables of a server with such an agent. */
  readonly variables: Readonly<Record<string, string>>;
  /** The last word of those turns that end with one which no pause knew; null where none do. */
  readonly lateWord: string | null;
  /** Rejects with `server_not_started` when they are gone. */
  report(): Promise<ProvidersReport>;
  /** Ends the process. */
  stop(): Promise<void>;
}

/** How local providers are, and how they are used. */
export interface LocalProvidersOptions {
  readonly delays: ProviderDelays;
  /** What an agent says of them besides where they are; nothing unless given. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Starts the providers of an engine. Rejects with `server_not_started` and their last words. */
export async function startLocalProviders(
  engine: string,
  { delays: { finalMs, firstTokenMs, firstAudioMs }, settings: own = {} }: LocalProvidersOptions,
): Promise<LocalProviders> {
  const delays = [finalMs, firstTokenMs, firstAudioMs].map(String);
  const child = spawn(process.execPath, [...providersCommand(), engine, ...delays], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C goes to everything in the terminal's group; they are stopped after the server.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      output = (output + text.toString()).slice(-KEPT_OUTPUT_CHARACTERS);
    });
  }
  try {
    const { section, settings, variables, lateWord } = greeting.parse(
      await told(child, START_LIMIT_MS),
    );
    return {
      // JSON is YAML.
      agentLine: `${section}: ${JSON.stringify(merged(settings, own))}`,
      variables,
      lateWord,
      report: async () => {
        if (!child.connected) throw goneError();
        child.send('report');
        return report.parse(await told(child, REPORT_LIMIT_MS));
      },
      stop: () => stopProcess(child),
    };
  } catch {
    await stopProcess(child);
    const said = output.trim() || '(nothing)';
    throw new CliError(
      'server_not_started',
      `The local providers did not start. They said:\n${said}`,
    );
  }
}

type Settings = Readonly<Record<string, unknown>>;

/** Of a service that both say something of, what each says. */
function merged(settings: Settings, own: Settings): Settings {
  const both = Object.entries(own).map(([name, value]) => {
    const theirs = settings[name];
    return [name, isSettings(theirs) && isSettings(value) ? { ...theirs, ...value } : value];
  });
  return { ...settings, ...(Object.fromEntries(both) as Settings) };
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The next message; rejects where none comes. */
async function told(child: ChildProcess, limitMs: number): Promise<unknown> {
  const signal = AbortSignal.timeout(limitMs);
  const gone = new AbortController();
  try {
    const [message] = (await Promise.race([
      once(child, 'message', { signal: AbortSignal.any([signal, gone.signal]) }),
      once(child, 'close', { signal: gone.signal }).then(() => {
        throw goneError();
      }),
    ])) as unknown[];
    return message;
  } finally {
    gone.abort();
  }
}

function goneError(): CliError {
  return new CliError('server_not_started', 'The local providers are gone.');
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
