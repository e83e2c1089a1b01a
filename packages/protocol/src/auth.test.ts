import { describe, expect, it } from 'vitest';
import { credentialsFrom } from './auth.ts';

const NONE = { authorization: undefined, apiKeyHeader: undefined, protocolHeader: undefined };

describe('credentialsFrom', () => {
  it('reads a bearer token whatever the case of the scheme', () => {
    expect(credentialsFrom({ ...NONE, authorization: 'bearer sk-1' })).toEqual({
      key: 'sk-1',
      carrier: 'authorization',
    });
  });

  it('reads the api-key header', () => {
    expect(credentialsFrom({ ...NONE, apiKeyHeader: 'sk-2' })).toEqual({
      key: 'sk-2',
      carrier: 'api-key',
    });
  });

  it('reads the key a browser offers as a subprotocol', () => {
    const protocolHeader = 'realtime, openai-insecure-api-key.ek_a-B_3.x, openai-beta.realtime-v1';
    expect(credentialsFrom({ ...NONE, protocolHeader })).toEqual({
      key: 'ek_a-B_3.x',
      carrier: 'subprotocol',
    });
  });

  it('prefers bearer to api-key to subprotocol', () => {
    const all = {
      authorization: 'Bearer one',
      apiKeyHeader: 'two',
      protocolHeader: 'realtime, openai-insecure-api-key.three',
    };
    expect(credentialsFrom(all)?.key).toBe('one');
    expect(credentialsFrom({ ...all, authorization: undefined })?.key).toBe('two');
  });

  it.each(['undefined', 'null', ''])('takes the word "%s" for no key and looks further', (word) => {
    const absent = {
      authorization: `Bearer ${word}`,
      apiKeyHeader: word,
      protocolHeader: `realtime, openai-insecure-api-key.${word}`,
    };
    expect(credentialsFrom(absent)).toBeNull();
    expect(credentialsFrom({ ...absent, apiKeyHeader: 'sk-3' })?.key).toBe('sk-3');
  });

  it('finds nothing in a handshake without carriers or with another scheme', () => {
    expect(credentialsFrom(NONE)).toBeNull();
    expect(credentialsFrom({ ...NONE, authorization: 'Basic dTpw' })).toBeNull();
  });
});
