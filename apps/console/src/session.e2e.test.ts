import type {
  CallAnalysis,
  FeedBody,
  Replay,
  SessionAnalysis,
  SessionDetail,
} from '@antiphon/observability';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConsoleStage, isSeen } from './testing/console-stage.ts';
import type { FakeConsole } from './testing/fake-console.ts';
import { isBrowserMissing } from './testing/open-browser.ts';
import { sampleCharts } from './testing/sample-charts.ts';
import { sampleEvents, sampleRow } from './testing/sample-sessions.ts';

const CHARTS = sampleCharts();
const STARTED_AT_MS = Date.now() - 60_000;

const moved = (from: string, to: string): FeedBody => ({
  type: 'state',
  region: 'turn',
  from,
  to,
  cause: 'caller.turnCommitted',
});

const REPLAY: Replay = {
  recordedVersion: '1',
  shippedVersion: '1',
  problem: null,
  disagreement: null,
  steps: [],
};

const ANALYSIS: CallAnalysis = {
  version: 1,
  sessionId: 'sess_one',
  agent: 'acme-support',
  analyzedAt: '2026-01-01T00:00:00.000Z',
  analyst: { provider: 'gemini', model: 'gemini-flash-latest', answeredBy: 'gemini-9' },
  rubric: { name: 'house-rules', fingerprint: '0123456789ab' },
  callMs: 30_000,
  summary: 'The caller wanted a refund and got it.',
  resolution: 'resolved',
  overall: 3.5,
  scores: [
    {
      dimension: 'consent',
      asks: 'Was everything read back?',
      score: 2,
      reason: 'The amount was not.',
      moments: [{ atMs: 12_000, quote: 'it is on its way' }],
    },
    { dimension: 'waiting', asks: 'Was it told?', score: null, reason: 'No wait.', moments: [] },
  ],
  notes: [{ atMs: null, kind: 'good', text: 'Polite throughout.' }],
  usage: null,
};

