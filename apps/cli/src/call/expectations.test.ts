import { describe, expect, it } from 'vitest';
import { parseScenario } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';
import { CallRecord } from './call-record.ts';
import { checkCall } from './expectations.ts';
import type { FollowUpTold } from './follow-up-told.ts';

const SCENARIO = parseScenario({
  name: 'test',
  file: 'test.yaml',
  text: `
agent: a
title: t
conversation:
  - agent: [tracking shows]
    maxWords: 4
  - caller: Wait.
    clip: wait
    cutsInAt: shows
    heard: [your tracking]
    unheard: [shows]
  - agent: [[sure, of course]]
expect:
  tools:
    - name: look_up
      arguments: { id: '7', deep: { a: [1] } }
    - name: pay
      times: 0
  states: [responding, truncated.cut, ended]
  handoff: { id: '7' }
  ends: handedOff
`,
});

/** A call in which everything was as it should be. */
function goodCall(): CallRecord {
  const call = new CallRecord();
  call.script = { outcome: 'played' };
  call.agentTurns = ['What your tracking shows?', 'Sure.'];
  call.interruptions.push({
    line: 2,
    itemId: 'item',
    playedMs: 500,
    silencedAfterMs: 100,
    transcript: 'What your tracking',
  });
  call.tools.push({
    callId: 'call',
    name: 'look_up',
    arguments: '{"deep":{"a":[1]},"id":"7"}',
    outcome: 'result',
    output: '{}',
    durationMs: 1,
  });
  call.turnStates.push('responding.thinking', 'responding.speaking', 'truncated.cut', 'listening');
  call.turnStates.push('ended');
  call.handoff = '{"id":"7","reason":"x"}';
  call.endReason = 'handedOff';
  return call;
}

function failures(change: (call: CallRecord) => void) {
  const call = goodCall();
  change(call);
  return checkCall(SCENARIO, call)
    .filter(({ passed }) => !passed)
    .map(({ what, expected, got }) => [what, expected, got]);
}

