import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAudioDelta } from './encode-audio-delta.ts';

describe('encodeAudioDelta', () => {
  // The generator of strings takes over a second to prepare.
  it('writes the JSON a stringify would, whatever the ids contain', { timeout: 30_000 }, () => {
    const event = fc.record({
      event_id: fc.string(),
      response_id: fc.string({ unit: 'binary' }),
      item_id: fc.string({ unit: 'binary' }),
      output_index: fc.nat(),
      content_index: fc.nat(),
      delta: fc.base64String(),
    });
    fc.assert(
      fc.property(event, (members) => {
        const delta = { type: 'response.output_audio.delta' as const, ...members };
        expect(JSON.parse(encodeAudioDelta(delta, 'ga'))).toEqual(delta);
        expect(JSON.parse(encodeAudioDelta(delta, 'beta'))).toEqual({
          ...delta,
          type: 'response.audio.delta',
        });
      }),
    );
  });
});
