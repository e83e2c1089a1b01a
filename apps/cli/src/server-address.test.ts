import { describe, expect, it } from 'vitest';
import { feedAddress, realtimeAddress } from './server-address.ts';

describe('addresses of a server', () => {
  it('are WebSockets of the same host', () => {
    expect(realtimeAddress('http://127.0.0.1:8787', 'acme-support').href).toBe(
      'ws://127.0.0.1:8787/v1/realtime?agent=acme-support',
    );
    expect(feedAddress('https://voice.example/base/', 'sess_1').href).toBe(
      'wss://voice.example/base/sessions/sess_1/feed?after=0',
    );
  });

  it('name the option when they are none', () => {
    expect(() => realtimeAddress('localhost', 'a')).toThrowError(
      '--url localhost is no address of a server',
    );
    expect(() => realtimeAddress('ftp://host', 'a')).toThrowError('--url');
  });
});
