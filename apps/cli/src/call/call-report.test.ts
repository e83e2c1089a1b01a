import { describe, expect, it } from 'vitest';
import { inkFor } from '../ink.ts';
import { parseScenario } from '../scenario.ts';
import { CallRecord } from './call-record.ts';
import { callJson, hasPassed, latencyTable, verdict } from './call-report.ts';
import type { CallOutcome } from './call-report.ts';

const ink = inkFor({ environment: {} });

function outcome(passed: boolean): CallOutcome {
  const record = new CallRecord();
  record.reports.push({
    turn: 2,
    itemId: 'u',
    generationId: 'g',
    voiceEndAtMs: 1000,
    committedAtMs: 1500,
    firstAudioAtMs: 1620.4,
    hops: {
      endpointing: 500,
      wait: null,
      inference: 20.4,
      aggregation: 0,
      synthesis: 99,
      egress: null,
    },
    voiceToVoiceMs: 620.4,
    postEndpointMs: 120.4,
    unexplainedMs: 1,
  });
  record.interruptions.push({
    line: 2,
    itemId: 'a',
    playedMs: 4567.8,
    silencedAfterMs: 180.2,
    transcript: 'x',
  });
  const text = 'agent: a\ntitle: t\nconversation:\n  - agent: [hi]\n';
  return {
    scenario: parseScenario({ name: 'n', file: 'n.yaml', text }),
    voice: 'hts',
    call: { sessionId: 'sess_1', record, durationMs: 12_345, wav: new Uint8Array() },
    checks: [
      { what: 'conversation', expected: 'all 1 lines', got: 'all 1 lines', passed: true },
      { what: 'errors', expected: 'none', got: passed ? 'none' : 'x: y', passed },
    ],
    wavFile: '.antiphon/calls/sess_1.wav',
  };
}

describe('the report of a call', () => {
  it('shows every hop of every turn in whole milliseconds', () => {
    const table = latencyTable(outcome(true));
    const [, row] = /│ +(2 .*)│/u.exec(table) ?? [];
    expect(row?.split('│').map((cell) => cell.trim())).toEqual([
      '2',
      '500',
      '–',
      '20',
      '0',
      '99',
      '–',
      '120',
      '620',
    ]);
    expect(table).toContain('Interrupted 4568 ms into the item, 180 ms after the caller began.');
  });

  it('ends with the verdict', () => {
    expect(verdict(outcome(true), ink)).toBe(
      'PASS a/n, voice hts: 2 of 2 checks, 12.3 s\nrecording: .antiphon/calls/sess_1.wav',
    );
  });

  it('lists what failed before the verdict, and nothing else', () => {
    const text = verdict(outcome(false), ink);
    expect(text).toContain('│ errors │ none     │ x: y │');
    expect(text).not.toContain('conversation');
    expect(text).toContain('FAIL a/n, voice hts: 1 of 2 checks');
  });

  it('is complete for programs', () => {
    expect(hasPassed(outcome(false))).toBe(false);
    const json = JSON.parse(JSON.stringify(callJson(outcome(false)))) as unknown;
    expect(json).toMatchObject({
      passed: false,
      agent: 'a',
      scenario: 'n',
      voice: 'hts',
      sessionId: 'sess_1',
      durationMs: 12_345,
      turns: [{ turn: 2 }],
      interruptions: [{ playedMs: 4567.8 }],
    });
  });
});
