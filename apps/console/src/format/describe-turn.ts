import type { Tone } from '../ui/badge.tsx';

/** A state in words, and what its colour says. */
export interface DescribedState {
  readonly label: string;
  readonly tone: Tone;
}

const WORDS: Readonly<Record<string, DescribedState>> = {
  listening: { label: 'listening', tone: 'quiet' },
  responding: { label: 'responding', tone: 'busy' },
  'responding.thinking': { label: 'thinking', tone: 'busy' },
  'responding.speaking': { label: 'speaking', tone: 'good' },
  toolPending: { label: 'waits for a tool', tone: 'warning' },
  'toolPending.quiet': { label: 'waits for a tool', tone: 'warning' },
  'toolPending.covering': { label: 'covers a tool', tone: 'warning' },
  asking: { label: 'asks', tone: 'busy' },
  truncated: { label: 'interrupted', tone: 'bad' },
  'truncated.deciding': { label: 'held', tone: 'warning' },
  'truncated.cut': { label: 'cut', tone: 'bad' },
  escalating: { label: 'hands off', tone: 'warning' },
  ended: { label: 'ended', tone: 'quiet' },
};

/** The state of the machine's turn region, a dotted path, in a word or two. */
export function describeTurn(path: string): DescribedState {
  for (let part = path; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('.')))) {
    const words = WORDS[part];
    if (words !== undefined) return words;
  }
  return { label: path, tone: 'plain' };
}
