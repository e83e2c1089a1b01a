import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ANALYZE_CHOICES } from '@antiphon/analysis';
import type { AnalystName } from '@antiphon/analysis';
import {
  faultOfToolVariables,
  readToolSettings,
  SECRET_TOOL_SETTINGS,
  TOOL_SETTINGS,
} from '@antiphon/tools';
import type { ToolSetting, ToolSettings } from '@antiphon/tools';
import { z } from 'zod';
import { WorkerError } from './worker-error.ts';

/** The agents that come with the server: beside this app, from `src` and `dist` alike. */
const BUNDLED_AGENTS_DIR = fileURLToPath(new URL('../../server/agents', import.meta.url));

/** Tools mostly wait for other machines. */
const DEFAULT_CONCURRENCY = '50';
const MOST_CONCURRENCY = 1_000;

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** Everything the worker can be told from outside, checked. Paths are absolute. */
export interface WorkerConfig extends ToolSettings {
  /** Where the servers put their jobs; may hold a password. */
  readonly redisUrl: string;
  /** One folder per agent, the same as the servers have. */
  readonly agentsDir: string;
  /** Jobs at once. */
  readonly concurrency: number;
  /** The environment, for agent folders that refer to a variable of it. */
  readonly variables: (name: string) => string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** `null` traces nothing. */
  readonly tracing: TracingConfig | null;
  /** `null` serves none. */
  readonly metrics: MetricsConfig | null;
  /** Where metrics are sent over OTLP/HTTP; `null` sends none. */
  readonly otlpMetricsUrl: string | null;
  /** `null` has no call judged. */
  readonly analysis: AnalysisConfig | null;
}

/** Who judges finished calls, and by what. */
export interface AnalysisConfig {
  readonly name: AnalystName;
  readonly model: string | undefined;
  /** Another server than the vendor's. */
  readonly url: string | undefined;
  /** The variable that holds the key. */
  readonly keyVariable: string | undefined;
  /** A file; `null` is the rubric that comes with it. */
  readonly rubric: string | null;
  /** Where the servers keep their recordings. */
  readonly recordingsDir: string;
}

/** Where metrics are served. */
export interface MetricsConfig {
  readonly host: string;
  /** 0 is any that is free. */
  readonly port: number;
}

/** Where the traces of jobs go. */
export interface TracingConfig {
  /** Takes OTLP over HTTP; may hold a secret. */
  readonly url: string;
  readonly serviceName: string;
}

/** A setting that servers read alike. */
const shared = ({ accepts, allowed }: ToolSetting) => ({
  schema: z.string().refine(accepts),
  allowed,
});

