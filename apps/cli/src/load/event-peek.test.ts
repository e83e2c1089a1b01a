import { encodeAudioDelta } from '@antiphon/protocol';
import { describe, expect, it } from 'vitest';
import { peekAudioDelta, peekType } from './event-peek.ts';

function deltaOf(bytes: number): Buffer {
  const event = {
    type: 'response.output_audio.delta',
    event_id: 'event_1',
    response_id: 'resp_1',
    item_id: 'item_1',
    output_index: 0,
    content_index: 0,
    delta: Buffer.alloc(bytes, 0x55).toString('base64'),
  } as const;
  return Buffer.from(encodeAudioDelta(event, 'ga'));
}

describe('peekType', () => {
  it('reads a type that is written first', () => {
    expect(peekType(deltaOf(10))).toBe('response.output_audio.delta');
    expect(peekType(Buffer.from('{"type":"error","error":{}}'))).toBe('error');
  });

  it('is null for one that is not', () => {
    expect(peekType(Buffer.from('{"event_id":"event_1","type":"error"}'))).toBeNull();
    expect(peekType(Buffer.from('{"type":"unfinished'))).toBeNull();
  });
});

describe('peekAudioDelta', () => {
  it.each([798, 799, 800])('counts %i bytes without decoding them', (bytes) => {
    expect(peekAudioDelta(deltaOf(bytes))).toEqual({ itemId: 'item_1', audioBytes: bytes });
  });

  it('is null for what is written otherwise', () => {
    expect(peekAudioDelta(Buffer.from('{"type":"response.output_audio.delta"}'))).toBeNull();
  });
});
