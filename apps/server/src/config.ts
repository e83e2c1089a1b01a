import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ANALYZE_CHOICES } from '@antiphon/analysis';
import {
  faultOfToolVariables,
  readToolSettings,
  SECRET_TOOL_SETTINGS,
  TOOL_SETTINGS,
} from '@antiphon/tools';
import type { ToolSetting, ToolSettings } from '@antiphon/tools';
import { z } from 'zod';
import { apiKeys } from './configured-keys.ts';
import type { ConfiguredKey } from './configured-keys.ts';
import type { CertificateFiles } from './self-signed-certificate.ts';
import { ServerError } from './server-error.ts';
import { isTraceUrl } from './trace-link.ts';

/** The agents that come with the server, beside `src` and `dist` alike. */
const BUNDLED_AGENTS_DIR = fileURLToPath(new URL('../agents', import.meta.url));

/**
 * The listening model judges some 700 calls per core, and a call costs about 1 MiB: a thousand fit
 * a small machine of two cores and leave one for everything else.
 */
const DEFAULT_MAX_SESSIONS = '1000';

/** As the Realtime API has it; a day is longer than anybody talks. */
const DEFAULT_SESSION_MINUTES = '60';
const MOST_SESSION_MINUTES = 1_440;

/** Ten years. */
const MOST_RECORDINGS_DAYS = 3_650;

/** More would need more than one listening worker; run several servers instead. */
const MOST_SESSIONS = 4096;

/**
 * A hundred a second, and a minute's worth at once: every session of a full server may reconnect in
 * one moment, while a client that loops on a failing connect is stopped.
 */
const DEFAULT_CONNECTIONS_PER_MINUTE = '6000';

const MOST_CONNECTIONS_PER_MINUTE = 1_000_000;

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** Everything the server can be told from outside, checked. Paths are absolute. */
export interface ServerConfig extends ToolSettings {
  /** The address to listen on. */
  readonly host: string;
  /** The port to listen on; 0 picks a free one. */
  readonly port: number;
  /** Keys that clients may use; `null` makes one and keeps it in the data folder. */
  readonly apiKeys: readonly ConfiguredKey[] | null;
  /** Where the key and the recordings are kept. */
  readonly dataDir: string;
  /** One folder per agent. */
  readonly agentsDir: string;
  /**
   * Who answers when a client names no agent, or a model that is no agent; `null` is
   * `acme-support` where there is one, and else the first by name.
   */
  readonly defaultAgent: string | null;
  readonly recordings: boolean;
  /** How long recordings are kept. */
  readonly recordingsDays: number;
  /** Whether finished calls are given to a worker that has them judged. */
  readonly analyze: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Sessions at once; more are turned away. */
  readonly maxSessions: number;
  /** After which a session expires. */
  readonly maxSessionMs: number;
  /** Realtime connections that each key may open in a minute; as many may come at once. */
  readonly connectionsPerMinute: number;
  /** The environment, for agent folders that refer to a variable of it. */
  readonly variables: (name: string) => string | undefined;
  /** Files in PEM, or a certificate made here; `null` is plain HTTP. */
  readonly tls: CertificateFiles | 'self-signed' | null;
  /** Where metrics are sent over OTLP/HTTP; `null` sends none. */
  readonly otlpMetricsUrl: string | null;
  /** `null` traces nothing. */
  readonly tracing: TracingConfig | null;
  /** The address of a trace in a viewer, with `{traceId}` in its place; `null` where there is none. */
  readonly traceUrl: string | null;
}

/** Where the traces of turns go, and how much of them. */
export interface TracingConfig {
  /** Takes OTLP over HTTP; may hold a secret. */
  readonly url: string;
  readonly serviceName: string;
  /** The share of turns without anything remarkable that is kept, 0 to 1. */
  readonly ratio: number;
  /** How many turns a second are traced at most; any number unless said. */
  readonly turnsPerSecond?: number;
  /** Whether what callers said and tools returned is in them. */
  readonly keepsPrivate: boolean;
}

