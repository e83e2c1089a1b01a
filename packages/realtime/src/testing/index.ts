export { DeclaredFormat } from '../declared-format.ts';
export {
  DECLARABLE,
  expectedName,
  isWrong,
  nameOfFormat,
  sampleBytes,
  SENT,
  sentAs,
  toldOfStream,
} from './format-trials.ts';
export { LIVE_PATTERNS, liveArrivals, seededRandom } from './live-arrivals.ts';
export { PLAIN_SOUNDS } from './plain-sounds.ts';
export { unknownToStockClient } from './stock-parser.ts';
