import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

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

/** Whether the browser tests cannot be run here. */
export const isBrowserMissing = (process.env.ANTIPHON_MISSING ?? '')
  .split(',')
  .includes('chromium');

/** A headless Chromium. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}

/** A page in a profile of its own, and whatever it complains of. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of the page and of its console, and addresses of other hosts that it asked. */
  readonly complaints: readonly string[];
}

/** Opens an address on a laptop's screen. */
export async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
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
