// Assembles audio-kernels.wat into packages/audio, where the bytes are kept: npm run kernels.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import loadWabt from 'wabt';

/** @returns {Promise<string>} the module's bytes in base64 */
export async function assemble() {
  const wabt = await loadWabt();
  const text = readFileSync(new URL('audio-kernels.wat', import.meta.url), 'utf8');
  const { buffer } = wabt.parseWat('audio-kernels.wat', text, { simd: true }).toBinary({});
  return Buffer.from(buffer).toString('base64');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = [
    '/** infra/kernels/audio-kernels.wat, assembled by `npm run kernels`; a test holds it to that. */',
    'export const AUDIO_KERNELS =',
    `  '${await assemble()}';`,
  ];
  const file = new URL('../../packages/audio/src/kernels/audio-kernels-bytes.ts', import.meta.url);
  writeFileSync(file, `${lines.join('\n')}\n`);
}