/** Options of the command line, as text; they go before the environment. */
export interface ConfigFlags {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/u)
    .transform(Number)
    .refine((number) => number >= least && number <= most);

/** A setting that workers read alike. */
const shared = ({ accepts, allowed }: ToolSetting) => ({
  schema: z.string().refine(accepts),
  allowed,
});

const variables = {
  ANTIPHON_HOST: {
    schema: z.string().regex(/^[\w.:%-]+$/u),
    allowed: 'a host name or an address, such as 127.0.0.1 or 0.0.0.0',
  },
  ANTIPHON_PORT: {
    schema: wholeNumber(0, 65535),
    allowed: 'a whole number from 0 to 65535; 0 picks a free port',
  },
  ANTIPHON_API_KEYS: {
    schema: apiKeys,
    allowed:
      'keys of visible ASCII characters, separated by commas, those of a tenant as tenant:key, and at least one without',
  },
  ANTIPHON_DATA_DIR: shared(TOOL_SETTINGS.ANTIPHON_DATA_DIR),
  ANTIPHON_AGENTS_DIR: { schema: z.string().min(1), allowed: 'a folder with one folder per agent' },
  ANTIPHON_DEFAULT_AGENT: {
    schema: z.string().regex(/^[a-z0-9][a-z0-9-]*$/u),
    allowed: "an agent's name: lower-case letters, digits and hyphens",
  },
  ANTIPHON_RECORDINGS: { schema: z.enum(['on', 'off']), allowed: 'on or off' },
  ANTIPHON_RECORDINGS_DAYS: {
    schema: wholeNumber(1, MOST_RECORDINGS_DAYS),
    allowed: `a whole number from 1 to ${MOST_RECORDINGS_DAYS}`,
  },
  ANTIPHON_ANALYZE: { schema: z.enum(ANALYZE_CHOICES), allowed: ANALYZE_CHOICES.join(', ') },
  ANTIPHON_LOG_LEVEL: { schema: z.enum(LOG_LEVELS), allowed: LOG_LEVELS.join(', ') },
  ANTIPHON_MAX_SESSIONS: {
    schema: wholeNumber(1, MOST_SESSIONS),
    allowed: `a whole number from 1 to ${MOST_SESSIONS}`,
  },
  ANTIPHON_SESSION_MINUTES: {
    schema: wholeNumber(1, MOST_SESSION_MINUTES),
    allowed: `a whole number from 1 to ${MOST_SESSION_MINUTES}`,
  },
  ANTIPHON_CONNECTIONS_PER_MINUTE: {
    schema: wholeNumber(1, MOST_CONNECTIONS_PER_MINUTE),
    allowed: `a whole number from 1 to ${MOST_CONNECTIONS_PER_MINUTE}`,
  },
  REDIS_URL: shared(TOOL_SETTINGS.REDIS_URL),
  ANTIPHON_WEBHOOK_ALLOW: shared(TOOL_SETTINGS.ANTIPHON_WEBHOOK_ALLOW),
  ANTIPHON_TLS: { schema: z.enum(['self-signed', 'off']), allowed: 'self-signed or off' },
  ANTIPHON_TLS_CERT: { schema: z.string().min(1), allowed: 'a certificate file in PEM' },
  ANTIPHON_TLS_KEY: { schema: z.string().min(1), allowed: 'a private key file in PEM' },
  SMTP_URL: shared(TOOL_SETTINGS.SMTP_URL),
  SMTP_FROM: shared(TOOL_SETTINGS.SMTP_FROM),
  SMTP_CA_FILE: shared(TOOL_SETTINGS.SMTP_CA_FILE),
  ANTIPHON_MAIL_DIR: shared(TOOL_SETTINGS.ANTIPHON_MAIL_DIR),
  ANTIPHON_MAIL_DAYS: shared(TOOL_SETTINGS.ANTIPHON_MAIL_DAYS),
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: z.string().refine(isHttpUrl),
    allowed: "a collector's base address for OTLP/HTTP, such as http://localhost:4318",
  },
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: {
    schema: z.string().refine(isHttpUrl),
    allowed: "a collector's whole address, such as http://localhost:4318/v1/metrics",
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    schema: z.string().refine(isHttpUrl),
    allowed: "a collector's whole address, such as http://localhost:4318/v1/traces",
  },
  OTEL_SERVICE_NAME: { schema: z.string().min(1).max(255), allowed: 'a name' },
  ANTIPHON_TRACE_RATIO: {
    schema: z
      .string()
      .regex(/^(0|1|0?\.\d{1,9}|1\.0{1,9})$/u)
      .transform(Number),
    allowed: 'a number from 0 to 1, such as 0.1',
  },
  ANTIPHON_TRACE_TURNS_PER_SECOND: {
    schema: z
      .string()
      .regex(/^\d{1,5}(\.\d{1,3})?$/u)
      .transform(Number),
    allowed: 'a number of turns below 100000, such as 20 or 0.5; 0 for no bound',
  },
  ANTIPHON_TRACE_PII: { schema: z.enum(['on', 'off']), allowed: 'on or off' },
  ANTIPHON_TRACE_URL: {
    schema: z.string().refine(isTraceUrl),
    allowed:
      'a trace viewer’s http or https address without a password and with {traceId} in it, such as http://localhost:16686/trace/{traceId}',
  },
} as const;