describe.skipIf(isBrowserMissing)('the page of a session', () => {
  let stage: ConsoleStage;
  let fake: FakeConsole;
  let page: Page;
  let replay: { status: number; body: unknown };
  let analysis: { status: number; body: unknown };

  beforeAll(async () => {
    stage = await ConsoleStage.build();
  });

  afterAll(() => stage?.remove());

  beforeEach(async () => {
    fake = await stage.begin();
    replay = { status: 200, body: REPLAY };
    analysis = { status: 200, body: { analysis: null, isOn: false } satisfies SessionAnalysis };
    fake.answer = ({ pathname }) => {
      if (pathname === '/console/chart') return { status: 200, body: CHARTS };
      if (pathname.endsWith('/replay')) return replay;
      if (pathname.endsWith('/analysis')) return analysis;
      if (!pathname.endsWith('/waveform')) return undefined;
      return { status: 200, body: { msPerPoint: 10, caller: [0, 1], agent: [1, 0] } };
    };
  });

  afterEach(() => stage.end());

  const show = async (detail: Partial<SessionDetail>, bodies: readonly FeedBody[] = []) => {
    const ended = { endedAtMs: STARTED_AT_MS + 30_000, endReason: 'callerLeft' };
    const row = sampleRow('sess_one', { startedAtMs: STARTED_AT_MS, ...ended });
    const events = sampleEvents('sess_one', STARTED_AT_MS, bodies);
    fake.details.set('sess_one', { row, events, isPartial: false, recordingMs: 30_000, ...detail });
    page = await stage.open('/s/sess_one');
  };

  it('says when the recording is of another version of the machine', async () => {
    replay.body = { ...REPLAY, recordedVersion: '7' };
    await show({});
    expect(await isSeen(page.getByText('recorded with machine 7, replayed with 1'))).toBe(true);
  });

  it('says from when on the machine goes another way, and how', async () => {
    const disagreement = {
      atMs: STARTED_AT_MS + 12_500,
      recorded: 'listening',
      replayed: 'asking',
    };
    replay.body = { ...REPLAY, disagreement };
    await show({});
    const told =
      'From 12.5 s on the replay goes another way: recorded “listening”, replayed “asking”.';
    expect(await isSeen(page.getByText(told))).toBe(true);
  });

  it('says why nothing can be replayed, and shows what the feed told all the same', async () => {
    replay.body = { ...REPLAY, problem: 'The recording has no beginning.' };
    await show({}, [moved('listening', 'responding.thinking')]);
    expect(await isSeen(page.getByText('The recording has no beginning.'))).toBe(true);
    expect(await isSeen(page.locator('.stay', { hasText: 'thinking' }).first())).toBe(true);
  });

  it('says that a replay cannot be had', async () => {
    replay = { status: 500, body: { error: { message: 'The disk is gone.' } } };
    await show({});
    expect(await isSeen(page.getByText('not replayed: The disk is gone.'))).toBe(true);
  });

  it('says that its beginning is forgotten', async () => {
    await show({ isPartial: true });
    expect(await isSeen(page.getByText('its beginning is forgotten'))).toBe(true);
  });

  it('says that it was not recorded', async () => {
    const row = sampleRow('sess_one', {
      startedAtMs: STARTED_AT_MS,
      endedAtMs: STARTED_AT_MS + 30_000,
      endReason: 'callerLeft',
      hasRecording: false,
    });
    await show({ row, recordingMs: null });
    expect(await isSeen(page.getByText('not recorded: it cannot be heard').first())).toBe(true);
  });

  describe('of a call whose process died', () => {
    const recordingFault = 'the process died: the last seconds are missing';
    const row = sampleRow('sess_one', {
      startedAtMs: STARTED_AT_MS,
      endedAtMs: STARTED_AT_MS + 6_000,
      endReason: 'crashed',
      recordingFault,
    });

    it('says what is missing, and shows what there is', async () => {
      await show({ row, recordingMs: 4_000 });
      expect(await isSeen(page.getByText('ended: its process died'))).toBe(true);
      expect(await isSeen(page.getByText(`the recording is incomplete: ${recordingFault}`))).toBe(
        true,
      );
      await expect.poll(() => page.locator('.lane.sound svg').count()).toBe(2);
    });

    it.each([0, null])('says so where nothing was recorded yet: %s', async (recordingMs) => {
      const { answer } = fake;
      fake.answer = (url) =>
        url.pathname.endsWith('/waveform')
          ? { status: 200, body: { msPerPoint: 0, caller: [], agent: [] } }
          : answer(url);
      await show({ row, recordingMs });
      const lane = page.getByText(`no sound was recorded: ${recordingFault}`);
      expect(await isSeen(lane.first())).toBe(true);
      expect(await isSeen(page.getByText('click to look back'))).toBe(true);
      expect(await page.getByText('click to hear it').count()).toBe(0);
      expect(await page.getByText('cannot be played').count()).toBe(0);
    });
  });

  it('shows how the call was judged, and goes to the moments that show it', async () => {
    analysis.body = { analysis: ANALYSIS, isOn: true } satisfies SessionAnalysis;
    await show({});
    const panel = page.getByRole('region', { name: 'Judged afterwards' });
    expect(await isSeen(panel.getByText('by gemini (gemini-9), rubric house-rules'))).toBe(true);
    const text = await panel.innerText();
    for (const told of ['resolved', '3.5 of 5', 'got it.', 'The amount was not.', 'Polite']) {
      expect(text).toContain(told);
    }
    const scores = panel.locator('tbody .badge');
    expect(await scores.allInnerTexts()).toEqual(['2', '–']);
    await panel.getByRole('button', { name: '0:12' }).click();
    await page.getByText(/^at 12\.\d s$/u).waitFor();
  });

  it.each([
    [false, 'Calls are not judged by themselves.'],
    [true, 'It comes when a worker has had it judged.'],
  ])('says that nothing was judged, and how it would be: %s', async (isOn, told) => {
    analysis.body = { analysis: null, isOn } satisfies SessionAnalysis;
    await show({});
    expect(await isSeen(page.getByText(told))).toBe(true);
    expect(await isSeen(page.getByText('antiphon analyze sess_one'))).toBe(true);
  });

  it('says that the analysis cannot be had', async () => {
    analysis = { status: 500, body: { error: { message: 'The disk is gone.' } } };
    await show({});
    expect(await isSeen(page.getByText('No analysis to show'))).toBe(true);
  });

  it('shows what went wrong and what was done to the words on the timeline', async () => {
    await show({}, [
      { type: 'fault', code: 'provider_lost', message: 'The model is gone.' },
      { type: 'agent.edited', edits: ['markup'] },
    ]);
    const notes = page.locator('.note');
    await notes.first().waitFor();
    const titles = await notes.evaluateAll((found) =>
      found.map((note) => note.getAttribute('title')),
    );
    expect(titles).toEqual(['provider_lost: The model is gone.', 'changed for the ear: markup']);
  });

  it('shows lines that begin at one instant one below the other', async () => {
    const said = ['One moment, please.', 'Your order has shipped.'];
    const events = sampleEvents(
      'sess_one',
      STARTED_AT_MS,
      said.map((delta, at) => ({ type: 'agent.text', itemId: `item_${at}`, delta })),
    ).map((event) => ({ ...event, atMs: STARTED_AT_MS + 2_000 }));
    await show({ events });
    const boxes = await Promise.all(
      said.map(async (text) => page.locator('.said', { hasText: text }).boundingBox()),
    );
    const [upper, lower] = boxes;
    expect(lower?.x).toBe(upper?.x);
    expect(lower?.y).toBeGreaterThanOrEqual((upper?.y ?? Infinity) + (upper?.height ?? 0));
    expect(lower?.height).toBeGreaterThan(12);
  });

  describe('has marks that the keyboard reaches', () => {
    const tool = { callId: 'call_1', name: 'look_up_order' };
    const played = { itemId: null, playedMs: 900 };

    beforeEach(() =>
      show({}, [
        { type: 'agent.covered' },
        { type: 'tool.started', ...tool, arguments: '{}' },
        { type: 'tool.covered', ...tool },
        { type: 'bargeIn', verdict: 'cut', ...played },
        { type: 'tool.settled', ...tool, outcome: 'result', output: '{}', durationMs: 3_000 },
        { type: 'fault', code: 'provider_lost', message: 'The model is gone.' },
      ]),
    );

    const nameOfFocused = () => page.locator(':focus').getAttribute('aria-label');

    it('in the order of time, and choose their instant', async () => {
      await page.getByRole('slider', { name: 'Instant shown' }).focus();
      await page.keyboard.press('Tab');
      const names = [await nameOfFocused()];
      for (let more = 0; more < 4; more++) {
        await page.keyboard.press('ArrowRight');
        names.push(await nameOfFocused());
      }
      expect(names).toEqual([
        'covered: the answer is long in coming, at 0.0 s',
        'look_up_order: result, at 1.0 s',
        'look_up_order: covered, at 2.0 s',
        'the caller cut in, at 3.0 s',
        'provider_lost: The model is gone., at 5.0 s',
      ]);
      await page.keyboard.press('Enter');
      await page.getByText('at 5.0 s', { exact: true }).waitFor();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Space');
      await page.getByText('at 1.0 s', { exact: true }).waitFor();
      expect(await nameOfFocused()).toBe('look_up_order: result, at 1.0 s');
    });

    it('as one stop, with its frame and in words where it is', async () => {
      const marks = page.getByRole('group', { name: 'Marks' });
      await page.getByRole('slider', { name: 'Instant shown' }).focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('End');
      const outline = () =>
        page.locator(':focus').evaluate((mark) => getComputedStyle(mark).outlineStyle);
      expect(await outline()).toBe('solid');
      expect(await isSeen(marks.getByText('5.0 s · provider_lost: The model is gone.'))).toBe(true);
      await page.keyboard.press('Tab');
      expect(await marks.locator(':focus').count()).toBe(0);
      await page.keyboard.press('Shift+Tab');
      expect(await nameOfFocused()).toBe('provider_lost: The model is gone., at 5.0 s');
    });

    it('and the pointer: an instant exactly, and within a tool where it points', async () => {
      await page.getByRole('button', { name: 'the caller cut in' }).click();
      await page.getByText('at 3.0 s', { exact: true }).waitFor();
      const bar = page.getByRole('button', { name: 'look_up_order: result' });
      const { width = 0 } = (await bar.boundingBox()) ?? {};
      await bar.click({ position: { x: width * 0.8, y: 5 } });
      expect(await isSeen(page.getByText(/^at 3\.4 s$/u))).toBe(true);
    });
  });

  it('of an hour brings the next mark into sight', async () => {
    const row = sampleRow('sess_one', {
      startedAtMs: STARTED_AT_MS,
      endedAtMs: STARTED_AT_MS + 3_600_000,
      endReason: 'callerLeft',
    });
    const fault: FeedBody = { type: 'fault', code: 'lost', message: 'Gone.' };
    const events = sampleEvents('sess_one', STARTED_AT_MS, [fault, fault]).map((event, at) => ({
      ...event,
      atMs: STARTED_AT_MS + at * 3_000_000,
    }));
    await show({ row, events });
    await page.locator('.note').focus();
    expect(await page.locator('.note').count()).toBe(1);
    await page.keyboard.press('ArrowRight');
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe(
      'lost: Gone., at 3000.0 s',
    );
    await expect
      .poll(() => page.locator('.timeline-scroll').evaluate((scroll) => scroll.scrollLeft))
      .toBeGreaterThan(100_000);
    const box = await page.locator(':focus').boundingBox();
    expect(box?.x).toBeGreaterThan(0);
    expect(box?.x).toBeLessThan(1_280);
  });

  it('of a live call looks back at an instant, and comes back to what happens now', async () => {
    const startedAtMs = Date.now() - 3_000;
    const row = sampleRow('sess_one', { startedAtMs });
    const bodies = [
      moved('listening', 'responding.thinking'),
      moved('responding.thinking', 'listening'),
    ];
    const events = sampleEvents('sess_one', startedAtMs, bodies);
    await show({ row, events, recordingMs: null });
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('.stay[title^="responding.thinking"]').click();
    await page.getByText(/^at 0\.\d s$/u).waitFor();
    expect(
      await isSeen(page.locator('[data-active="true"]', { hasText: 'thinking' }).first()),
    ).toBe(true);
    await page.getByRole('button', { name: 'Back to live' }).click();
    expect(await isSeen(page.getByText('live', { exact: true }))).toBe(true);
  });

  it('of a live call keeps its end in sight, until one looks elsewhere', async () => {
    const row = sampleRow('sess_one', { startedAtMs: STARTED_AT_MS });
    await show({ row, recordingMs: null }, [moved('listening', 'responding.thinking')]);
    const scroll = page.locator('.timeline-scroll');
    await scroll.waitFor();
    const fromEnd = () =>
      scroll.evaluate((element) => element.scrollWidth - element.clientWidth - element.scrollLeft);
    expect(await fromEnd()).toBeLessThan(80);
    const widthOf = () => scroll.evaluate((element) => element.scrollWidth);
    const width = await widthOf();
    await expect.poll(widthOf).toBeGreaterThan(width);
    expect(await fromEnd()).toBeLessThan(80);
    await scroll.evaluate((element) => {
      element.scrollLeft = 0;
    });
    const later = await widthOf();
    await expect.poll(widthOf).toBeGreaterThan(later);
    expect(await scroll.evaluate((element) => element.scrollLeft)).toBe(0);
  });

  it('of an hour draws only what is looked at', async () => {
    const bodies = Array.from({ length: 1_000 }, (_, index) =>
      index % 2 === 0
        ? moved('listening', 'responding.thinking')
        : moved('responding.thinking', 'listening'),
    );
    const row = sampleRow('sess_one', {
      startedAtMs: STARTED_AT_MS,
      endedAtMs: STARTED_AT_MS + 3_600_000,
      endReason: 'callerLeft',
    });
    await show({ row }, bodies);
    const stays = page.locator('.stay[data-region="turn"]');
    await stays.first().waitFor();
    const drawn = await stays.count();
    expect(drawn).toBeGreaterThan(5);
    expect(drawn).toBeLessThan(200);
    const first = await stays.first().getAttribute('style');
    await page.locator('.timeline-scroll').evaluate((element) => {
      element.scrollLeft = element.scrollWidth / 8;
    });
    await expect.poll(() => stays.first().getAttribute('style')).not.toBe(first);
    expect(await stays.count()).toBeLessThan(200);
  });
});
