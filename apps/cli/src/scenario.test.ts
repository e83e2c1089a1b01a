import { describe, expect, it } from 'vitest';
import { CliError } from './cli-error.ts';
import { parseScenario } from './scenario.ts';

const GOOD = `agent: acme
title: Short
conversation:
  - agent: [hello, [one moment, let me check]]
    maxWords: 12
  - caller: Stop.
    clip: stop
    cutsInAt: moment
    heard: [one]
    unheard: [moment]
expect:
  tools:
    - name: look_up
      arguments: { id: '1' }
  ends: handedOff
`;

function problemsOf(text: string): string {
  try {
    parseScenario({ name: 'short', file: 'short.yaml', text });
  } catch (error) {
    if (error instanceof CliError && error.code === 'invalid_scenario') return error.message;
    throw error;
  }
  return 'none';
}

describe('parseScenario', () => {
  it('reads lines, wordings and expectations', () => {
    expect(parseScenario({ name: 'short', file: 'short.yaml', text: GOOD })).toEqual({
      name: 'short',
      agent: 'acme',
      title: 'Short',
      limitSeconds: 120,
      conversation: [
        {
          speaker: 'agent',
          says: [['hello'], ['one moment', 'let me check']],
          maxWords: 12,
          whileToolRuns: false,
        },
        {
          speaker: 'caller',
          text: 'Stop.',
          clip: 'stop',
          cutsInAt: 'moment',
          heard: ['one'],
          unheard: ['moment'],
        },
      ],
      expect: {
        tools: [{ name: 'look_up', arguments: { id: '1' }, times: 1 }],
        states: [],
        ends: 'handedOff',
      },
    });
  });

  it('reads how tools end, how many e-mails are sent, and who is answered meanwhile', () => {
    const text = GOOD.replace('maxWords: 12', 'whileToolRuns: true')
      .replace("arguments: { id: '1' }", 'outcome: declined')
      .replace('ends: handedOff', 'followUps: 1');
    const { conversation, expect: expected } = parseScenario({ name: 's', file: 's.yaml', text });
    expect(conversation[0]).toMatchObject({ whileToolRuns: true });
    expect(expected).toMatchObject({ tools: [{ outcome: 'declined', times: 1 }], followUps: 1 });
  });

  it('points at the line of a misspelt key', () => {
    expect(problemsOf(GOOD.replace('cutsInAt:', 'cutInAt:'))).toContain(
      'short.yaml:6: conversation.1: Unrecognized key: "cutInAt"',
    );
  });

  it('points at the line of a wrong value', () => {
    expect(problemsOf(GOOD.replace('maxWords: 12', 'maxWords: few'))).toContain(
      'short.yaml:5: conversation.0.maxWords: ',
    );
  });

  it('says how a line begins that begins otherwise', () => {
    expect(problemsOf(GOOD.replace('caller: Stop.', 'speaker: Stop.'))).toContain(
      'short.yaml:6: conversation.1: a line begins with "agent:" or "caller:"',
    );
  });

  it('wants a place for an interruption that is described', () => {
    expect(problemsOf(GOOD.replace('    cutsInAt: moment\n', ''))).toContain(
      'say with cutsInAt where it is',
    );
  });

  it('allows no call without end', () => {
    expect(problemsOf(`limitSeconds: 500\n${GOOD}`)).toContain('short.yaml:1: limitSeconds: ');
  });

  it('tells what is missing', () => {
    expect(problemsOf('agent: acme\n')).toMatch(/conversation: .*\n.*|title: .*\n.*/u);
  });

  it('points at the line where it is no YAML', () => {
    expect(problemsOf('agent: acme\ntitle: "x\n')).toMatch(/^short\.yaml:\d: /u);
  });
});