/** Their values are secrets, or hold one, even when they are malformed. */
const SECRETS: readonly string[] = [
  'ANTIPHON_API_KEYS',
  ...SECRET_TOOL_SETTINGS,
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'ANTIPHON_TRACE_URL',
];

type Variable = keyof typeof variables;

const environment = z.object({
  ANTIPHON_HOST: variables.ANTIPHON_HOST.schema.default('127.0.0.1'),
  ANTIPHON_PORT: variables.ANTIPHON_PORT.schema.default(8787),
  ANTIPHON_API_KEYS: variables.ANTIPHON_API_KEYS.schema.optional(),
  ANTIPHON_DATA_DIR: variables.ANTIPHON_DATA_DIR.schema.default('.antiphon'),
  ANTIPHON_AGENTS_DIR: variables.ANTIPHON_AGENTS_DIR.schema.default(BUNDLED_AGENTS_DIR),
  ANTIPHON_DEFAULT_AGENT: variables.ANTIPHON_DEFAULT_AGENT.schema.optional(),
  ANTIPHON_RECORDINGS: variables.ANTIPHON_RECORDINGS.schema.default('on'),
  ANTIPHON_RECORDINGS_DAYS: variables.ANTIPHON_RECORDINGS_DAYS.schema.default(30),
  ANTIPHON_ANALYZE: variables.ANTIPHON_ANALYZE.schema.default('off'),
  ANTIPHON_LOG_LEVEL: variables.ANTIPHON_LOG_LEVEL.schema.default('info'),
  ANTIPHON_MAX_SESSIONS: variables.ANTIPHON_MAX_SESSIONS.schema.prefault(DEFAULT_MAX_SESSIONS),
  ANTIPHON_SESSION_MINUTES:
    variables.ANTIPHON_SESSION_MINUTES.schema.prefault(DEFAULT_SESSION_MINUTES),
  ANTIPHON_CONNECTIONS_PER_MINUTE: variables.ANTIPHON_CONNECTIONS_PER_MINUTE.schema.prefault(
    DEFAULT_CONNECTIONS_PER_MINUTE,
  ),
  REDIS_URL: variables.REDIS_URL.schema.optional(),
  ANTIPHON_WEBHOOK_ALLOW: variables.ANTIPHON_WEBHOOK_ALLOW.schema.optional(),
  ANTIPHON_TLS: variables.ANTIPHON_TLS.schema.optional(),
  ANTIPHON_TLS_CERT: variables.ANTIPHON_TLS_CERT.schema.optional(),
  ANTIPHON_TLS_KEY: variables.ANTIPHON_TLS_KEY.schema.optional(),
  SMTP_URL: variables.SMTP_URL.schema.optional(),
  SMTP_FROM: variables.SMTP_FROM.schema.optional(),
  SMTP_CA_FILE: variables.SMTP_CA_FILE.schema.optional(),
  ANTIPHON_MAIL_DIR: variables.ANTIPHON_MAIL_DIR.schema.optional(),
  ANTIPHON_MAIL_DAYS: variables.ANTIPHON_MAIL_DAYS.schema.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: variables.OTEL_EXPORTER_OTLP_ENDPOINT.schema.optional(),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT:
    variables.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT.schema.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT:
    variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT.schema.optional(),
  OTEL_SERVICE_NAME: variables.OTEL_SERVICE_NAME.schema.default('antiphon-server'),
  ANTIPHON_TRACE_RATIO: variables.ANTIPHON_TRACE_RATIO.schema.default(1),
  ANTIPHON_TRACE_TURNS_PER_SECOND: variables.ANTIPHON_TRACE_TURNS_PER_SECOND.schema.default(0),
  ANTIPHON_TRACE_PII: variables.ANTIPHON_TRACE_PII.schema.default('off'),
  ANTIPHON_TRACE_URL: variables.ANTIPHON_TRACE_URL.schema.optional(),
});

