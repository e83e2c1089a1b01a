// Local providers of one engine, in a process of their own: `node bench-providers.process.js ENGINE
// FINAL_MS FIRST_TOKEN_MS FIRST_AUDIO_MS`, started with a channel to its parent, whom it tells where
// they are, and of what went by whenever it is asked. It ends with its parent.
import { startBenchCascade } from './bench-cascade.ts';
import { startBenchGemini } from './bench-gemini.ts';
import type { BenchProviders, ProviderDelays } from './bench-providers.ts';
import { startBenchRealtime } from './bench-realtime.ts';
import { systemClock } from '@antiphon/session';

const FORGET_EVERY_MS = 1_000;

const ENGINES: Readonly<Record<string, (delays: ProviderDelays) => Promise<BenchProviders>>> = {
  cascade: startBenchCascade,
  'gemini-live': startBenchGemini,
  'openai-realtime': startBenchRealtime,
};

const [engine = '', ...delays] = process.argv.slice(2);
const [finalMs = 0, firstTokenMs = 0, firstAudioMs = 0] = delays.map(Number);
const start = ENGINES[engine];
if (!start) throw new Error(`There are no local providers of "${engine}".`);
const providers = await start({ finalMs, firstTokenMs, firstAudioMs });

const forget = (): void => {
  providers.forget();
  systemClock.setTimeout(forget, FORGET_EVERY_MS);
};
forget();

process.on('disconnect', () => process.exit());
process.on('message', () => {
  process.send?.({ open: providers.open, turns: providers.turns() });
});
const { section, settings, variables, lateWord } = providers;
process.send?.({ section, settings, variables, lateWord });
