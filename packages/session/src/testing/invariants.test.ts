import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../ports/session-event.ts';
import type { SessionTrace } from './invariants.ts';
import { violations } from './invariants.ts';
import { TEST_CONFIG } from './test-session.ts';

const usage = {
  inputTextTokens: 0,
  inputAudioTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 0,
};
const started = (generationId: string): SessionEvent => ({
  atMs: 1,
  type: 'generation.started',
  generationId,
  kind: 'answer',
  options: {},
});
const ended = (generationId: string): SessionEvent => ({
  atMs: 2,
  type: 'generation.ended',
  generationId,
  outcome: 'cancelled',
  cancelReason: 'bargeIn',
  usage,
  audioMs: 0,
  error: null,
});
const speech: SessionEvent = {
  atMs: 1,
  type: 'caller.speechStarted',
  itemId: 'item_c',
  audioStartMs: 0,
};
const over: SessionEvent = { atMs: 3, type: 'session.ended', reason: 'callerLeft' };
const tool: SessionEvent = {
  atMs: 1,
  type: 'tool.started',
  callId: 'call_1',
  name: 'lookup_order',
  arguments: '{}',
  confirm: 'none',
};
const settled: SessionEvent = {
  atMs: 1,
  type: 'tool.settled',
  callId: 'call_1',
  name: 'lookup_order',
  outcome: 'result',
  output: '{}',
  durationMs: 0,
};
const moved = (to: string, atMs: number, region: 'turn' | 'caller' = 'turn'): SessionEvent => ({
  atMs,
  type: 'state.changed',
  region,
  from: '',
  to,
  cause: 'caller.turnCommitted',
});
const about = { atMs: 1, callId: 'call_1', name: 'lookup_order' } as const;
const covered: SessionEvent = { ...about, type: 'tool.covered' };
const promised: SessionEvent = { ...about, type: 'followUp.promised' };
const consent = (verdict: 'confirmed' | 'unclear'): SessionEvent => ({
  ...about,
  type: 'consent.decided',
  verdict,
});
const spoken: readonly SessionEvent[] = [
  { atMs: 1, type: 'generation.text', generationId: 'gen_1', itemId: 'item_a', delta: 'one two' },
  {
    atMs: 1,
    type: 'generation.words',
    generationId: 'gen_1',
    itemId: 'item_a',
    words: [
      { text: 'one', startMs: 0, endMs: 200 },
      { text: 'two', startMs: 200, endMs: 400 },
    ],
  },
];
const truncated = (heard: string, unheard: string, audioEndMs: number): SessionEvent => ({
  atMs: 2,
  type: 'item.truncated',
  itemId: 'item_a',
  audioEndMs,
  heard,
  unheard,
});
const measured = (inferenceMs: number): SessionEvent => ({
  atMs: 900,
  type: 'turn.measured',
  report: {
    turn: 1,
    itemId: 'item_c',
    generationId: 'gen_1',
    voiceEndAtMs: 0,
    committedAtMs: 500,
    firstAudioAtMs: 900,
    hops: {
      endpointing: 500,
      wait: null,
      inference: inferenceMs,
      aggregation: null,
      synthesis: 100,
      egress: 0,
    },
    voiceToVoiceMs: 900,
    postEndpointMs: 400,
    unexplainedMs: 300 - inferenceMs,
  },
});
const late: SessionTrace['sent'] = [
  {
    generationId: 'gen_1',
    itemId: 'item_a',
    pcm: new Int16Array(1),
    sampleRate: 8000,
    offsetMs: 0,
    atMs: 9,
  },
];

describe('the invariants', () => {
  it('hold for a whole call that is in order', () => {
    const events = [
      started('gen_1'),
      ...spoken,
      speech,
      ended('gen_1'),
      truncated('one', 'two', 250),
      measured(300),
      measured(256),
    ];
    expect(violations({ events: [...events, over], sent: [] })).toEqual([]);
  });

  it('hold for a tool that the caller agreed to, was covered, and was promised once', () => {
    const events = [
      consent('confirmed'),
      { ...tool, confirm: 'verbal' } as const,
      covered,
      moved('toolPending.quiet', 1),
      moved('toolPending.covering', 1_700),
      promised,
      settled,
    ];
    expect(violations({ events: [...events, over], sent: [] })).toEqual([]);
  });

  it('let a wait be silent while the caller speaks', () => {
    const events = [
      tool,
      covered,
      moved('toolPending.quiet', 1),
      moved('speaking', 1_000, 'caller'),
      moved('silent', 9_000, 'caller'),
      moved('toolPending.covering', 10_600),
      settled,
    ];
    expect(violations({ events: [...events, over], sent: [] })).toEqual([]);
  });

  it('let a wait be silent once the client wants to read', () => {
    const config = { ...TEST_CONFIG, modality: 'text' } as const;
    const events = [
      tool,
      covered,
      { atMs: 1, type: 'session.configured', config } as const,
      moved('toolPending.quiet', 1),
      moved('listening', 5_000),
      settled,
    ];
    expect(violations({ events: [...events, over], sent: [] })).toEqual([]);
  });

  it.each<{ broken: string; events: readonly SessionEvent[]; sent?: SessionTrace['sent'] }>([
    { broken: 'oneGeneration', events: [started('gen_1'), started('gen_2')] },
    { broken: 'oneGeneration', events: [started('gen_1'), speech, ended('gen_1'), ended('gen_1')] },
    { broken: 'heardIsPrefix', events: [...spoken, truncated('one two', '', 250)] },
    { broken: 'heardIsPrefix', events: [...spoken, truncated('one', '', 250)] },
    { broken: 'silentAfterCancel', events: [started('gen_1'), speech, ended('gen_1')], sent: late },
    { broken: 'toolSettlesOnce', events: [tool, over] },
    { broken: 'toolSettlesOnce', events: [tool, settled, settled] },
    { broken: 'endsOnce', events: [over, speech] },
    {
      broken: 'verdictInTime',
      events: [moved('truncated.deciding', 1), moved('listening', 2_200)],
    },
    { broken: 'consentFirst', events: [{ ...tool, confirm: 'verbal' }] },
    { broken: 'consentFirst', events: [consent('unclear'), { ...tool, confirm: 'verbal' }] },
    { broken: 'followUpOnce', events: [promised, promised] },
    {
      broken: 'noDeadAir',
      events: [tool, covered, moved('toolPending.quiet', 1), moved('listening', 2_002)],
    },
    {
      broken: 'noDeadAir',
      events: [tool, covered, moved('toolPending.quiet', 1), { ...settled, atMs: 2_002 }],
    },
    {
      broken: 'noDeadAir',
      events: [tool, covered, moved('toolPending.quiet', 1), moved('speaking', 2_002, 'caller')],
    },
    {
      broken: 'noDeadAir',
      events: [
        tool,
        covered,
        moved('speaking', 1, 'caller'),
        moved('toolPending.quiet', 1),
        moved('silent', 3_000, 'caller'),
        moved('toolPending.covering', 5_001),
      ],
    },
    { broken: 'hopsAddUp', events: [measured(254)] },
    { broken: 'hopsAddUp', events: [measured(346)] },
    { broken: 'onsetBeforeTail', events: [speech, started('gen_1'), ended('gen_1')] },
  ])('notice that $broken is broken', ({ broken, events, sent = [] }) => {
    const found = violations({ events, sent });
    expect(found.map((text) => text.split(':')[0])).toContain(broken);
  });
});
