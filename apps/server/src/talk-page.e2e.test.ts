import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readWav } from '@antiphon/audio';
import type { SessionDetail } from '@antiphon/observability';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  buildConsole,
  isBrowserMissing,
  openPage,
  openTalkingBrowser,
} from './testing/talking-browser.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const BUNDLED_AGENTS = fileURLToPath(new URL('../agents', import.meta.url));

/** What a click of a person's needs: the first sound of the page wants one. */
const startButton = (page: Page) => page.getByRole('button', { name: 'Start' });
const hangUpButton = (page: Page) => page.getByRole('button', { name: 'Hang up' });
/** What is wrong with the call or the login; parts of the page may have complaints of their own. */
const problem = (page: Page) => page.getByRole('alert').first();
const conversation = (page: Page) => page.getByRole('log');
const litStates = (page: Page) => page.locator('.talk-state[aria-current]').allInnerTexts();

/** Keeps which states are lit, from now on, each time that changes. */
const NOTE_STATES = `
  globalThis.noted = [];
  new MutationObserver(() => {
    const lit = [...document.querySelectorAll('.talk-state[aria-current]')];
    const text = lit.map(({ textContent }) => textContent).join(' ');
    if (text !== noted.at(-1)) noted.push(text);
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
`;

/** How far the level meter is filled, from 0 to 1. */
async function levelOf(page: Page): Promise<number> {
  const style = await page
    .getByRole('img', { name: 'Level of the microphone' })
    .getAttribute('style');
  return Number(/--level: ([\d.]+)/.exec(style ?? '')?.[1] ?? 0);
}

