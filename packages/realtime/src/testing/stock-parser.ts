import { createRequire } from 'node:module';

/** What the parser of `@openai/agents-realtime` makes of a frame. */
interface StockReading {
  /** The event is none that the client knows, or has a wrong member. */
  readonly isGeneric: boolean;
}

type StockParser = (message: { readonly data: string }) => StockReading;

const require = createRequire(import.meta.url);

/** The parser is no export of its package: it is loaded as the neighbour of the main file. */
const parserPath = require
  .resolve('@openai/agents-realtime')
  .replace(/index\.js$/u, 'openaiRealtimeEvents.js');

const { parseRealtimeEvent } = require(parserPath) as { readonly parseRealtimeEvent: StockParser };

/** The frames that a stock client of the GA dialect would not understand. */
export function unknownToStockClient(frames: readonly string[]): string[] {
  return frames.filter((data) => parseRealtimeEvent({ data }).isGeneric);
}
