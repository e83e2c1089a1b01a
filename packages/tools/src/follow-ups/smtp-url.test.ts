import { describe, expect, it } from 'vitest';
import { readSmtpUrl } from './smtp-url.ts';

describe('readSmtpUrl', () => {
  it('reads host, port, user and password', () => {
    expect(readSmtpUrl('smtp://us%40er:p%3Aw@mail.example.com:2525')).toEqual({
      host: 'mail.example.com',
      port: 2525,
      isSecure: false,
      requiresTls: true,
      auth: { user: 'us@er', pass: 'p:w' },
    });
    expect(readSmtpUrl('smtps://[::1]/')).toEqual({
      host: '::1',
      port: 465,
      isSecure: true,
      requiresTls: false,
      auth: null,
    });
    expect(readSmtpUrl('smtp://mail.example.com')).toMatchObject({ port: 587 });
  });

  it.each([
    ['smtp://mail.example.com', false],
    ['smtp://mail.example.com?requireTLS=true', true],
    ['smtp://u:p@mail.example.com', true],
    ['smtp://u:p@mail.example.com?requireTLS=false', false],
    ['smtp://u:p@127.0.0.1:1025', false],
    ['smtp://u:p@localhost', false],
    ['smtp://u:p@127.evil.example.com', true],
  ])('of %s says whether encryption is required: %s', (url, requiresTls) => {
    expect(readSmtpUrl(url)).toMatchObject({ requiresTls });
  });

  it.each([
    '',
    'mail.example.com',
    'http://mail.example.com',
    'smtp://',
    'smtp://user@mail.example.com',
    'smtp://:pass@mail.example.com',
    'smtp://u:%zz@mail.example.com',
    'smtp://mail.example.com/path',
    'smtp://mail.example.com#x',
    'smtp://mail.example.com?requireTLS=maybe',
    'smtp://mail.example.com?pool=true',
    'smtp://mail.example.com:0',
    'smtp://mail.example.com:99999',
  ])('refuses %j', (url) => {
    expect(readSmtpUrl(url)).toBeNull();
  });
});