const VARIABLE_OF_FLAG = { host: 'ANTIPHON_HOST', port: 'ANTIPHON_PORT' } as const;

/** What `readConfig` reads. */
export interface ConfigSources {
  /** The environment; a variable that is empty counts as absent. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: ConfigFlags;
  /** Relative folders are taken from here. */
  readonly workingDir: string;
}

/**
 * The configuration from the environment and the command line. Throws a ServerError,
 * `invalid_config`, that names each bad setting, its value and what is allowed.
 */
export function readConfig({ env, flags = {}, workingDir }: ConfigSources): ServerConfig {
  const given: Partial<Record<Variable, string>> = {};
  const names: Partial<Record<Variable, string>> = {};
  for (const name of Object.keys(variables) as Variable[]) {
    const value = env[name];
    if (value !== undefined && value !== '') given[name] = value;
  }
  for (const flag of ['host', 'port'] as const) {
    const value = flags[flag];
    if (value === undefined) continue;
    given[VARIABLE_OF_FLAG[flag]] = value;
    names[VARIABLE_OF_FLAG[flag]] = `--${flag}`;
  }
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const bad = new Set(parsed.error.issues.map(({ path: [name] }) => name as Variable));
    const lines = [...bad].map((name) => complaint(names[name] ?? name, name, given[name]));
    throw new ServerError('invalid_config', lines.join('\n'));
  }
  const values = parsed.data;
  const fault = faultOfToolVariables(values) ?? faultOfAnalysis(values);
  if (fault !== null) throw new ServerError('invalid_config', fault);
  const dataDir = path.resolve(workingDir, values.ANTIPHON_DATA_DIR);
  return {
    ...readToolSettings(values, workingDir),
    host: values.ANTIPHON_HOST,
    port: values.ANTIPHON_PORT,
    apiKeys: values.ANTIPHON_API_KEYS ?? null,
    dataDir,
    agentsDir: path.resolve(workingDir, values.ANTIPHON_AGENTS_DIR),
    defaultAgent: values.ANTIPHON_DEFAULT_AGENT ?? null,
    recordings: values.ANTIPHON_RECORDINGS === 'on',
    recordingsDays: values.ANTIPHON_RECORDINGS_DAYS,
    analyze: values.ANTIPHON_ANALYZE !== 'off',
    logLevel: values.ANTIPHON_LOG_LEVEL,
    maxSessions: values.ANTIPHON_MAX_SESSIONS,
    maxSessionMs: values.ANTIPHON_SESSION_MINUTES * 60_000,
    connectionsPerMinute: values.ANTIPHON_CONNECTIONS_PER_MINUTE,
    variables: (name) => env[name],
    tls: readTls(values, workingDir),
    otlpMetricsUrl: metricsUrlOf(values),
    tracing: readTracing(values),
    traceUrl: values.ANTIPHON_TRACE_URL ?? null,
  };
}

