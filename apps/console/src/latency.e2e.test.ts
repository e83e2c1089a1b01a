import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatLatency } from './format/format-duration.ts';
import { ConsoleStage, isSeen } from './testing/console-stage.ts';
import type { FakeConsole } from './testing/fake-console.ts';
import { isBrowserMissing } from './testing/open-browser.ts';
import { emptyFleet, sampleFleet } from './testing/sample-fleet.ts';
import { sampleEvents, sampleReport, sampleRow } from './testing/sample-sessions.ts';

const HOUR_MS = 3_600_000;

describe.skipIf(isBrowserMissing)('what the console tells of latency', () => {
  let stage: ConsoleStage;
  let fake: FakeConsole;
  let page: Page;

  const open = async (path: string): Promise<void> => {
    page = await stage.open(path);
  };

  beforeAll(async () => {
    stage = await ConsoleStage.build();
  });

  afterAll(() => stage?.remove());

  beforeEach(async () => {
    fake = await stage.begin();
  });

  afterEach(() => stage.end());

  describe('a turn', () => {
    const startedAtMs = Date.now() - 60_000;
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const events = sampleEvents('sess_one', startedAtMs, [
      { type: 'session.started', agent: 'acme-support' },
      { type: 'turn', report: { ...sampleReport(1, [null, 12, 3, 40, 5]), voiceToVoiceMs: null } },
      {
        type: 'item',
        itemId: 'item_2',
        speaker: 'caller',
        text: 'where is my package',
        status: 'completed',
      },
      { type: 'trace', turn: 2, traceId },
      { type: 'turn', report: sampleReport(2, [231, 388, null, 274, 6], 3) },
    ]);

    beforeEach(() => {
      const row = sampleRow('sess_one', { startedAtMs });
      fake.details.set('sess_one', { row, events, isPartial: false, recordingMs: null });
      fake.fleet = sampleFleet(Date.now());
    });

    it('shows hops that add up to the whole, the budget, and what is usual', async () => {
      await open('/s/sess_one/turns/2');
      const figures = page.getByRole('table');
      await figures.waitFor();
      await page.getByText('beside p50 and p95 of').waitFor();
      const told = await figures.locator('tbody tr').evaluateAll((lines) =>
        lines.map((line) => {
          const [hop, , ms, budget, p50] = [...line.children].map(({ textContent }) => textContent);
          return [hop, ms, budget, p50];
        }),
      );
      expect(told).toEqual([
        ['endpointing', '231 ms', '600 ms', '236 ms'],
        ['inference', '388 ms', '150 ms', expect.stringMatching(/ms$/)],
        ['aggregation', 'in the next', '–', expect.stringMatching(/ms$/)],
        ['synthesis', '274 ms', '130 ms', expect.stringMatching(/ms$/)],
        ['egress', '6 ms', '20 ms', expect.stringMatching(/ms$/)],
        ['unexplained', '3 ms', '45 ms', ''],
      ]);
      const sum = told.reduce((total, [, ms]) => total + (Number.parseFloat(ms ?? '') || 0), 0);
      expect(await figures.locator('tfoot td').allInnerTexts()).toEqual([
        'voice to voice',
        `${sum} ms`,
        '900 ms',
        formatLatency(fake.fleet?.hops.voiceToVoice?.p50 ?? null),
        formatLatency(fake.fleet?.hops.voiceToVoice?.p95 ?? null),
      ]);
      const picture = page.getByRole('figure');
      expect(await picture.getAttribute('aria-label')).toBe(
        '902 ms, over the budget of 900 ms: endpointing 231 ms, inference 388 ms, ' +
          'aggregation is part of the next, synthesis 274 ms, egress 6 ms',
      );
      expect(await page.getByText('“where is my package”').isVisible()).toBe(true);
    });

    it('draws each hop from where the one before ended, and the budget where it is', async () => {
      await open('/s/sess_one/turns/2');
      await page.getByRole('figure').waitFor();
      const boxes = (selector: string) =>
        page.locator(selector).evaluateAll((elements) =>
          elements.map((element) => {
            const { left, right } = element.getBoundingClientRect();
            return { left, right };
          }),
        );
      const bars = await boxes('.waterfall-row:not(.waterfall-sum) .waterfall-bar');
      expect(bars).toHaveLength(5);
      const gaps = bars.slice(1).map(({ left }, at) => Math.abs(left - (bars[at]?.right ?? 0)));
      expect(Math.max(...gaps)).toBeLessThan(1.5);
      const [line] = await boxes('.waterfall-budget');
      const [first, last] = [bars[0], bars.at(-1)];
      if (!line || !first || !last) throw new Error('the waterfall has no bars');
      const pxPerMs = (last.right - first.left) / 902;
      expect(Math.abs(line.left - first.left - 900 * pxPerMs)).toBeLessThan(3);
    });

    it('leads to the turns before and after, and gives its trace away', async () => {
      await open('/s/sess_one/turns/2');
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(traceId);
      expect(await page.getByRole('link', { name: 'Next' }).count()).toBe(0);
      await page.keyboard.press('ArrowLeft');
      await page.waitForURL(`${fake.url}/s/sess_one/turns/1`);
      await page.getByText('this turn was not traced').waitFor();
      await page.getByText('asked for → first audio').waitFor();
      const report = sampleReport(3, [100, 50, 5, 20, 2]);
      fake.tellEvent({ seq: 6, sessionId: 'sess_one', atMs: Date.now(), type: 'turn', report });
      await page.getByRole('link', { name: 'Next' }).click();
      await page.getByRole('link', { name: 'Next' }).click();
      await page.waitForURL(`${fake.url}/s/sess_one/turns/3`);
      await page
        .getByRole('figure')
        .and(page.getByLabel(/^177 ms, within/))
        .waitFor();
    });

    it('leads to its trace where the server names a viewer, in a tab that knows nothing of it', async () => {
      fake.settings = { traceUrl: 'http://viewer.example/trace/{traceId}?from={traceId}' };
      await open('/s/sess_one/turns/2');
      const link = page.getByRole('link', { name: traceId });
      await link.waitFor();
      expect(await link.getAttribute('href')).toBe(
        `http://viewer.example/trace/${traceId}?from=${traceId}`,
      );
      expect(await link.getAttribute('target')).toBe('_blank');
      expect(await link.getAttribute('rel')).toContain('noopener');
    });

    it('is drawn without comparison when there is none, and says why', async () => {
      fake.fleet = null;
      await open('/s/sess_one/turns/2');
      await page.getByText('without comparison: The figures are not there.').waitFor();
      expect(await isSeen(page.getByRole('figure'))).toBe(true);
    });

    it('that is not known says why, and so does a session that is not kept', async () => {
      await open('/s/sess_one/turns/9');
      await page.getByText('It has not been spoken yet').waitFor();
      await page.goto(`${fake.url}/s/sess_none/turns/1`);
      expect(await isSeen(page.getByRole('alert').getByText('It is not kept any more.'))).toBe(
        true,
      );
    });
  });

  describe('the fleet', () => {
    it('shows percentiles over time, the slowest turns, tools, barge-ins and workers', async () => {
      fake.fleet = sampleFleet(Date.now(), ['sess_one', 'sess_two']);
      await open('/fleet');
      await page.getByRole('region', { name: 'Latency over time' }).waitFor();
      expect(await page.locator('canvas').count()).toBe(6);
      const links = page.getByRole('table', { name: 'Slowest turns' }).getByRole('link');
      expect(
        await links.evaluateAll((all) => all.map((link) => link.getAttribute('href'))),
      ).toEqual(['/s/sess_one/turns/2', '/s/sess_two/turns/3']);
      expect(await page.getByRole('cell', { name: '4bf92f35…' }).isVisible()).toBe(true);
      const tools = page.getByRole('table', { name: 'Tools' }).locator('tbody tr');
      expect((await tools.nth(1).innerText()).split('\t')).toEqual([
        'reschedule_delivery',
        'acme-support',
        '96',
        '1',
        '14',
        '12',
        '1',
        '14 %',
      ]);
      const bargeIns = page.getByRole('region', { name: 'Barge-ins by outcome' });
      expect(await bargeIns.getByRole('definition').allInnerTexts()).toEqual([
        '143 70 %',
        '61 30 %',
      ]);
      const workers = page.getByRole('region', { name: 'Sessions per worker' });
      expect(await workers.getByRole('listitem').last().innerText()).toMatch(
        /^call-3:52\s+12 of 50$/,
      );
      await workers.getByText('Queued tools run on 2 workers; 1 job waits.').waitFor();
      const handOffs = page.getByRole('region', { name: 'Handed to a person' });
      expect(await handOffs.getByRole('definition').allInnerTexts()).toEqual(['21', '4', '1']);
      expect(await handOffs.getByRole('term').allInnerTexts()).toEqual([
        'no tool was at fault',
        'a tool failed',
        'a tool was late',
      ]);
    });

    it('leads to the traces of the slowest turns where the server names a viewer', async () => {
      fake.settings = { traceUrl: 'http://viewer.example/trace/{traceId}' };
      fake.fleet = sampleFleet(Date.now(), ['sess_one']);
      await open('/fleet');
      const link = page.getByRole('link', { name: '4bf92f35…' });
      await link.waitFor();
      expect(await link.getAttribute('href')).toBe(
        'http://viewer.example/trace/4bf92f3577b34da6a3ce929d0e0e4736',
      );
    });

    it.each([
      [{ state: 'none' }, 'No Redis is configured'],
      [{ state: 'away' }, 'Redis cannot be reached'],
      [{ state: 'there', workers: 0, waiting: 3 }, 'No worker takes queued tools'],
      [{ state: 'there', workers: null, waiting: 0 }, 'does not tell of its workers'],
    ] as const)('says in words how it stands with %j', async (queue, words) => {
      fake.fleet = { ...sampleFleet(Date.now()), queue };
      await open('/fleet');
      const workers = page.getByRole('region', { name: 'Sessions per worker' });
      await workers.getByText(words).waitFor();
      expect(await workers.getByRole('listitem').count()).toBe(3);
    });

    it('says so when nobody has called yet, and when it cannot be had', async () => {
      fake.fleet = emptyFleet(Date.now() - HOUR_MS);
      await open('/fleet');
      for (const text of ['No turn in the last hour', 'No tool was called', 'Nobody spoke over']) {
        await page.getByText(text).waitFor();
      }
      fake.fleet = null;
      await page.reload();
      await page.getByRole('alert').getByText('The figures are not there.').waitFor();
      fake.fleet = sampleFleet(Date.now());
      await page.getByRole('button', { name: 'Try again' }).click();
      expect(await isSeen(page.getByRole('region', { name: 'Latency over time' }))).toBe(true);
    });
  });
});