describe('checkCall', () => {
  it('passes a call in which everything was as expected', () => {
    expect(failures(() => {})).toEqual([]);
  });

  it('fails a script that stopped', () => {
    const script = { outcome: 'stuck', line: 3, problem: 'no answer' } as const;
    expect(failures((call) => (call.script = script))).toEqual([
      ['conversation', 'all 3 lines', 'stopped at line 3: no answer'],
    ]);
  });

  it('fails a turn that says something else, or too much', () => {
    expect(failures((call) => (call.agentTurns = ['What your tracking shows?', 'No.']))).toEqual([
      ['line 3: agent says', 'sure / of course', 'No.'],
    ]);
    const long = 'Well, that is what your tracking shows.';
    expect(failures((call) => (call.agentTurns = [long, 'Sure.']))).toEqual([
      ['line 1: length', 'at most 4 words', '7 words'],
    ]);
  });

  it('fails a history with words that nobody heard, or without words that were', () => {
    expect(
      failures((call) => (call.interruptions[0]!.transcript = 'What your tracking shows?')),
    ).toEqual([['line 2: history drops', 'not "shows"', 'What your tracking shows?']]);
    expect(failures((call) => (call.interruptions[0]!.transcript = 'What your'))).toEqual([
      ['line 2: history keeps', 'your tracking', 'What your'],
    ]);
    expect(failures((call) => call.interruptions.pop())).toEqual([
      ['line 2: history keeps', 'your tracking', 'no interrupted item'],
      ['line 2: history drops', 'not "shows"', 'no interrupted item'],
    ]);
  });

  it('fails a tool that is called twice, not at all, or with other arguments', () => {
    expect(failures((call) => call.tools.push(call.tools[0]!))).toEqual([
      ['tool look_up: runs', '1', '2'],
    ]);
    expect(failures((call) => call.tools.pop())).toEqual([['tool look_up: runs', '1', '0']]);
    const other = '{"id":"7"}';
    expect(
      failures((call) => {
        call.tools[0] = { ...call.tools[0]!, arguments: other };
      }),
    ).toEqual([['tool look_up: arguments', '{"id":"7","deep":{"a":[1]}}', other]]);
    expect(failures((call) => call.tools.push({ ...call.tools[0]!, name: 'pay' }))).toEqual([
      ['tool pay: runs', '0', '1'],
    ]);
  });

  it('fails states in another order', () => {
    expect(failures((call) => call.turnStates.splice(2, 1))).toMatchObject([
      ['turn states', '… → truncated.cut in this order', expect.stringContaining('listening')],
    ]);
  });

  it('fails a handoff without what it must hold, and another end', () => {
    expect(failures((call) => (call.handoff = '{"id":"8"}'))).toEqual([
      ['handoff', '{"id":"7"}', '{"id":"8"}'],
    ]);
    expect(failures((call) => (call.handoff = null))).toEqual([['handoff', '{"id":"7"}', 'none']]);
    expect(failures((call) => (call.endReason = null))).toEqual([
      ['session ends', 'handedOff', 'not seen'],
    ]);
  });

  it('fails a call with errors, or with audio after a cut', () => {
    expect(failures((call) => call.errors.push('invalid_value: no'))).toEqual([
      ['errors', 'none', 'invalid_value: no'],
    ]);
    expect(failures((call) => (call.staleAudioMs = 100))).toEqual([
      ['audio of an item after it was cut', '0 ms', '100 ms'],
    ]);
  });

  it('fails a tool that ended otherwise than it should', () => {
    const scenario = parseScenario({
      name: 'test',
      file: 'test.yaml',
      text: TOOLS_AND_MAILS.replace('followUps: 1', ''),
    });
    const got = (outcomes: readonly (string | null)[]) =>
      failed(scenario, (call) => {
        for (const outcome of outcomes) call.tools.push({ ...CALLED, outcome });
      });
    expect(got(['result'])).toEqual([]);
    expect(got([])).toEqual([
      ['tool pay: runs', '1', '0'],
      ['tool pay: outcome', 'result', 'no call'],
    ]);
    expect(got(['declined'])).toEqual([['tool pay: outcome', 'result', 'declined']]);
    const declined = parseScenario({
      name: 'test',
      file: 'test.yaml',
      text: TOOLS_AND_MAILS.replace('outcome: result', 'outcome: declined\n      times: 0').replace(
        'followUps: 1',
        '',
      ),
    });
    const refused = { ...CALLED, arguments: null, outcome: 'declined' };
    expect(failed(declined, (call) => void call.tools.push(refused))).toEqual([]);
    expect(
      failed(declined, (call) => void call.tools.push({ ...refused, arguments: '{}' })),
    ).toEqual([['tool pay: runs', '0', '1']]);
    expect(got([null])).toEqual([['tool pay: outcome', 'result', 'not seen']]);
  });

  it('counts the e-mails that were sent', () => {
    const text = TOOLS_AND_MAILS.replace(/tools:.*outcome: result\n/s, '');
    const scenario = parseScenario({ name: 'test', file: 'test.yaml', text });
    const got = (states: readonly FollowUpTold['state'][]) =>
      failed(scenario, (call) => {
        for (const state of states) call.followUps.push({ callId: 'c', state, isFinal: true });
      });
    expect(got(['pending', 'sending', 'sent'])).toEqual([]);
    expect(got([])).toEqual([['e-mails sent', '1', '0 (none promised)']]);
    expect(got(['pending', 'unknown'])).toEqual([['e-mails sent', '1', '0 (pending → unknown)']]);
    expect(got(['sent', 'sent'])).toEqual([['e-mails sent', '1', '2 (sent → sent)']]);
  });
});

const TOOLS_AND_MAILS = `
agent: a
title: t
conversation:
  - agent: [hello]
expect:
  tools:
    - name: pay
      outcome: result
  followUps: 1
`;

const CALLED = { callId: 'c', name: 'pay', arguments: '{}', output: null, durationMs: 1 };

function failed(scenario: Scenario, change: (call: CallRecord) => void) {
  const call = new CallRecord();
  call.script = { outcome: 'played' };
  call.agentTurns = ['Hello.'];
  change(call);
  return checkCall(scenario, call)
    .filter(({ passed }) => !passed)
    .map(({ what, expected, got }) => [what, expected, got]);
}
