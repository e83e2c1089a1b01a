import { fileURLToPath } from 'node:url';
import { pcm16ToBytes } from '@antiphon/audio';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fullDisk } from './testing/full-disk.ts';
import { speakTurn } from './testing/spoken-turn.ts';
import { Microphone } from './testing/microphone.ts';
import {
  buildConsole,
  isBrowserMissing,
  openPage,
  openTalkingBrowser,
} from './testing/talking-browser.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const BUNDLED_AGENTS = fileURLToPath(new URL('../agents', import.meta.url));

/** Keeps which leaves of the chart are lit, from now on, each time that changes. */
const NOTE_STATES = `
  globalThis.noted = [];
  new MutationObserver(() => {
    const lit = [...document.querySelectorAll('.state-box[data-active]')];
    const text = lit.map(({ dataset }) => dataset.state).toSorted().join(' ');
    if (text !== '' && text !== noted.at(-1)) noted.push(text);
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
`;

const litStates = async (page: Page) =>
  page
    .locator('.state-box[data-active]')
    .evaluateAll((boxes) => boxes.map((box) => box.getAttribute('data-state')));

const milliseconds = (text: string) =>
  Number.parseFloat(text.replace('<', '')) * (/\ds$|\d s$/u.test(text.trim()) ? 1000 : 1);

describe.skipIf(isBrowserMissing)('the page of a session of the embedded pipeline', () => {
  let built: Awaited<ReturnType<typeof buildConsole>>;
  let server: TestServer;
  let browsing: Awaited<ReturnType<typeof openTalkingBrowser>>;
  let id: string;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    built = await buildConsole();
    server = await startTestServer(
      { agentsDir: BUNDLED_AGENTS, defaultAgent: 'acme-support' },
      { consoleDir: built.distDir },
    );
    browsing = await openTalkingBrowser('silence');
  });

  afterAll(async () => {
    await browsing?.close();
    await server?.close();
    await built?.remove();
  });

  it('lights the states of a call in their order, and strikes what was not heard', async () => {
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
    const { session } = await client.message('session.created');
    ({ id } = session as { id: string });
    ({ page, complaints } = await openPage(
      browsing.browser,
      `${server.url}/s/${id}#key=${TEST_KEY}`,
    ));
    await page.locator('.state-box[data-active]').first().waitFor();
    await page.evaluate(NOTE_STATES);
    const lit = (state: string) =>
      page.locator(`.state-box[data-state="${state}"][data-active]`).waitFor();
    const microphone = new Microphone((frame) => {
      const audio = Buffer.from(pcm16ToBytes(frame)).toString('base64');
      client.send({ type: 'input_audio_buffer.append', audio });
    });
    const transcript = page.locator('.transcript');
    await lit('turn.listening');
    await microphone.speak('check-on-an-order');
    await lit('caller.speaking');
    await transcript.getByText('order number?').waitFor();
    await lit('turn.listening');
    await microphone.speak('four-four-seven-one');
    await transcript.getByText('has shipped').waitFor();
    await lit('turn.responding.speaking');
    // The caller cuts into the answer.
    await microphone.speak('no-it-doesnt');
    await transcript.locator('s').first().waitFor();
    await transcript.getByText('ask the carrier').waitFor();
    microphone.close();
    const noted = (await page.evaluate<readonly string[]>('noted')).join(' | ');
    expect(noted).toMatch(/caller\.speaking.*turn\.responding\.speaking.*caller\.speaking/u);
    await client.close();
    await page.getByText('ended: the caller hung up').waitFor();
    expect(complaints).toEqual([]);
  });

  it('plays the recording of a finished call and shows the machine as it was then', async () => {
    await page.getByText(/replayed through \d+ steps, as recorded/u).waitFor();
    expect(await litStates(page)).toContain('turn.ended');
    const stay = page.locator('.stay[data-region="turn"]', { hasText: 'speaking' }).first();
    await stay.click();
    await expect.poll(() => litStates(page)).toContain('turn.responding.speaking');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    const soundAt = () => page.getByRole('slider').getAttribute('aria-valuenow').then(Number);
    const before = await soundAt();
    await expect.poll(soundAt).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'To the end' }).click();
    await expect.poll(() => litStates(page)).toContain('turn.ended');
    await page.getByRole('slider').press('ArrowLeft');
    await page.getByText(/^at \d+\.\d s$/u).waitFor();
    expect(complaints).toEqual([]);
  });

  it('leads to the hops of each turn, which add up', async () => {
    await page.locator('.turn-chip').last().click();
    await page.getByRole('heading', { name: /Turn \d+/u }).waitFor();
    await page.locator('.turn-table tfoot td').first().waitFor();
    const column = (rows: string) =>
      page.locator(`.turn-table ${rows} tr td:nth-child(3)`).allInnerTexts();
    const parts = (await column('tbody'))
      .filter((text) => text !== 'in the next')
      .map((text) => milliseconds(text));
    const [whole = 0] = (await column('tfoot')).map((text) => milliseconds(text));
    const sum = parts.reduce((total, part) => total + part, 0);
    expect(whole).toBeGreaterThan(0);
    expect(Math.abs(sum - whole)).toBeLessThanOrEqual(Math.max(5, whole * 0.05));
    expect(complaints).toEqual([]);
  });

  it('says that the disk is full, while the call goes on and afterwards', async () => {
    const full = await startTestServer({}, { consoleDir: built.distDir, recordingDisk: fullDisk });
    try {
      const client = await TestClient.open(`${full.wsUrl}/v1/realtime`, { key: TEST_KEY });
      const { session } = await client.message('session.created');
      const { id: fullId } = session as { id: string };
      const opened = await openPage(browsing.browser, `${full.url}/s/${fullId}#key=${TEST_KEY}`);
      const fault = opened.page.getByText('the recording is incomplete: the disk is full');
      await fault.waitFor();
      await opened.page.getByText('live', { exact: true }).waitFor();
      speakTurn(client);
      // The agent answers, which the page shows.
      await opened.page.locator('.turn-chip').first().waitFor();
      await opened.page.locator('.transcript li').first().waitFor();
      await client.close();
      await opened.page.getByText('ended: the caller hung up').waitFor();
      expect(await fault.isVisible()).toBe(true);
      await opened.page.getByText('no sound was recorded: the disk is full').first().waitFor();
      expect(opened.complaints).toEqual([]);
      await opened.page.context().close();
    } finally {
      await full.close();
    }
  });
});