function faultOfAnalysis(values: z.output<typeof environment>): string | null {
  if (values.ANTIPHON_ANALYZE === 'off') return null;
  if (values.REDIS_URL === undefined) {
    return 'ANTIPHON_ANALYZE is set, but REDIS_URL is not; workers judge calls, so name their Redis.';
  }
  if (values.ANTIPHON_RECORDINGS === 'on') return null;
  return 'ANTIPHON_ANALYZE is set, but ANTIPHON_RECORDINGS is "off"; nothing else can be judged.';
}

type TlsValues = Pick<
  z.output<typeof environment>,
  'ANTIPHON_TLS' | 'ANTIPHON_TLS_CERT' | 'ANTIPHON_TLS_KEY'
>;

function readTls(values: TlsValues, workingDir: string): ServerConfig['tls'] {
  const { ANTIPHON_TLS: mode, ANTIPHON_TLS_CERT: cert, ANTIPHON_TLS_KEY: key } = values;
  if (mode === 'off') return null;
  if (cert === undefined && key === undefined) return mode ?? null;
  if (mode !== undefined) {
    throw new ServerError(
      'invalid_config',
      'ANTIPHON_TLS is "self-signed", but ANTIPHON_TLS_CERT or ANTIPHON_TLS_KEY is set as well; ' +
        'use one or the other.',
    );
  }
  if (cert === undefined || key === undefined) {
    const [given, missing] =
      cert === undefined
        ? (['ANTIPHON_TLS_KEY', 'ANTIPHON_TLS_CERT'] as const)
        : (['ANTIPHON_TLS_CERT', 'ANTIPHON_TLS_KEY'] as const);
    throw new ServerError(
      'invalid_config',
      `${given} is set, but ${missing} is not; use ${variables[missing].allowed}.`,
    );
  }
  return { certFile: path.resolve(workingDir, cert), keyFile: path.resolve(workingDir, key) };
}

/** As OpenTelemetry has it: the endpoint of all signals is a base, that of metrics is whole. */
function metricsUrlOf(values: {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_METRICS_ENDPOINT?: string | undefined;
}): string | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: whole } = values;
  if (whole !== undefined) return whole;
  return base === undefined ? null : `${base.replace(/\/$/u, '')}/v1/metrics`;
}

/** As OpenTelemetry has it: the endpoint of all signals is a base, that of traces is whole. */
function readTracing(values: z.output<typeof environment>): TracingConfig | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = values;
  const turnsPerSecond = values.ANTIPHON_TRACE_TURNS_PER_SECOND;
  if (base === undefined && whole === undefined) return null;
  return {
    url: whole ?? `${base?.replace(/\/$/u, '')}/v1/traces`,
    serviceName: values.OTEL_SERVICE_NAME,
    ratio: values.ANTIPHON_TRACE_RATIO,
    ...(turnsPerSecond > 0 && { turnsPerSecond }),
    keepsPrivate: values.ANTIPHON_TRACE_PII === 'on',
  };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol);
}

function complaint(shownName: string, name: Variable, value: string | undefined): string {
  const shown = SECRETS.includes(name) ? 'not usable' : JSON.stringify(value);
  return `${shownName} is ${shown}; use ${variables[name].allowed}.`;
}
