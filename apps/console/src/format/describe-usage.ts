import type { FeedEvent } from '@antiphon/observability';

/** What a session used, as the end of its feed tells it. */
type Usage = NonNullable<Extract<FeedEvent, { type: 'session.ended' }>['usage']>;

/** What providers took for a session, in a figure and a note. */
export interface DescribedUsage {
  readonly cost: string;
  readonly note: string;
}

const COUNT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** The cost where the agent has prices, and what it is for; null where the feed tells of no use. */
export function describeUsage(events: readonly FeedEvent[]): DescribedUsage | null {
  const end = events.findLast((event) => event.type === 'session.ended');
  const usage = end?.type === 'session.ended' ? end.usage : undefined;
  return usage === undefined ? null : { cost: costOf(usage), note: noteOf(usage) };
}

function costOf({ dollars, isPartlyPriced }: Usage): string {
  if (dollars === null) return '–';
  return `${isPartlyPriced ? 'over ' : ''}$${dollars.toFixed(4)}`;
}

function noteOf(usage: Usage): string {
  const { inputTextTokens, inputAudioTokens, outputTextTokens, outputAudioTokens } = usage;
  const read = inputTextTokens + inputAudioTokens;
  const written = outputTextTokens + outputAudioTokens;
  const parts = [
    read + written > 0 ? `${COUNT.format(read)} tokens in, ${COUNT.format(written)} out` : '',
    usage.audioMs > 0 ? `${Math.round(usage.audioMs / 1000)} s recognised` : '',
    usage.characters > 0 ? `${COUNT.format(usage.characters)} characters spoken` : '',
    usage.dollars === null ? 'no prices' : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
