import { describe, expect, it } from 'vitest';
import { Playback } from '../playback.ts';
import { AgentTurns } from './agent-turns.ts';

const WORDS = [
  { text: 'what', startMs: 0, endMs: 200 },
  { text: 'your', startMs: 200, endMs: 300 },
  { text: 'tracking', startMs: 300, endMs: 800 },
  { text: 'shows?', startMs: 800, endMs: 1200 },
];

function turnsWith(playback: Playback): AgentTurns {
  const turns = new AgentTurns(playback);
  turns.time('item', WORDS);
  return turns;
}

describe('the instant of a word', () => {
  it('is when its audio is heard, not when it arrives', () => {
    const playback = new Playback();
    const turns = turnsWith(playback);
    expect(turns.instantOf('shows?')).toBeNull();
    playback.append('before', 500, 1000);
    playback.append('item', 700, 1000);
    expect(turns.instantOf('shows?')).toBeNull();
    playback.append('item', 500, 1100);
    expect(turns.instantOf('shows?')).toBe(1000 + 500 + 800);
    expect(turns.instantOf('your TRACKING')).toBe(1000 + 500 + 200);
  });

  it('is looked for in the current turn only', () => {
    const playback = new Playback();
    const turns = turnsWith(playback);
    playback.append('item', 1200, 0);
    turns.begin();
    expect(turns.instantOf('shows?')).toBeNull();
  });
});

describe('AgentTurns', () => {
  it('counts an item to the turn in which it began', () => {
    const turns = new AgentTurns(new Playback());
    turns.write('a', 'One moment.');
    turns.begin();
    turns.write('a', ' Still the same item.');
    turns.write('b', 'The next.');
    expect(turns.turn(0).text).toBe('One moment. Still the same item.');
    expect(turns.current.text).toBe('The next.');
  });

  it('is quiet when nothing is heard, made or looked up', () => {
    const playback = new Playback();
    const turns = new AgentTurns(playback);
    expect(turns.isQuiet(0)).toBe(true);
    turns.responseStarted('r');
    expect(turns.isQuiet(0)).toBe(false);
    turns.responseEnded('r');
    turns.toolStarted('c');
    expect(turns.isQuiet(0)).toBe(false);
    turns.toolSettled('c');
    playback.append('item', 100, 0);
    expect(turns.isQuiet(99)).toBe(false);
    expect(turns.isQuiet(100)).toBe(true);
  });
});
