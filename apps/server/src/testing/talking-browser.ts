import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readWav, StreamingResampler, writeWav } from '@antiphon/audio';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';

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

const CONSOLE_DIR = fileURLToPath(new URL('../../../console', import.meta.url));
const CLIPS = new URL('../../../../packages/pipelines/fixtures/', import.meta.url);

/** Where a clip ends the turn must be seen to be over. */
const SILENCE_AFTER_MS = 20_000;

/** Whether the browser tests cannot be run here. */
export const isBrowserMissing = (process.env.ANTIPHON_MISSING ?? '')
  .split(',')
  .includes('chromium');

/** Builds the console as it is shipped into a folder of its own. */
export async function buildConsole(): Promise<{ distDir: string; remove: () => Promise<void> }> {
  const distDir = await mkdtemp(path.join(tmpdir(), 'antiphon-console-'));
  const remove = () => rm(distDir, { recursive: true });
  const outDir = { outDir: distDir, emptyOutDir: true };
  try {
    await build({ root: CONSOLE_DIR, mode: 'production', logLevel: 'warn', build: outDir });
  } catch (error) {
    await remove();
    throw error;
  }
  return { distDir, remove };
}

/** What a microphone hears once: silence, and then a recorded clip. */
interface HeardClip {
  readonly clip: string;
  /** When the clip begins, after the microphone was opened. */
  readonly afterMs: number;
  /** So long before the clip a tone of 200 ms is heard. */
  readonly toneBeforeMs?: number;
}

/** A browser whose microphone hears a clip or silence, or that keeps it from every page. */
export async function openTalkingBrowser(
  heard: HeardClip | 'silence' | 'no microphone',
): Promise<{ browser: Browser; close: () => Promise<void> }> {
  if (typeof heard === 'string') {
    const args = heard === 'silence' ? [...FLAGS, ...FAKE_MICROPHONE] : FLAGS;
    const browser = await chromium.launch({ executablePath: EXECUTABLE, args });
    return { browser, close: () => browser.close() };
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-microphone-'));
  const file = path.join(folder, 'microphone.wav');
  await writeMicrophone(file, heard);
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: [...FLAGS, ...FAKE_MICROPHONE, `--use-file-for-fake-audio-capture=${file}%noloop`],
  });
  const close = async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  };
  return { browser, close };
}

async function writeMicrophone(
  file: string,
  { clip, afterMs, toneBeforeMs }: HeardClip,
): Promise<void> {
  const { pcm } = readWav(new Uint8Array(await readFile(new URL(`${clip}.wav`, CLIPS))));
  const resampler = new StreamingResampler(8000, 48_000);
  const spoken = [...resampler.process(pcm), ...resampler.flush()];
  const heard = new Int16Array(48 * (afterMs + SILENCE_AFTER_MS) + spoken.length);
  heard.set(spoken, 48 * afterMs);
  if (toneBeforeMs !== undefined) heard.set(tone(200), 48 * (afterMs - toneBeforeMs));
  await writeFile(file, writeWav(heard, { sampleRate: 48_000, channels: 1 }));
}

/** 440 Hz at 48 kHz. */
function tone(lengthMs: number): Int16Array {
  return Int16Array.from({ length: 48 * lengthMs }, (_, at) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 440 * at) / 48_000)),
  );
}

/** Opens a page on a laptop's screen and notes whatever it complains of. */
export async function openPage(
  browser: Browser,
  url: string,
): Promise<{ page: Page; complaints: readonly string[] }> {
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