const variables = {
  REDIS_URL: shared(TOOL_SETTINGS.REDIS_URL),
  ANTIPHON_AGENTS_DIR: { schema: z.string().min(1), allowed: 'a folder with one folder per agent' },
  ANTIPHON_WORKER_CONCURRENCY: {
    schema: z
      .string()
      .regex(/^\d{1,9}$/u)
      .transform(Number)
      .refine((number) => number >= 1 && number <= MOST_CONCURRENCY),
    allowed: `a whole number from 1 to ${MOST_CONCURRENCY}`,
  },
  ANTIPHON_WEBHOOK_ALLOW: shared(TOOL_SETTINGS.ANTIPHON_WEBHOOK_ALLOW),
  SMTP_URL: shared(TOOL_SETTINGS.SMTP_URL),
  SMTP_FROM: shared(TOOL_SETTINGS.SMTP_FROM),
  SMTP_CA_FILE: shared(TOOL_SETTINGS.SMTP_CA_FILE),
  ANTIPHON_DATA_DIR: shared(TOOL_SETTINGS.ANTIPHON_DATA_DIR),
  ANTIPHON_MAIL_DIR: shared(TOOL_SETTINGS.ANTIPHON_MAIL_DIR),
  ANTIPHON_MAIL_DAYS: shared(TOOL_SETTINGS.ANTIPHON_MAIL_DAYS),
  ANTIPHON_ANALYZE: { schema: z.enum(ANALYZE_CHOICES), allowed: ANALYZE_CHOICES.join(', ') },
  ANTIPHON_ANALYZE_MODEL: { schema: z.string().min(1), allowed: 'a model that hears audio' },
  ANTIPHON_ANALYZE_URL: {
    schema: z.string().refine(isHttpUrl),
    allowed: "the base address of the analyst's API, such as https://api.openai.com/v1",
  },
  ANTIPHON_ANALYZE_KEY_VARIABLE: {
    schema: z.string().regex(/^[A-Za-z_]\w{0,99}$/u),
    allowed: 'the name of a variable that holds a key',
  },
  ANTIPHON_ANALYZE_RUBRIC: { schema: z.string().min(1), allowed: 'a file, YAML or JSON' },
  GEMINI_API_KEY: { schema: z.string().min(1), allowed: 'a key' },
  OPENAI_API_KEY: { schema: z.string().min(1), allowed: 'a key' },
  ANTIPHON_LOG_LEVEL: { schema: z.enum(LOG_LEVELS), allowed: LOG_LEVELS.join(', ') },
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
  ANTIPHON_WORKER_METRICS_PORT: {
    schema: z
      .string()
      .regex(/^\d{1,9}$/u)
      .transform(Number)
      .refine((port) => port <= 65_535),
    allowed: 'a whole number from 0 to 65535',
  },
  ANTIPHON_WORKER_METRICS_HOST: {
    schema: z.string().regex(/^[\w.:-]{1,255}$/u),
    allowed: 'a host name or an address',
  },
  OTEL_SERVICE_NAME: { schema: z.string().min(1).max(255), allowed: 'a name' },
} as const;

/** Their values hold passwords, even when they are malformed. */
const SECRETS: readonly string[] = [
  ...SECRET_TOOL_SETTINGS,
  'ANTIPHON_ANALYZE_URL',
  'GEMINI_API_KEY',
  'OPENAI_API_KEY',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
];

type Variable = keyof typeof variables;

const environment = z.object({
  REDIS_URL: variables.REDIS_URL.schema,
  ANTIPHON_AGENTS_DIR: variables.ANTIPHON_AGENTS_DIR.schema.default(BUNDLED_AGENTS_DIR),
  ANTIPHON_WORKER_CONCURRENCY:
    variables.ANTIPHON_WORKER_CONCURRENCY.schema.prefault(DEFAULT_CONCURRENCY),
  ANTIPHON_WEBHOOK_ALLOW: variables.ANTIPHON_WEBHOOK_ALLOW.schema.optional(),
  SMTP_URL: variables.SMTP_URL.schema.optional(),
  SMTP_FROM: variables.SMTP_FROM.schema.optional(),
  SMTP_CA_FILE: variables.SMTP_CA_FILE.schema.optional(),
  ANTIPHON_DATA_DIR: variables.ANTIPHON_DATA_DIR.schema.optional(),
  ANTIPHON_MAIL_DIR: variables.ANTIPHON_MAIL_DIR.schema.optional(),
  ANTIPHON_MAIL_DAYS: variables.ANTIPHON_MAIL_DAYS.schema.optional(),
  ANTIPHON_ANALYZE: variables.ANTIPHON_ANALYZE.schema.default('off'),
  ANTIPHON_ANALYZE_MODEL: variables.ANTIPHON_ANALYZE_MODEL.schema.optional(),
  ANTIPHON_ANALYZE_URL: variables.ANTIPHON_ANALYZE_URL.schema.optional(),
  ANTIPHON_ANALYZE_KEY_VARIABLE: variables.ANTIPHON_ANALYZE_KEY_VARIABLE.schema.optional(),
  ANTIPHON_ANALYZE_RUBRIC: variables.ANTIPHON_ANALYZE_RUBRIC.schema.optional(),
  GEMINI_API_KEY: variables.GEMINI_API_KEY.schema.optional(),
  OPENAI_API_KEY: variables.OPENAI_API_KEY.schema.optional(),
  ANTIPHON_LOG_LEVEL: variables.ANTIPHON_LOG_LEVEL.schema.default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: variables.OTEL_EXPORTER_OTLP_ENDPOINT.schema.optional(),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT:
    variables.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT.schema.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT:
    variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT.schema.optional(),
  ANTIPHON_WORKER_METRICS_PORT: variables.ANTIPHON_WORKER_METRICS_PORT.schema.optional(),
  ANTIPHON_WORKER_METRICS_HOST: variables.ANTIPHON_WORKER_METRICS_HOST.schema.default('127.0.0.1'),
  OTEL_SERVICE_NAME: variables.OTEL_SERVICE_NAME.schema.default('antiphon-worker'),
});

