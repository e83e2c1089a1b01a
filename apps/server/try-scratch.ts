import { chromium } from 'playwright-core';
import { readFileSync, writeFileSync } from 'node:fs';
import { readWav, StreamingResampler, writeWav } from '@antiphon/audio';
const url = process.argv[2]!;
const clip = readWav(
  readFileSync(
    '/work/main/packages/pipelines/fixtures/' +
      (process.argv[3] ?? 'festival-where-is-my-package') +
      '.wav',
  ),
);
console.log(clip.sampleRate, clip.channels, clip.pcm.length / clip.sampleRate);
const r = new StreamingResampler(clip.sampleRate as 8000, 48000);
const up = [r.process(clip.pcm), r.flush()];
const lead = 48000 * Number(process.argv[4] ?? 6),
  tail = 48000 * 20;
const all = new Int16Array(lead + up[0]!.length + up[1]!.length + tail);
all.set(up[0]!, lead);
all.set(up[1]!, lead + up[0]!.length);
writeFileSync('/tmp/page/mic.wav', writeWav(all, { sampleRate: 48000, channels: 1 }));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    '--use-file-for-fake-audio-capture=/tmp/page/mic.wav%noloop',
  ],
});
const page = await browser.newPage({
  viewport: { width: 1100, height: 640 },
  colorScheme: (process.argv[5] as 'light') ?? 'light',
});
page.on('console', (m) => console.log('console', m.type(), m.text()));
page.on('pageerror', (e) => console.log('pageerror', e));
await page.goto(url);
await page.getByRole('button', { name: 'Start' }).waitFor();
await page.screenshot({ path: '/tmp/page/0.png' });
await page.getByRole('button', { name: 'Start' }).click();
for (const t of [2500, 3000, 3000, 2000, 2000]) {
  await page.waitForTimeout(t);
  await page.screenshot({ path: `/tmp/page/${Date.now() % 100000}.png` });
  console.log(
    await page.locator('#transcript').innerText(),
    '\n--',
    await page
      .locator('#regions')
      .innerText()
      .then((s) => s.replace(/\n/g, ' ')),
    '\n--',
    await page
      .locator('#turns')
      .innerText()
      .then((s) => s.replace(/\n/g, ' ')),
  );
}
await page.screenshot({ path: '/tmp/page/end.png' });
await page.getByRole('button', { name: 'Hang up' }).click();
await page.waitForTimeout(800);
await page.screenshot({ path: '/tmp/page/hungup.png' });
await browser.close();
