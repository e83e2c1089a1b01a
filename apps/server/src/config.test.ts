import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const workingDir = path.resolve('/srv/voice');
const read = (env: Record<string, string>, flags = {}) => readConfig({ env, flags, workingDir });

describe('readConfig', () => {
  it('needs no environment at all', () => {
    const config = read({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      apiKeys: null,
      dataDir: path.join(workingDir, '.antiphon'),
      defaultAgent: null,
      recordings: true,
      logLevel: 'info',
      maxSessions: 1000,
      connectionsPerMinute: 6000,
      redisUrl: null,
      tls: null,
      smtpUrl: null,
      smtpFrom: null,
      otlpMetricsUrl: null,
      mailDir: path.join(workingDir, '.antiphon', 'mail'),
    });
    expect(path.basename(config.agentsDir)).toBe('agents');
  });

  it('takes an empty variable for one that is not set', () => {
    expect(read({ ANTIPHON_PORT: '', ANTIPHON_API_KEYS: '' })).toMatchObject({
      port: 8787,
      apiKeys: null,
    });
  });

  it('reads keys separated by commas', () => {
    expect(read({ ANTIPHON_API_KEYS: 'sk-one, acme:sk-two' }).apiKeys).toEqual([
      { key: 'sk-one', tenant: null },
      { key: 'sk-two', tenant: 'acme' },
    ]);
  });

  it('wants a key that is no tenant’s, without telling the others', () => {
    const reading = () => read({ ANTIPHON_API_KEYS: 'acme:sk-two' });
    expect(reading).toThrow(/ANTIPHON_API_KEYS .*at least one without/u);
    expect(reading).not.toThrow(/sk-two/u);
  });

  it('has calls judged where there are recordings and workers, if it is told to', () => {
    const REDIS_URL = 'redis://127.0.0.1';
    expect(read({ REDIS_URL }).analyze).toBe(false);
    expect(read({ ANTIPHON_ANALYZE: 'off' }).analyze).toBe(false);
    expect(read({ REDIS_URL, ANTIPHON_ANALYZE: 'gemini' }).analyze).toBe(true);
    expect(() => read({ ANTIPHON_ANALYZE: 'gemini' })).toThrow(
      'ANTIPHON_ANALYZE is set, but REDIS_URL is not',
    );
    expect(() =>
      read({ REDIS_URL, ANTIPHON_ANALYZE: 'openai', ANTIPHON_RECORDINGS: 'off' }),
    ).toThrow('ANTIPHON_ANALYZE is set, but ANTIPHON_RECORDINGS is "off"');
  });

  it('lets webhooks call what is not public where it says so', () => {
    expect(read({}).webhookAllow).toEqual([]);
    expect(read({ ANTIPHON_WEBHOOK_ALLOW: 'crm.internal, 10.0.0.0/8' }).webhookAllow).toEqual([
      'crm.internal',
      '10.0.0.0/8',
    ]);
    expect(() => read({ ANTIPHON_WEBHOOK_ALLOW: '10.0.0.0/33' })).toThrow(
      'ANTIPHON_WEBHOOK_ALLOW is "10.0.0.0/33"; use hosts, addresses or ranges such as 10.0.0.0/8',
    );
  });

  it('resolves folders from the working folder', () => {
    const config = read({ ANTIPHON_DATA_DIR: 'data', ANTIPHON_AGENTS_DIR: '/etc/agents' });
    expect(config.dataDir).toBe(path.join(workingDir, 'data'));
    expect(config.agentsDir).toBe('/etc/agents');
  });

  it('takes a certificate and its key from files, or makes one', () => {
    const files = { ANTIPHON_TLS_CERT: 'cert.pem', ANTIPHON_TLS_KEY: '/etc/key.pem' };
    expect(read(files).tls).toEqual({
      certFile: path.join(workingDir, 'cert.pem'),
      keyFile: '/etc/key.pem',
    });
    expect(read({ ANTIPHON_TLS: 'self-signed' }).tls).toBe('self-signed');
    expect(read({ ...files, ANTIPHON_TLS: 'off' }).tls).toBeNull();
  });

  it.each([
    [{ ANTIPHON_TLS_CERT: 'cert.pem' }, /ANTIPHON_TLS_CERT is set, but ANTIPHON_TLS_KEY is not/],
    [{ ANTIPHON_TLS_KEY: 'key.pem' }, /ANTIPHON_TLS_KEY is set, but ANTIPHON_TLS_CERT is not/],
    [{ ANTIPHON_TLS: 'self-signed', ANTIPHON_TLS_CERT: 'cert.pem' }, /use one or the other/],
  ])('refuses half of a certificate, or two: %j', (env, message) => {
    expect(() => read(env as Record<string, string>)).toThrow(message);
  });

  it('lets the command line go before the environment', () => {
    const env = { ANTIPHON_PORT: '1', ANTIPHON_HOST: 'example.org' };
    expect(read(env, { port: '9000', host: '0.0.0.0' })).toMatchObject({
      port: 9000,
      host: '0.0.0.0',
    });
  });

  it.each([
    ['ANTIPHON_PORT', '70000', /^ANTIPHON_PORT is "70000"; use a whole number from 0 to 65535/],
    ['ANTIPHON_PORT', '80.5', /ANTIPHON_PORT is "80.5"/],
    ['ANTIPHON_HOST', 'not a host', /ANTIPHON_HOST is "not a host"; use a host name/],
    ['ANTIPHON_RECORDINGS', 'yes', /ANTIPHON_RECORDINGS is "yes"; use on or off\./],
    ['ANTIPHON_LOG_LEVEL', 'loud', /ANTIPHON_LOG_LEVEL is "loud"; use silent, fatal, error/],
    ['ANTIPHON_SESSION_MINUTES', '2000', /ANTIPHON_SESSION_MINUTES is "2000"; use a whole number/],
    ['ANTIPHON_MAX_SESSIONS', '0', /ANTIPHON_MAX_SESSIONS is "0"; use a whole number from 1/],
    ['ANTIPHON_CONNECTIONS_PER_MINUTE', '0', /use a whole number from 1 to 1000000/],
    ['ANTIPHON_TRACE_RATIO', '1.5', /ANTIPHON_TRACE_RATIO is "1.5"; use a number from 0 to 1/],
    [
      'ANTIPHON_TRACE_TURNS_PER_SECOND',
      '-1',
      /ANTIPHON_TRACE_TURNS_PER_SECOND is "-1"; use a number of turns below 100000, .*0 for no/,
    ],
    ['ANTIPHON_TRACE_TURNS_PER_SECOND', 'many', /ANTIPHON_TRACE_TURNS_PER_SECOND is "many"; use/],
    ['ANTIPHON_TRACE_PII', 'yes', /ANTIPHON_TRACE_PII is "yes"; use on or off\./],
    ['ANTIPHON_TLS', 'on', /ANTIPHON_TLS is "on"; use self-signed or off\./],
    ['ANTIPHON_DEFAULT_AGENT', 'No Agent', /ANTIPHON_DEFAULT_AGENT is "No Agent"; use an agent/],
  ])('names %s, its value and what is allowed', (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(message);
  });

  it('names every bad setting at once, and the option where it came from one', () => {
    const problem = () => read({ ANTIPHON_RECORDINGS: 'maybe' }, { port: 'x' });
    expect(problem).toThrow(/--port is "x"/);
    expect(problem).toThrow(/ANTIPHON_RECORDINGS is "maybe"/);
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, 'http://c:4318/v1/metrics'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' }, 'https://c/otlp/v1/metrics'],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://m:4318/in',
      },
      'http://m:4318/in',
    ],
  ])('takes the address of metrics from %j', (env, url) => {
    expect(read(env).otlpMetricsUrl).toBe(url);
  });

  it('traces nothing unless it is told where to', () => {
    expect(read({}).tracing).toBeNull();
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }).tracing).toEqual({
      url: 'http://collector:4318/v1/traces',
      serviceName: 'antiphon-server',
      ratio: 1,
      keepsPrivate: false,
    });
    const settings = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in?key=secret',
      OTEL_SERVICE_NAME: 'voice',
      ANTIPHON_TRACE_RATIO: '0.25',
      ANTIPHON_TRACE_PII: 'on',
    };
    expect(read(settings).tracing).toEqual({
      url: 'https://traces.example/in?key=secret',
      serviceName: 'voice',
      ratio: 0.25,
      keepsPrivate: true,
    });
  });

  it.each([
    [{}, undefined],
    [{ ANTIPHON_TRACE_TURNS_PER_SECOND: '0' }, undefined],
    [{ ANTIPHON_TRACE_TURNS_PER_SECOND: '0.5' }, 0.5],
    [{ ANTIPHON_TRACE_TURNS_PER_SECOND: '20' }, 20],
  ])('bounds traced turns with %j', (env, bound) => {
    const { tracing } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/', ...env });
    expect(tracing?.turnsPerSecond).toBe(bound);
  });

  it('never shows the address of a collector that is malformed', () => {
    for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) {
      const problem = () => read({ [name]: 'ftp://me:secret@collector' });
      expect(problem).toThrow(new RegExp(`^${name} is not usable; use a collector's `, 'u'));
      expect(problem).not.toThrow(/secret/);
    }
  });

  it('takes the address of a trace viewer with a place for the id', () => {
    expect(read({}).traceUrl).toBeNull();
    const traceUrl = 'https://viewer.example/trace/{traceId}?panes=%7B%7D';
    expect(read({ ANTIPHON_TRACE_URL: traceUrl }).traceUrl).toBe(traceUrl);
    for (const bad of ['http://viewer/trace/', 'ftp://viewer/{traceId}', 'viewer/{traceId}']) {
      expect(() => read({ ANTIPHON_TRACE_URL: bad })).toThrow(
        /^ANTIPHON_TRACE_URL is not usable; use a trace viewer’s http or https .*\{traceId\} in it/,
      );
    }
  });

  it('takes the address of a Redis, and never shows one that is malformed', () => {
    const url = 'rediss://me:secret@redis.example/1';
    expect(read({ REDIS_URL: url }).redisUrl).toBe(url);
    const problem = () => read({ REDIS_URL: 'redis//me:secret@redis.example' });
    expect(problem).toThrow(/REDIS_URL is not usable; use redis:\/\//);
    expect(problem).not.toThrow(/secret/);
  });

  it('never shows a key, not even a malformed one', () => {
    const problem = () => read({ ANTIPHON_API_KEYS: 'sk-secret with spaces' });
    expect(problem).toThrow(/ANTIPHON_API_KEYS is not usable; use keys of visible ASCII/);
    expect(problem).not.toThrow(/secret/);
  });

  it('reads where e-mailed answers go, and whom they come from', () => {
    const env = {
      SMTP_URL: 'smtps://user:p%40ss@mail.example.com',
      SMTP_FROM: 'Acme Support <support@example.com>',
      REDIS_URL: 'unix:///run/redis.sock',
      ANTIPHON_MAIL_DIR: 'letters',
    };
    expect(read(env)).toMatchObject({
      smtpUrl: env.SMTP_URL,
      smtpFrom: env.SMTP_FROM,
      redisUrl: env.REDIS_URL,
      mailDir: path.join(workingDir, 'letters'),
    });
    expect(read({ ANTIPHON_DATA_DIR: '/data' }).mailDir).toBe('/data/mail');
  });

  it('refuses a mail server without a sender', () => {
    const problem = () => read({ SMTP_URL: 'smtp://mail.example.com' });
    expect(problem).toThrow(/SMTP_URL is set, but SMTP_FROM is not; use one e-mail address/);
  });

  it.each([
    'support@example.com, sales@example.com',
    'support@example.com\r\nBcc: all@example.com',
    'Support',
    'Support <support@localhost>',
  ])('refuses the sender %j', (from) => {
    const env = { SMTP_URL: 'smtp://mail.example.com', SMTP_FROM: from };
    expect(() => read(env)).toThrow(/SMTP_FROM is ".*; use one e-mail address/);
  });

  it.each([
    ['SMTP_URL', 'smtp://user:hunter2@mail.example.com/inbox'],
    ['SMTP_URL', 'smtp://:hunter2@mail.example.com'],
    ['SMTP_URL', 'hunter2'],
    ['SMTP_URL', 'smtp://user:hunter2@mail.example.com:99999'],
    ['SMTP_URL', 'smtp://user:hunter2@mail.example.com?tls=maybe'],
    ['REDIS_URL', 'http://:hunter2@cache.example.com'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'ftp://:hunter2@collector.example.com'],
    ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'collector:4318/hunter2'],
    ['ANTIPHON_TRACE_URL', 'https://viewer:hunter2@traces.example.com/{traceId}'],
  ])('refuses %s=%s without showing it', (name, value) => {
    const problem = () => read({ [name]: value, SMTP_FROM: 'support@example.com' });
    expect(problem).toThrow(new RegExp(`^${name} is not usable; use `));
    expect(problem).not.toThrow(/hunter2/);
  });
});