/** What `readConfig` reads. */
export interface ConfigSources {
  /** The environment; a variable that is empty counts as absent. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative folders are taken from here. */
  readonly workingDir: string;
}

/**
 * The configuration from the environment. Throws a WorkerError, `invalid_config`, that names each
 * bad setting, its value and what is allowed.
 */
export function readConfig({ env, workingDir }: ConfigSources): WorkerConfig {
  const given: Partial<Record<Variable, string>> = {};
  for (const name of Object.keys(variables) as Variable[]) {
    const value = env[name];
    if (value !== undefined && value !== '') given[name] = value;
  }
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const bad = new Set(parsed.error.issues.map(({ path: [name] }) => name as Variable));
    const lines = [...bad].map((name) => complaint(name, given[name]));
    throw new WorkerError('invalid_config', lines.join('\n'));
  }
  const values = parsed.data;
  const fault = faultOfToolVariables(values);
  if (fault !== null) throw new WorkerError('invalid_config', fault);
  return {
    ...readToolSettings(values, workingDir),
    redisUrl: values.REDIS_URL,
    agentsDir: path.resolve(workingDir, values.ANTIPHON_AGENTS_DIR),
    concurrency: values.ANTIPHON_WORKER_CONCURRENCY,
    variables: (name) => env[name],
    logLevel: values.ANTIPHON_LOG_LEVEL,
    tracing: readTracing(values),
    metrics:
      values.ANTIPHON_WORKER_METRICS_PORT === undefined
        ? null
        : {
            host: values.ANTIPHON_WORKER_METRICS_HOST,
            port: values.ANTIPHON_WORKER_METRICS_PORT,
          },
    otlpMetricsUrl: metricsUrlOf(values),
    analysis: readAnalysis(values, workingDir),
  };
}

function readAnalysis(
  values: z.output<typeof environment>,
  workingDir: string,
): AnalysisConfig | null {
  const { ANTIPHON_ANALYZE: name, ANTIPHON_ANALYZE_RUBRIC: rubric } = values;
  if (name === 'off') return null;
  return {
    name,
    model: values.ANTIPHON_ANALYZE_MODEL,
    url: values.ANTIPHON_ANALYZE_URL,
    keyVariable: values.ANTIPHON_ANALYZE_KEY_VARIABLE,
    rubric: rubric === undefined ? null : path.resolve(workingDir, rubric),
    recordingsDir: path.resolve(workingDir, values.ANTIPHON_DATA_DIR ?? '.antiphon', 'recordings'),
  };
}

/** As OpenTelemetry has it: the endpoint of all signals is a base, that of traces is whole. */
/** As OpenTelemetry has it: the endpoint of all signals is a base, that of metrics is whole. */
function metricsUrlOf(values: z.output<typeof environment>): string | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: whole } = values;
  if (whole !== undefined) return whole;
  return base === undefined ? null : `${base.replace(/\/$/u, '')}/v1/metrics`;
}

function readTracing(values: z.output<typeof environment>): TracingConfig | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = values;
  if (base === undefined && whole === undefined) return null;
  const url = whole ?? `${base?.replace(/\/$/u, '')}/v1/traces`;
  return { url, serviceName: values.OTEL_SERVICE_NAME };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol);
}

function complaint(name: Variable, value: string | undefined): string {
  const { allowed } = variables[name];
  if (value === undefined) {
    return `${name} is not set; use the one of the servers: ${allowed}.`;
  }
  const shown = SECRETS.includes(name) ? 'not usable' : JSON.stringify(value);
  return `${name} is ${shown}; use ${allowed}.`;
}
