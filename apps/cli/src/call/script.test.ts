import { describe, expect, it } from 'vitest';
import { Playback } from '../playback.ts';
import { parseScenario } from '../scenario.ts';
import { AgentTurns } from './agent-turns.ts';
import { Script } from './script.ts';
import type { ScriptEnd } from './script.ts';

/** A script whose lines are written as YAML, and everything that happens around it. */
function scriptOf(conversation: string) {
  const text = `agent: a\ntitle: t\nconversation:\n${conversation}`;
  const { conversation: lines } = parseScenario({ name: 't', file: 't.yaml', text });
  const playback = new Playback();
  const turns = new AgentTurns(playback);
  const spoken: (readonly [text: string, atMs: number | null])[] = [];
  const ends: ScriptEnd[] = [];
  const script = new Script({
    lines,
    turns,
    speak: (line, atMs) => spoken.push([line.text, atMs]),
    onEnd: (end) => ends.push(end),
  });
  let nowMs = 0;
  const runUntil = (untilMs: number) => {
    for (; nowMs < untilMs; nowMs += 20) script.tick(nowMs);
  };
  const say = (itemId: string, words: string, lengthMs = 1000) => {
    turns.write(itemId, words);
    playback.append(itemId, lengthMs, nowMs);
  };
  return { script, turns, spoken, ends, runUntil, say };
}

const QUESTION = `
  - agent: [your number]
  - caller: Four.
    clip: four
`;
const INTERRUPTION = `
  - agent: [tracking]
  - caller: Wait.
    clip: wait
    cutsInAt: shows
`;

describe('a line of the caller', () => {
  it('is said when the agent has finished, after a pause', () => {
    const { spoken, runUntil, say, script, ends } = scriptOf(QUESTION);
    runUntil(500);
    say('a', "What's your number?");
    runUntil(1880);
    expect(spoken).toEqual([]);
    runUntil(2000);
    expect(spoken).toEqual([['Four.', null]]);
    runUntil(3000);
    expect(ends).toEqual([]);
    script.spoken();
    runUntil(3100);
    expect(ends).toEqual([{ outcome: 'played' }]);
  });

  it('waits for the words that must come first', () => {
    const { spoken, runUntil, say } = scriptOf(QUESTION);
    say('a', 'One moment.');
    runUntil(3000);
    say('b', "What's your number?");
    runUntil(3500);
    expect(spoken).toEqual([]);
    runUntil(4500);
    expect(spoken).toHaveLength(1);
  });

  it('is said while a tool runs where the scenario has it so', () => {
    const { turns, spoken, ends, runUntil, say } = scriptOf(
      QUESTION.replace('[your number]', '[your number]\n    whileToolRuns: true'),
    );
    turns.toolStarted('call');
    say('a', 'One moment.');
    runUntil(9000);
    expect([spoken, ends]).toEqual([[], []]);
    say('b', 'Is it your number?');
    runUntil(10_300);
    expect(spoken).toEqual([]);
    runUntil(10_500);
    expect(spoken).toEqual([['Four.', null]]);
  });

  it('waits while the agent is looking something up', () => {
    const { spoken, runUntil, say, turns } = scriptOf(QUESTION);
    say('a', "What's your number?");
    turns.toolStarted('call');
    runUntil(3000);
    expect(spoken).toEqual([]);
    turns.toolSettled('call');
    runUntil(3500);
    expect(spoken).toHaveLength(1);
  });
});

describe('an interruption', () => {
  it('begins when its word begins to be heard', () => {
    const { spoken, runUntil, say, turns } = scriptOf(INTERRUPTION);
    turns.time('a', [
      { text: 'tracking', startMs: 0, endMs: 600 },
      { text: 'shows?', startMs: 605, endMs: 1000 },
    ]);
    say('a', 'tracking shows?');
    runUntil(560);
    expect(spoken).toEqual([]);
    runUntil(600);
    expect(spoken).toEqual([['Wait.', 605]]);
  });

  it('that finds no word ends the script', () => {
    const { ends, runUntil, say } = scriptOf(INTERRUPTION);
    say('a', 'Your tracking is fine.');
    runUntil(8000);
    expect(ends).toEqual([
      { outcome: 'stuck', line: 1, problem: 'the agent did not say "shows", to be interrupted' },
    ]);
  });
});

describe('a script that cannot go on', () => {
  it('stops when the agent has said something else', () => {
    const { ends, runUntil, say } = scriptOf(QUESTION);
    say('a', 'Good bye.');
    runUntil(6200);
    expect(ends).toEqual([
      { outcome: 'stuck', line: 1, problem: 'the agent did not say "your number"' },
    ]);
  });

  it('stops when the agent says nothing at all', () => {
    const { ends, runUntil } = scriptOf(QUESTION);
    runUntil(29_000);
    expect(ends).toEqual([]);
    runUntil(31_000);
    expect(ends).toMatchObject([{ outcome: 'stuck', line: 1 }]);
  });

  it('hears out what has arrived when the session ends, and then stops', () => {
    const { ends, runUntil, say, script } = scriptOf(QUESTION);
    say('a', "What's your number?");
    script.sessionEnded('the session ended (1000)');
    runUntil(900);
    expect(ends).toEqual([]);
    runUntil(1200);
    expect(ends).toEqual([{ outcome: 'stuck', line: 2, problem: 'the session ended (1000)' }]);
  });

  it('has played everything when the session ends with the last line', () => {
    const { ends, runUntil, say, script } = scriptOf('  - agent: [good bye]\n');
    say('a', 'Good bye.');
    runUntil(1000);
    script.sessionEnded('the session ended (1000)');
    runUntil(1200);
    expect(ends).toEqual([{ outcome: 'played' }]);
  });
});
