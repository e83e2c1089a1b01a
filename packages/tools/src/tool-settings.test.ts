import { describe, expect, it } from 'vitest';
import { faultOfToolVariables, readToolSettings, TOOL_SETTINGS } from './tool-settings.ts';

describe('the settings that servers and workers share', () => {
  it('have defaults', () => {
    expect(readToolSettings({}, '/srv')).toEqual({
      redisUrl: null,
      webhookAllow: [],
      smtpUrl: null,
      smtpFrom: null,
      smtpCaFile: null,
      mailDir: '/srv/.antiphon/mail',
      mailDays: 30,
    });
  });

  it('take paths from the working folder', () => {
    const given = { ANTIPHON_DATA_DIR: 'data', SMTP_CA_FILE: 'ca.pem', ANTIPHON_MAIL_DAYS: '7' };
    expect(readToolSettings(given, '/srv')).toMatchObject({
      mailDir: '/srv/data/mail',
      smtpCaFile: '/srv/ca.pem',
      mailDays: 7,
    });
    expect(readToolSettings({ ANTIPHON_MAIL_DIR: '/var/mail' }, '/srv').mailDir).toBe('/var/mail');
  });

  it.each(['', '0', '-1', '3651', '1.5', '1e3', ' 30'])('refuse %j days', (text) => {
    expect(TOOL_SETTINGS.ANTIPHON_MAIL_DAYS.accepts(text)).toBe(false);
  });

  it('need a sender beside a mail server, and a mail server beside its certificates', () => {
    const SMTP_URL = 'smtp://localhost';
    expect(faultOfToolVariables({ SMTP_URL })).toMatch(/^SMTP_URL is set, but SMTP_FROM is not/u);
    expect(faultOfToolVariables({ SMTP_CA_FILE: 'ca.pem' })).toMatch(/^SMTP_CA_FILE is set/u);
    const SMTP_FROM = 'help@example.com';
    expect(faultOfToolVariables({ SMTP_URL, SMTP_FROM, SMTP_CA_FILE: 'ca.pem' })).toBeNull();
  });
});
