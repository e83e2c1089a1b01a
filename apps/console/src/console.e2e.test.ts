import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuiltConsole } from './testing/built-console.ts';
import { FAKE_KEY, FakeConsole } from './testing/fake-console.ts';
import { isBrowserMissing, openBrowser, openPage } from './testing/open-browser.ts';
import { emptyFleet, sampleFleet } from './testing/sample-fleet.ts';
import { sampleEvents, sampleReport, sampleRow } from './testing/sample-sessions.ts';

const HOUR_MS = 3_600_000;
/** What Chromium says by itself of answers and sockets whose failure the console draws. */
const SAID_OF_FAILURES = /^Failed to load resource|^WebSocket connection to .* failed/;

const rowsOf = (page: Page) => page.getByRole('table').locator('tbody tr');
const idsOf = (page: Page) => rowsOf(page).locator('a').allInnerTexts();
const main = (page: Page) => page.getByRole('main');
/** Whether something is seen, once it is. */
const isSeen = (what: Locator) => what.waitFor().then(() => what.isVisible());

describe.skipIf(isBrowserMissing)('the console in a browser', () => {
  let built: BuiltConsole;
  let browser: Browser;
  let fake: FakeConsole;
  let page: Page;
  let complaints: readonly string[];

  const open = async (path: string): Promise<void> => {
    ({ page, complaints } = await openPage(browser, `${fake.url}${path}`));
  };

  beforeAll(async () => {
    built = await BuiltConsole.build();
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await built?.remove();
  });

  beforeEach(async () => {
    fake = await FakeConsole.start(built.distDir);
    fake.wantsLogin = false;
  });

  afterEach(async () => {
    await page.context().close();
    await fake.close();
    const serious = complaints.filter((complaint) => !SAID_OF_FAILURES.test(complaint));
    if (serious.length > 0) throw new Error(`the page complained: ${serious.join(' | ')}`);
  });

  describe('the login', () => {
    beforeEach(() => {
      fake.wantsLogin = true;
    });

    it('asks for a key, says when it is wrong, and leads to the page with the right one', async () => {
      await open('/fleet');
      fake.fleet = emptyFleet(Date.now());
      await page.getByLabel('API key').fill('sk-wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('does not know this API key').waitFor();
      await page.getByLabel('API key').fill(FAKE_KEY);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Fleet', exact: true }).waitFor();
      await page.getByText('No turn in the last hour').waitFor();
      await page.reload();
      await page.getByText('No turn in the last hour').waitFor();
      await page.getByRole('button', { name: 'Log out' }).click();
      expect(await isSeen(page.getByLabel('API key'))).toBe(true);
    });

    it('takes the key of a link, and takes it out of the address', async () => {
      await open(`/?agent=greeter#key=${FAKE_KEY}`);
      await main(page).getByText('Nobody is calling').waitFor();
      expect(page.url()).toBe(`${fake.url}/?agent=greeter`);
    });

    it('comes back when the server forgets who looks, and the page after it', async () => {
      await open(`/#key=${FAKE_KEY}`);
      await main(page).getByText('Nobody is calling').waitFor();
      await page.context().clearCookies();
      fake.cutFeeds();
      await page.getByLabel('API key').fill(FAKE_KEY);
      await page.keyboard.press('Enter');
      expect(await isSeen(main(page).getByText('Nobody is calling'))).toBe(true);
    });
  });

  describe('the sessions', () => {
    it('come, change and go while one looks', async () => {
      await open('/');
      await main(page).getByText('Nobody is calling').waitFor();
      const row = sampleRow('sess_one', {
        state: { caller: 'speaking', turn: 'listening', agentAudio: 'idle' },
      });
      fake.tellRows([row]);
      await page.getByRole('img', { name: 'the caller speaks' }).waitFor();
      expect(await rowsOf(page).locator('td').allInnerTexts()).toEqual([
        'listening',
        'sess_one',
        'acme-support',
        'realtime',
        expect.stringMatching(/^(59 s|1 m 0\d s)$/),
        '0',
        '–',
        '',
        '',
      ]);
      fake.tellRows([
        {
          ...row,
          state: { caller: 'silent', turn: 'toolPending.covering', agentAudio: 'playing' },
          turns: 1,
          lastTurn: { turn: 1, voiceToVoiceMs: 412, postEndpointMs: 90 },
          openTools: ['look_up_order', 'refund'],
          bargeIns: 2,
        },
      ]);
      await page.getByRole('img', { name: 'the agent is heard' }).waitFor();
      expect((await rowsOf(page).locator('td').allInnerTexts()).toSpliced(1, 4)).toEqual([
        'covers a tool',
        '1',
        '412 ms',
        'look_up_order +1',
        '2',
      ]);
      fake.tellRows([], ['sess_one']);
      await main(page).getByText('Nobody is calling').waitFor();
    });

    it('are searched and filtered, as the address says', async () => {
      const asking = { caller: 'silent', turn: 'asking.awaiting', agentAudio: 'idle' };
      fake.tellRows([
        sampleRow('sess_a', { startedAtMs: 3 }),
        sampleRow('sess_b', { startedAtMs: 2, agent: 'greeter' }),
        sampleRow('sess_c', { startedAtMs: 1, agent: 'greeter', state: asking }),
      ]);
      await open('/');
      await rowsOf(page).first().waitFor();
      expect(await idsOf(page)).toEqual(['sess_a', 'sess_b', 'sess_c']);
      await page.getByLabel('Agent', { exact: true }).selectOption('greeter');
      await expect.poll(() => idsOf(page)).toEqual(['sess_b', 'sess_c']);
      await page.getByLabel('State').selectOption('asking');
      await expect.poll(() => idsOf(page)).toEqual(['sess_c']);
      await page.keyboard.press('Escape');
      await page.getByLabel('Search sessions').fill('sess_b');
      await main(page).getByText('No live session is like that').waitFor();
      await page.reload();
      await main(page).getByText('No live session is like that').waitFor();
      await page.getByLabel('State').selectOption('');
      await expect.poll(() => idsOf(page)).toEqual(['sess_b']);
    });

    it('are reached with the keyboard alone', async () => {
      fake.tellRows([1, 2, 3].map((at) => sampleRow(`sess_${at}`, { startedAtMs: -at })));
      await open('/');
      await rowsOf(page).first().waitFor();
      const focused = () => page.locator(':focus').innerText();
      await page.keyboard.press('j');
      expect(await focused()).toBe('sess_1');
      await page.keyboard.press('j');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      expect(await focused()).toBe('sess_3');
      await page.keyboard.press('k');
      expect(await focused()).toBe('sess_2');
      fake.tellRows([sampleRow('sess_0', { startedAtMs: 0 })]);
      await expect.poll(() => rowsOf(page).count()).toBe(4);
      expect(await focused()).toBe('sess_2');
      await page.keyboard.press('/');
      await page.keyboard.type('j');
      expect(await page.getByLabel('Search sessions').inputValue()).toBe('j');
      await page.keyboard.press('Backspace');
      await page.keyboard.press('Escape');
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${fake.url}/s/sess_0`);
    });

    it('that ended are listed page by page, with those that end meanwhile', async () => {
      const ended = Array.from({ length: 130 }, (_, at) =>
        sampleRow(`sess_${at}`, {
          startedAtMs: 0,
          endedAtMs: 65_000 + 1000 * (130 - at),
          endReason: 'caller hung up',
        }),
      );
      for (const row of ended) fake.rows.set(row.id, row);
      fake.isTableLiveOnly = true;
      fake.tellRows([sampleRow('sess_live')]);
      await open('/?ended=1');
      await expect.poll(() => rowsOf(page).count()).toBe(100);
      await page.getByRole('button', { name: 'Show more' }).click();
      await expect.poll(() => rowsOf(page).count()).toBe(130);
      expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
      fake.tellRows([sampleRow('sess_live', { endedAtMs: Date.now(), endReason: 'handed off' })]);
      await rowsOf(page).first().getByText('handed off').waitFor();
      expect((await idsOf(page)).slice(0, 2)).toEqual(['sess_live', 'sess_0']);
      await page.getByLabel('Search sessions').fill('sess_129');
      await expect.poll(() => idsOf(page)).toEqual(['sess_129']);
    });

    it('that ended cannot be had: it says so, and tries again', async () => {
      fake.answer = ({ pathname, search }) =>
        pathname === '/console/sessions' && search.includes('limit=100')
          ? { status: 503, body: { error: { message: 'The disk is away.' } } }
          : undefined;
      await open('/?ended=1');
      await page.getByRole('alert').getByText('The disk is away.').waitFor();
      fake.answer = () => undefined;
      await page.getByRole('button', { name: 'Try again' }).click();
      expect(await isSeen(main(page).getByText('No session that ended is kept'))).toBe(true);
    });

    it('come back by themselves after the server was away', async () => {
      await open('/');
      await page.getByText('Live', { exact: true }).waitFor();
      const { port } = fake;
      await fake.close();
      await page.getByText('No connection').waitFor();
      fake = await FakeConsole.start(built.distDir, port);
      fake.wantsLogin = false;
      fake.tellRows([sampleRow('sess_after')]);
      await rowsOf(page).getByText('sess_after').waitFor();
      expect(await isSeen(page.getByText('Live', { exact: true }))).toBe(true);
    });
  });

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
        ['endpointing', '231 ms', '500 ms', '236 ms'],
        ['inference', '388 ms', '150 ms', expect.stringMatching(/ms$/)],
        ['aggregation', 'in the next', '30 ms', expect.stringMatching(/ms$/)],
        ['synthesis', '274 ms', '100 ms', expect.stringMatching(/ms$/)],
        ['egress', '6 ms', '20 ms', expect.stringMatching(/ms$/)],
        ['unexplained', '3 ms', '45 ms', ''],
      ]);
      const sum = told.reduce((total, [, ms]) => total + (Number.parseFloat(ms ?? '') || 0), 0);
      expect(await figures.locator('tfoot td').nth(1).innerText()).toBe(`${sum} ms`);
      const picture = page.getByRole('figure');
      expect(await picture.getAttribute('aria-label')).toBe(
        '902 ms, over the budget of 800 ms: endpointing 231 ms, inference 388 ms, ' +
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
      expect(Math.abs(line.left - first.left - 800 * pxPerMs)).toBeLessThan(3);
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
        /^worker-2\s+12 of 50$/,
      );
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

  it('has a place for addresses that lead nowhere, and two themes', async () => {
    await open('/nowhere');
    await page.getByText('There is no such page').waitFor();
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.getByRole('button', { name: 'Switch between light and dark' }).click();
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await paper()).toBe(dark);
    await page.getByRole('link', { name: 'See the sessions' }).click();
    await main(page).getByText('Nobody is calling').waitFor();
  });
});