describe.skipIf(isBrowserMissing)('the page to talk on', () => {
  let built: Awaited<ReturnType<typeof buildConsole>>;

  beforeAll(async () => {
    built = await buildConsole();
  });

  afterAll(() => built?.remove());

  describe('with an agent of the embedded pipeline', () => {
    let server: TestServer;
    let talking: Awaited<ReturnType<typeof openTalkingBrowser>> | null = null;

    const open = async (heard: Parameters<typeof openTalkingBrowser>[0]) => {
      talking = await openTalkingBrowser(heard);
      return openPage(talking.browser, `${server.url}/talk#key=${TEST_KEY}`);
    };

    afterEach(async () => {
      await talking?.close();
      talking = null;
    });

    beforeAll(async () => {
      server = await startTestServer(
        { agentsDir: BUNDLED_AGENTS, defaultAgent: 'acme-support' },
        { consoleDir: built.distDir },
      );
    });

    afterAll(async () => {
      await server?.close();
    });

    it('lets a person hear the greeting, ask and be answered, and shows what goes on', async () => {
      const { page, complaints } = await open({
        clip: 'festival-where-is-my-package',
        // The greeting is over by then, also on a slow machine.
        afterMs: 9_000,
      });
      await startButton(page).waitFor();
      await page.evaluate(NOTE_STATES);
      await startButton(page).click();
      await conversation(page).getByText('What can I do for you?').waitFor();
      // The browser cleans the sound of the clip, so it may be heard either way.
      await conversation(page)
        .getByText(/^where('s| is) my package$/)
        .waitFor();
      await conversation(page).getByText('order number?').waitFor();
      await page.getByRole('list', { name: 'Hops' }).getByText('endpointing').waitFor();
      await expect
        .poll(() => litStates(page), { timeout: 10_000 })
        .toEqual(['silent', 'idle', 'listening']);
      expect((await conversation(page).locator('.talk-ahead').allInnerTexts()).join('')).toBe('');
      const seen = await page.evaluate<readonly string[]>('noted');
      for (const state of ['silent playing responding', 'speaking idle listening']) {
        expect(seen).toContain(state);
      }
      const chart = page.locator('.talk-chart [data-active]');
      await chart.and(page.locator('[data-state="turn.listening"]')).waitFor();
      await hangUpButton(page).click();
      const summary = page.getByRole('region', { name: 'Summary of the call' });
      await summary.getByText('you hung up').waitFor();
      expect(await litStates(page)).toContain('ended');
      const session = await summary
        .getByRole('link', { name: 'Open the session' })
        .getAttribute('href');
      expect(session).toMatch(/^\/s\/sess_[\w-]+$/);
      const downloading = page.waitForEvent('download');
      await summary.getByRole('link', { name: 'Recording' }).click();
      const file = await readFile(await (await downloading).path());
      const { pcm } = readWav(new Uint8Array(file));
      for (const channel of [0, 1]) {
        const loudest = pcm.filter((_, at) => at % 2 === channel).reduce((a, b) => Math.max(a, b));
        expect(loudest).toBeGreaterThan(1_000);
      }
      expect(complaints).toEqual([]);
    });

    it('is silent when the caller cuts in, and strikes what the caller did not hear', async () => {
      const { page, complaints } = await open({
        clip: 'festival-cancel-and-reorder',
        afterMs: 1_200,
      });
      await startButton(page).click();
      const struck = conversation(page).locator('s');
      await struck.first().waitFor();
      const greeting = conversation(page)
        .locator('li', { has: page.locator('s') })
        .first()
        .locator('p');
      expect(await greeting.innerText()).toBe(
        'Acme Software support, Alex speaking. What can I do for you?',
      );
      expect(await struck.first().innerText()).toMatch(/What can I do for you\?$/);
      await conversation(page).getByText('Shall I transfer you?').waitFor();
      await hangUpButton(page).click();
      await page.getByText('1 interrupted').waitFor();
      expect(complaints).toEqual([]);
    });

    it('listens only while the space bar is held, where the caller wants that', async () => {
      const { page, complaints } = await open({
        clip: 'festival-cancel-and-reorder',
        afterMs: 6_000,
        toneBeforeMs: 900,
      });
      await page.locator('summary', { hasText: 'Sound' }).click();
      await page.getByLabel('Push to talk').check();
      await page.getByLabel('Suppress noise').uncheck();
      await startButton(page).click();
      await conversation(page).getByText('What can I do for you?').waitFor();
      // The person in front of this microphone whistles before speaking.
      await expect
        .poll(() => levelOf(page), { interval: 20, timeout: 20_000 })
        .toBeGreaterThan(0.3);
      await expect.poll(() => levelOf(page), { interval: 20 }).toBeLessThan(0.05);
      await page.keyboard.down('Space');
      await page.getByRole('button', { name: 'Listening' }).waitFor();
      await conversation(page).getByText('shipping').waitFor();
      await expect.poll(() => levelOf(page), { interval: 20 }).toBeLessThan(0.05);
      await page.keyboard.up('Space');
      await conversation(page).getByText('Shall I transfer you?').waitFor();
      await page.keyboard.press('Space');
      await page.getByText('Hold it for as long as you speak.').waitFor();
      expect(complaints).toEqual([]);
    });

    it('can be talked to by typing and keypad where the microphone is refused', async () => {
      const { page, complaints } = await open('no microphone');
      await startButton(page).click();
      await expect
        .poll(() => problem(page).innerText())
        .toMatch(/may not use the microphone|There is no microphone/);
      expect(await startButton(page).isVisible()).toBe(true);
      await page.getByRole('button', { name: 'Talk by typing' }).click();
      await conversation(page).getByText('What can I do for you?').waitFor();
      await page.getByLabel('Type to the agent').fill('where is my package');
      await page.keyboard.press('Enter');
      await conversation(page).getByText('order number?').waitFor();
      await page.getByText('Keypad').click();
      for (const digit of '4471#') await page.getByRole('button', { name: digit }).click();
      await page.getByText('lookup_order').waitFor();
      await conversation(page).getByText('has shipped').waitFor();
      expect(complaints).toEqual([]);
    });
  });

  describe('with an agent that says the same every time', () => {
    let server: TestServer;
    let talking: Awaited<ReturnType<typeof openTalkingBrowser>>;

    beforeAll(async () => {
      talking = await openTalkingBrowser('silence');
    });

    afterAll(() => talking?.close());

    beforeEach(async () => {
      server = await startTestServer({ maxSessions: 1 }, { consoleDir: built.distDir });
    });

    afterEach(async () => {
      for (const context of talking.browser.contexts()) await context.close();
      await server.close();
    });

    const pageUrl = () => `${server.url}/talk#key=${TEST_KEY}`;

    it('asks for a key that it was not given, and offers the agents with the right one', async () => {
      const { page } = await openPage(talking.browser, `${server.url}/talk`);
      await page.getByLabel('API key').fill('sk-wrong');
      await page.keyboard.press('Enter');
      await expect.poll(() => problem(page).innerText()).toContain('does not know this API key');
      await page.getByLabel('API key').fill(TEST_KEY);
      await page.keyboard.press('Enter');
      await startButton(page).waitFor();
      const agent = page.getByLabel('Agent', { exact: true });
      expect(await agent.locator('option').allInnerTexts()).toEqual(['greeter', 'waiter']);
      expect(await agent.inputValue()).toBe('waiter');
    });

    it('can be used with the keyboard alone', async () => {
      const { page, complaints } = await openPage(talking.browser, pageUrl());
      await startButton(page).focus();
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await conversation(page).getByText('Hello there.').first().waitFor();
      await page.keyboard.press('Enter');
      await startButton(page).waitFor();
      expect(complaints).toEqual([]);
    });

    it('keeps the key out of addresses, and sends none but one made for the call', async () => {
      const { page } = await openPage(talking.browser, pageUrl());
      const dialled = page.waitForEvent('websocket', (socket) => socket.url().includes('/v1/'));
      await startButton(page).click();
      expect((await dialled).url()).toBe(
        `${server.url.replace('http', 'ws')}/v1/realtime?agent=waiter`,
      );
      expect(page.url()).toBe(`${server.url}/talk`);
    });

    it('says when the server takes no more calls', async () => {
      const first = await openPage(talking.browser, pageUrl());
      await startButton(first.page).click();
      await hangUpButton(first.page).waitFor();
      const second = await openPage(talking.browser, pageUrl());
      await startButton(second.page).click();
      await expect
        .poll(() => problem(second.page).innerText())
        .toMatch(/^The server takes no calls now: .+ Try again in a moment\.$/);
      await hangUpButton(first.page).click();
      await startButton(first.page).waitFor();
      await startButton(second.page).click();
      await hangUpButton(second.page).waitFor();
      expect(await problem(second.page).isVisible()).toBe(false);
    });

    it('says so when the server stops during a call, and when it is gone', async () => {
      const { page } = await openPage(talking.browser, pageUrl());
      await startButton(page).click();
      await hangUpButton(page).waitFor();
      const port = Number(new URL(server.url).port);
      await server.close();
      await expect.poll(() => problem(page).innerText()).toContain('The server is stopping');
      await startButton(page).click();
      await expect.poll(() => problem(page).innerText()).toContain('The server does not answer');
      // The login of the server that is gone is not known to the next one.
      server = await startTestServer({ port }, { consoleDir: built.distDir });
      await startButton(page).click();
      await page.getByLabel('API key').fill(TEST_KEY);
      await page.keyboard.press('Enter');
      await startButton(page).click();
      await hangUpButton(page).waitFor();
    });

    it('hangs up when the page is left', async () => {
      const { page } = await openPage(talking.browser, pageUrl());
      await startButton(page).click();
      const link = page.getByRole('link', { name: 'Open this session' });
      const id = (await link.getAttribute('href'))?.replace('/s/', '') ?? '';
      await page.getByRole('link', { name: 'Fleet' }).click();
      const endReason = async () => {
        const headers = { authorization: `Bearer ${TEST_KEY}` };
        const answer = await fetch(`${server.url}/console/sessions/${id}`, { headers });
        return ((await answer.json()) as SessionDetail).row.endReason;
      };
      await expect.poll(endReason).toBe('callerLeft');
    });
  });
});
