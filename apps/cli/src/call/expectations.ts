import { isDeepStrictEqual } from 'node:util';
import type { CallExpectations, CallerLine, Scenario } from '../scenario.ts';
import { firstUnsaid, saysPhrase, spokenWords } from '../spoken-words.ts';
import type { CallRecord, InterruptionRecord } from './call-record.ts';

/** Something that was expected of a call, and whether it came about. */
export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
  readonly passed: boolean;
}

/** Compares what was seen of a call with what its scenario expects, in the scenario's order. */
export function checkCall(scenario: Scenario, call: CallRecord): Check[] {
  return [
    scriptCheck(scenario, call),
    ...lineChecks(scenario, call),
    ...scenario.expect.tools.flatMap((tool) => toolChecks(tool, call)),
    ...outcomeChecks(scenario.expect, call),
    check('errors', { expected: 'none', got: call.errors.join('; ') || 'none' }),
    {
      what: 'audio of an item after it was cut',
      expected: '0 ms',
      got: `${Math.round(call.staleAudioMs)} ms`,
      passed: call.staleAudioMs === 0,
    },
  ];
}

function scriptCheck({ conversation }: Scenario, { script }: CallRecord): Check {
  const expected = `all ${conversation.length} lines`;
  const got =
    script === null
      ? 'nothing'
      : script.outcome === 'played'
        ? expected
        : `stopped at line ${script.line}: ${script.problem}`;
  return check('conversation', { expected, got });
}

function lineChecks({ conversation }: Scenario, call: CallRecord): Check[] {
  let turn = 0;
  return conversation.flatMap((line, index) => {
    const what = `line ${index + 1}`;
    if (line.speaker === 'agent') {
      const said = call.agentTurns[turn] ?? '';
      return [
        ...saidChecks(what, line.says, said),
        ...(line.maxWords === null ? [] : [lengthCheck(what, line.maxWords, said)]),
      ];
    }
    turn += 1;
    if (line.cutsInAt === null) return [];
    return historyChecks(
      what,
      line,
      call.interruptions.find((cut) => cut.line === index + 1),
    );
  });
}

function saidChecks(what: string, says: readonly (readonly string[])[], said: string): Check[] {
  const unsaid = firstUnsaid(said, says);
  const expected = (unsaid ? [unsaid] : says).map((wordings) => wordings.join(' / ')).join(' … ');
  return [{ what: `${what}: agent says`, expected, got: said || 'nothing', passed: !unsaid }];
}

function lengthCheck(what: string, maxWords: number, said: string): Check {
  const { length } = spokenWords(said);
  return {
    what: `${what}: length`,
    expected: `at most ${maxWords} words`,
    got: `${length} words`,
    passed: length <= maxWords,
  };
}

/** The agent's own record of the sentence that was cut holds what was heard and nothing else. */
function historyChecks(
  what: string,
  { heard, unheard }: CallerLine,
  cut: InterruptionRecord | undefined,
): Check[] {
  const transcript = cut?.transcript ?? null;
  const got = transcript === null ? 'no interrupted item' : transcript || 'an empty item';
  return [
    ...heard.map((phrase) => ({
      what: `${what}: history keeps`,
      expected: phrase,
      got,
      passed: transcript !== null && saysPhrase(transcript, phrase),
    })),
    ...unheard.map((phrase) => ({
      what: `${what}: history drops`,
      expected: `not "${phrase}"`,
      got,
      passed: transcript !== null && !saysPhrase(transcript, phrase),
    })),
  ];
}

function toolChecks(expected: CallExpectations['tools'][number], call: CallRecord): Check[] {
  const calls = call.tools.filter(({ name }) => name === expected.name);
  const runs = calls.flatMap((one) => one.arguments ?? []);
  const checks = [
    check(`tool ${expected.name}: runs`, { expected: `${expected.times}`, got: `${runs.length}` }),
  ];
  if (expected.outcome !== undefined) {
    checks.push({
      what: `tool ${expected.name}: outcome`,
      expected: expected.outcome,
      got: calls.map(({ outcome }) => outcome ?? 'not seen').join(', ') || 'no call',
      passed: calls.length > 0 && calls.every(({ outcome }) => outcome === expected.outcome),
    });
  }
  if (expected.arguments === undefined) return checks;
  const wanted = JSON.stringify(expected.arguments);
  for (const text of runs) {
    checks.push({
      what: `tool ${expected.name}: arguments`,
      expected: wanted,
      got: text,
      passed: isDeepStrictEqual(parsed(text), expected.arguments),
    });
  }
  return checks;
}

function outcomeChecks(expect: CallExpectations, call: CallRecord): Check[] {
  const checks: Check[] = [];
  if (expect.states.length > 0) {
    const missing = firstMissingState(expect.states, call.turnStates);
    checks.push({
      what: 'turn states',
      expected: missing === null ? expect.states.join(' → ') : `… → ${missing} in this order`,
      got: call.turnStates.join(' → ') || 'none',
      passed: missing === null,
    });
  }
  if (expect.followUps !== undefined) {
    const sent = call.followUps.filter(({ state }) => state === 'sent').length;
    checks.push({
      what: 'e-mails sent',
      expected: `${expect.followUps}`,
      got: `${sent} (${call.followUps.map(({ state }) => state).join(' → ') || 'none promised'})`,
      passed: sent === expect.followUps,
    });
  }
  if (expect.handoff !== undefined) checks.push(handoffCheck(expect.handoff, call.handoff));
  if (expect.ends !== undefined) {
    checks.push(
      check('session ends', { expected: expect.ends, got: call.endReason ?? 'not seen' }),
    );
  }
  return checks;
}

function handoffCheck(
  expected: NonNullable<CallExpectations['handoff']>,
  got: string | null,
): Check {
  const what = 'handoff';
  if (typeof expected === 'boolean') {
    return {
      what,
      expected: expected ? 'yes' : 'none',
      got: got ?? 'none',
      passed: expected === (got !== null),
    };
  }
  const details = parsed(got ?? 'null');
  const passed =
    typeof details === 'object' &&
    details !== null &&
    Object.entries(expected).every(([key, value]) =>
      isDeepStrictEqual((details as Record<string, unknown>)[key], value),
    );
  return { what, expected: JSON.stringify(expected), got: got ?? 'none', passed };
}

/** The first expected state that does not come after those before it; `a` stands for `a.b` too. */
function firstMissingState(expected: readonly string[], got: readonly string[]): string | null {
  let from = 0;
  for (const state of expected) {
    const at = got.findIndex(
      (path, index) => index >= from && (path === state || path.startsWith(`${state}.`)),
    );
    if (at < 0) return state;
    from = at + 1;
  }
  return null;
}

function check(what: string, { expected, got }: { expected: string; got: string }): Check {
  return { what, expected, got, passed: expected === got };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
