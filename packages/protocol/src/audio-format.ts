/** An audio encoding on the wire with its sample rate in Hz: 24000 for pcm16, 8000 for G.711. */
export type AudioFormat =
  { encoding: 'pcm16'; rate: 24000 } | { encoding: 'g711_ulaw' | 'g711_alaw'; rate: 8000 };

/** The format object of the GA dialect; G.711 carries no rate. */
export type GaAudioFormat =
  { type: 'audio/pcm'; rate: 24000 } | { type: 'audio/pcmu' } | { type: 'audio/pcma' };

/** Signed 16-bit little-endian mono at 24 kHz: what both dialects speak unless told otherwise. */
export const PCM16_24K: AudioFormat = { encoding: 'pcm16', rate: 24000 };

const G711_ULAW_8K: AudioFormat = { encoding: 'g711_ulaw', rate: 8000 };
const G711_ALAW_8K: AudioFormat = { encoding: 'g711_alaw', rate: 8000 };

/** Every name a client may use for a format, from either dialect. */
export const AUDIO_FORMAT_BY_NAME = {
  'audio/pcm': PCM16_24K,
  'audio/pcmu': G711_ULAW_8K,
  'audio/pcma': G711_ALAW_8K,
  pcm16: PCM16_24K,
  g711_ulaw: G711_ULAW_8K,
  g711_alaw: G711_ALAW_8K,
} as const;

/** The GA format object of a format. */
export function audioFormatToGa(format: AudioFormat): GaAudioFormat {
  switch (format.encoding) {
    case 'pcm16':
      return { type: 'audio/pcm', rate: format.rate };
    case 'g711_ulaw':
      return { type: 'audio/pcmu' };
    case 'g711_alaw':
      return { type: 'audio/pcma' };
  }
}

/** The beta name of a GA format object. */
export function gaAudioFormatToBeta(format: GaAudioFormat): AudioFormat['encoding'] {
  return AUDIO_FORMAT_BY_NAME[format.type].encoding;
}
