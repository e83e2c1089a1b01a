import { expect, it } from 'vitest';
import { AUDIO_KERNELS } from '../../packages/audio/src/kernels/audio-kernels-bytes.ts';
import { assemble } from './assemble.mjs';

it('the bytes of the audio kernels are those of their source', async () => {
  expect(await assemble()).toBe(AUDIO_KERNELS);
});
