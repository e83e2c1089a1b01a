import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readWav, StreamingResampler, writeWav } from '@antiphon/audio';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const EXECUTABLE = '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const FAKE_MICROPHONE = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];

const CLIP = new URL(
  '../../../packages/pipelines/fixtures/festival-where-is-my-package.wav',
  import.meta.url,
);
const BUNDLED_AGENTS = fileURLToPath(new URL('../agents', import.meta.url));

/** The greeting is over by then, also on a slow machine. */
const SILENCE_BEFORE_MS = 9_000;
/** Where the clip ends the turn must be seen to be over. */
const SILENCE_AFTER_MS = 20_000;

const isMissing = (process.env.ANTIPHON_MISSING ?? '').split(',').includes('chromium');

/** What the browser's microphone hears: silence, and then the clip, once. */
async function writeMicrophone(file: string): Promise<void> {
  const { pcm } = readWav(new Uint8Array(await readFile(CLIP)));
  const resampler = new StreamingResampler(8000, 48000);
  const spoken = [...resampler.process(pcm), ...resampler.flush()];
  const heard = new Int16Array(48 * (SILENCE_BEFORE_MS + SILENCE_AFTER_MS) + spoken.length);
  heard.set(spoken, 48 * SILENCE_BEFORE_MS);
  await writeFile(file, writeWav(heard, { sampleRate: 48_000, channels: 1 }));
}

/** Opens the page and notes whatever it complains of. */
async function open(browser: Browser, url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { host } = new URL(request.url());
    if (host !== new URL(url).host) complaints.push(`asked ${host}`);
  });
  await page.goto(url);
  return { page, complaints };
}

const startButton = (page: Page) => page.getByRole('button', { name: 'Start' });
const problem = (page: Page) => page.getByRole('alert');
const transcript = (page: Page) => page.getByRole('log');

describe.skipIf(isMissing)('the page, with an agent of the embedded pipeline', () => {
  let folder: string;
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'antiphon-page-'));
    const microphone = path.join(folder, 'microphone.wav');
    await writeMicrophone(microphone);
    server = await startTestServer({ agentsDir: BUNDLED_AGENTS, defaultAgent: 'acme-support' });
    const capture = `--use-file-for-fake-audio-capture=${microphone}%noloop`;
    browser = await chromium.launch({
      executablePath: EXECUTABLE,
      args: [...FLAGS, ...FAKE_MICROPHONE, capture],
    });
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('lets a person hear the greeting, ask and be answered, and shows what goes on', async () => {
    const { page, complaints } = await open(browser, `${server.url}/#key=${TEST_KEY}`);
    await startButton(page).click();
    await transcript(page).getByText('What can I do for you?').waitFor();
    // The browser cleans the sound of the clip, so it may be heard either way.
    await transcript(page)
      .getByText(/^where('s| is) my package$/)
      .waitFor();
    await transcript(page).getByText('order number?').waitFor();
    await page.locator('#turns .bar [data-hop=endpointing]').waitFor();
    expect(await page.locator('#turns strong').innerText()).toMatch(/^\d+ ms$/);
    const lit = page.locator('.pill[aria-current]');
    await expect
      .poll(() => lit.allInnerTexts(), { timeout: 10_000 })
      .toEqual(['silent', 'listening', 'idle']);
    expect(await transcript(page).locator('.ahead').count()).toBe(0);
    await page.getByRole('button', { name: 'Hang up' }).click();
    await expect.poll(() => lit.allInnerTexts()).toEqual(['ended']);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Recording' }).click();
    const recording = readWav(new Uint8Array(await readFile(await (await downloading).path())));
    const loudest = (channel: number) =>
      recording.pcm.reduce(
        (top, sample, at) => (at % 2 === channel ? Math.max(top, sample) : top),
        0,
      );
    expect(loudest(0)).toBeGreaterThan(1_000);
    expect(loudest(1)).toBeGreaterThan(1_000);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe.skipIf(isMissing)('the page', () => {
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: EXECUTABLE,
      args: [...FLAGS, ...FAKE_MICROPHONE],
    });
  });

  beforeEach(async () => {
    server = await startTestServer();
  });

  afterEach(() => server.close());
  afterAll(() => browser.close());

  it('asks for a key that it was not given, says when it is wrong, and takes the right one', async () => {
    const { page } = await open(browser, server.url);
    await page.getByLabel('API key').fill('sk-wrong');
    await page.keyboard.press('Enter');
    await expect.poll(() => problem(page).innerText()).toContain('does not know this API key');
    await page.getByLabel('API key').fill(TEST_KEY);
    await page.keyboard.press('Enter');
    await startButton(page).waitFor();
    expect(await page.getByLabel('Agent').locator('option').allInnerTexts()).toEqual([
      'greeter',
      'waiter',
    ]);
    expect(await page.getByLabel('Agent').inputValue()).toBe('waiter');
    expect(await problem(page).isVisible()).toBe(false);
    await page.close();
  });

  it('can be used with the keyboard alone', async () => {
    const { page, complaints } = await open(browser, `${server.url}/#key=${TEST_KEY}`);
    await startButton(page).waitFor();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await transcript(page).getByText('Hello there.').first().waitFor();
    await page.keyboard.press('Enter');
    await startButton(page).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says so when the server stops during a call, and when it is gone', async () => {
    const { page } = await open(browser, `${server.url}/#key=${TEST_KEY}`);
    await startButton(page).click();
    await page.getByRole('button', { name: 'Hang up' }).waitFor();
    const port = Number(new URL(server.url).port);
    await server.close();
    await expect.poll(() => problem(page).innerText()).toContain('The server is stopping');
    await startButton(page).click();
    await expect.poll(() => problem(page).innerText()).toContain('The server does not answer');
    server = await startTestServer({ port });
    await startButton(page).click();
    await page.getByRole('button', { name: 'Hang up' }).waitFor();
    expect(await problem(page).isVisible()).toBe(false);
    await page.close();
  });

  it('says what to do when the microphone is denied', async () => {
    const strict = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
    const { page } = await open(strict, `${server.url}/#key=${TEST_KEY}`);
    await startButton(page).click();
    await expect
      .poll(() => problem(page).innerText())
      .toMatch(/may not use the microphone|There is no microphone/);
    expect(await startButton(page).isVisible()).toBe(true);
    await strict.close();
  });
});
