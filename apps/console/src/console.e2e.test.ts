import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConsoleStage, isSeen } from './testing/console-stage.ts';
import { FAKE_KEY } from './testing/fake-console.ts';
import type { FakeConsole } from './testing/fake-console.ts';
import { isBrowserMissing } from './testing/open-browser.ts';
import { emptyFleet } from './testing/sample-fleet.ts';
import { sampleRow } from './testing/sample-sessions.ts';

const rowsOf = (page: Page) => page.getByRole('table').locator('tbody tr');
const idsOf = (page: Page) => rowsOf(page).locator('a').allInnerTexts();
const main = (page: Page) => page.getByRole('main');

describe.skipIf(isBrowserMissing)('the console in a browser', () => {
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

    it('takes the key of a link that is put into the address of the open page', async () => {
      await open('/');
      await page.getByLabel('API key').waitFor();
      await page.goto(`${fake.url}/#key=${FAKE_KEY}`);
      await main(page).getByText('Nobody is calling').waitFor();
      expect(page.url()).toBe(`${fake.url}/`);
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
          lastTurn: { turn: 1, voiceToVoiceMs: 412, postEndpointMs: 90, budgetMs: 900 },
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
      fake.tellRows([{ ...row, recordingFault: 'the disk is full' }]);
      const fault = rowsOf(page).getByText('recording incomplete: the disk is full');
      expect(await isSeen(fault)).toBe(true);
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

    it('are drawn only where one looks, and the keyboard finds the last of many', async () => {
      const many = Array.from({ length: 200 }, (_, at) =>
        sampleRow(`sess_${at}`, { startedAtMs: -at }),
      );
      fake.tellRows(many);
      await open('/');
      const table = page.getByRole('table', { name: 'Live sessions' });
      await table.waitFor();
      expect(await table.getAttribute('aria-rowcount')).toBe('201');
      expect(await page.locator('a[data-id]').count()).toBeLessThan(60);
      await page.keyboard.press('j');
      await page.keyboard.press('End');
      await expect.poll(() => page.locator(':focus').innerText()).toBe('sess_199');
      const last = page.getByRole('row').filter({ hasText: 'sess_199' });
      expect(await last.getAttribute('aria-rowindex')).toBe('201');
      await page.keyboard.press('Home');
      await expect.poll(() => page.locator(':focus').innerText()).toBe('sess_0');
    });

    it('that ended are listed page by page, with those that end meanwhile', async () => {
      const ended = Array.from({ length: 130 }, (_, at) =>
        sampleRow(`sess_${at}`, {
          startedAtMs: 0,
          endedAtMs: 65_000 + 1000 * (130 - at),
          endReason: 'callerLeft',
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
      fake.tellRows([sampleRow('sess_live', { endedAtMs: Date.now(), endReason: 'handedOff' })]);
      await rowsOf(page).first().getByText('handed to a person').waitFor();
      expect(await rowsOf(page).first().locator('td').last().innerText()).toBe('yes');
      fake.tellRows([
        sampleRow('sess_live', {
          endedAtMs: Date.now(),
          endReason: 'handedOff',
          recordingFault: 'the disk is full',
        }),
      ]);
      const fault = rowsOf(page).first().getByText('incomplete: the disk is full');
      expect(await isSeen(fault)).toBe(true);
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
      await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
      const { port } = fake;
      await fake.close();
      await page.getByText('No connection').waitFor();
      fake = await stage.begin(port);
      fake.tellRows([sampleRow('sess_after')]);
      await rowsOf(page).getByText('sess_after').waitFor();
      expect(await isSeen(page.getByRole('banner').getByText('Live', { exact: true }))).toBe(true);
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
