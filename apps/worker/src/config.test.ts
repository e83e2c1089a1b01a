import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const workingDir = path.resolve('/srv/voice');
const REDIS_URL = 'redis://127.0.0.1:6379';
const read = (env: Record<string, string>) => readConfig({ env, workingDir });

describe('readConfig', () => {
  it('needs the address of a Redis and nothing else', () => {
    const config = read({ REDIS_URL });
    expect(config).toMatchObject({ redisUrl: REDIS_URL, concurrency: 50, logLevel: 'info' });
    expect(config.agentsDir).toMatch(/apps\/server\/agents$/u);
  });

  it('puts mails where the server puts them, unless there is a mail server', () => {
    expect(read({ REDIS_URL })).toMatchObject({
      smtpUrl: null,
      mailDir: '/srv/voice/.antiphon/mail',
      mailDays: 30,
      webhookAllow: [],
    });
    const SMTP = { SMTP_URL: 'smtp://localhost:25', SMTP_FROM: 'help@example.com' };
    expect(read({ REDIS_URL, ...SMTP })).toMatchObject({
      smtpUrl: SMTP.SMTP_URL,
      smtpFrom: SMTP.SMTP_FROM,
    });
  });

  it('resolves the folder of agents from the working folder', () => {
    expect(read({ REDIS_URL, ANTIPHON_AGENTS_DIR: 'agents' }).agentsDir).toBe('/srv/voice/agents');
  });

  it('serves metrics where it is told to, on this machine unless it is told otherwise', () => {
    expect(read({ REDIS_URL }).metrics).toBeNull();
    const env = { REDIS_URL, ANTIPHON_WORKER_METRICS_PORT: '9464' };
    expect(read(env).metrics).toEqual({ host: '127.0.0.1', port: 9464 });
    const anywhere = { ...env, ANTIPHON_WORKER_METRICS_HOST: '0.0.0.0' };
    expect(read(anywhere).metrics).toEqual({ host: '0.0.0.0', port: 9464 });
    expect(() => read({ ...env, ANTIPHON_WORKER_METRICS_PORT: '65536' })).toThrow(
      'ANTIPHON_WORKER_METRICS_PORT is "65536"; use a whole number from 0 to 65535.',
    );
  });

  it('traces jobs where it is told where to', () => {
    expect(read({ REDIS_URL }).tracing).toBeNull();
    const env = { REDIS_URL, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    expect(read(env).tracing).toEqual({
      url: 'http://collector:4318/v1/traces',
      serviceName: 'antiphon-worker',
    });
  });

  it('has no call judged unless it is told by whom', () => {
    expect(read({ REDIS_URL }).analysis).toBeNull();
    expect(read({ REDIS_URL, ANTIPHON_ANALYZE: 'off' }).analysis).toBeNull();
    const env = { ANTIPHON_ANALYZE: 'gemini', ANTIPHON_ANALYZE_RUBRIC: 'house.yaml' };
    expect(read({ REDIS_URL, ...env }).analysis).toEqual({
      name: 'gemini',
      model: undefined,
      url: undefined,
      keyVariable: undefined,
      rubric: '/srv/voice/house.yaml',
      recordingsDir: '/srv/voice/.antiphon/recordings',
    });
  });

  it.each([
    [{}, /^REDIS_URL is not set; use the one of the servers: redis:\/\//u],
    [{ REDIS_URL: '' }, /^REDIS_URL is not set/u],
    [{ REDIS_URL: 'redis//:secret@x' }, /^(?!.*secret)REDIS_URL is not usable; use redis:\/\//u],
    [
      { REDIS_URL, ANTIPHON_WORKER_CONCURRENCY: '0' },
      /^ANTIPHON_WORKER_CONCURRENCY is "0"; use a whole number from 1 to 1000\./u,
    ],
    [
      { REDIS_URL, SMTP_URL: 'mail://u:secret@x' },
      /^(?!.*secret)SMTP_URL is not usable; use smtp/u,
    ],
    [
      { REDIS_URL, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318/secret' },
      /^(?!.*secret)OTEL_EXPORTER_OTLP_ENDPOINT is not usable; use a collector/u,
    ],
    [{ REDIS_URL, SMTP_URL: 'smtp://localhost:25' }, /^SMTP_URL is set, but SMTP_FROM is not;/u],
    [{ REDIS_URL, SMTP_CA_FILE: 'ca.pem' }, /^SMTP_CA_FILE is set, but SMTP_URL is not;/u],
    [{ REDIS_URL, ANTIPHON_MAIL_DAYS: '0' }, /^ANTIPHON_MAIL_DAYS is "0"; use a whole number/u],
    [{ REDIS_URL, ANTIPHON_WEBHOOK_ALLOW: '10.0.0.0/99' }, /^ANTIPHON_WEBHOOK_ALLOW is "10/u],
    [
      { REDIS_URL, ANTIPHON_ANALYZE: 'on' },
      /^ANTIPHON_ANALYZE is "on"; use off, gemini, openai\./u,
    ],
    [
      { REDIS_URL, ANTIPHON_ANALYZE_URL: 'host/secret' },
      /^(?!.*secret)ANTIPHON_ANALYZE_URL is not usable; use the base address/u,
    ],
    [{ REDIS_URL, ANTIPHON_LOG_LEVEL: 'loud' }, /^ANTIPHON_LOG_LEVEL is "loud"; use silent,/u],
  ])('refuses %j and says what is allowed', (env, message) => {
    expect(() => read(env as Record<string, string>)).toThrow(message);
  });
});
