import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_RUBRIC } from '../rubric/default-rubric.ts';
import { describeCallAnalyst, soundOf } from '../testing/call-analyst-suite.ts';
import { GeminiAnalyst } from './gemini-analyst.ts';
import type { GeminiAnalystOptions } from './gemini-analyst.ts';
import type { FileFault } from './testing/local-gemini-files.ts';
import { GEMINI_ANALYST_KEY, LocalGeminiServer } from './testing/local-gemini-server.ts';

const KIB = 1024;
/** Every sound is uploaded, and nothing is waited for. */
const UPLOADING = { mostInlineBytes: 0, partBytes: 512 * KIB, pollMs: 1, retryMs: 1 };

for (const [how, more] of [
  ['inline', {}],
  ['as a file', UPLOADING],
] as const) {
  describeCallAnalyst(`gemini, sound ${how}`, async () => ({
    server: await LocalGeminiServer.start(),
    key: GEMINI_ANALYST_KEY,
    model: 'gemini-local',
    open: (options) => new GeminiAnalyst({ ...options, ...more }),
  }));
}

describe('sound that is too much for one request', () => {
  const wav = Uint8Array.from({ length: 1_300 * KIB }, (_, index) => index % 251);
  const call = { sound: soundOf(wav), callMs: 0, transcript: '', rubric: DEFAULT_RUBRIC };
  const notices: string[] = [];
  const doings: string[] = [];
  let server: LocalGeminiServer;

  beforeAll(async () => {
    server = await LocalGeminiServer.start();
  });
  beforeEach(() => {
    server.files.reset();
    server.questions.length = 0;
    server.script = {};
    notices.length = 0;
    doings.length = 0;
  });
  afterAll(() => server.close());

  const ask = (more: Partial<GeminiAnalystOptions> = {}, signal = new AbortController().signal) =>
    new GeminiAnalyst({
      apiKey: GEMINI_ANALYST_KEY,
      url: server.url,
      ...UPLOADING,
      ...more,
    }).analyze(call, {
      signal,
      onProgress: (doing) => doings.push(doing),
      onNotice: (notice) => notices.push(notice),
    });
  const fails = async (fault: FileFault, more: Partial<GeminiAnalystOptions> = {}) => {
    server.files.reset(fault);
    const error = await ask(more).then(
      () => null,
      (cause: unknown) => cause,
    );
    return error as { code: string; message: string; isPassing: boolean };
  };

  it('is uploaded in parts, heard, and deleted', async () => {
    await ask();
    expect(server.questions).toHaveLength(1);
    expect(server.questions[0]!.wav.equals(wav)).toBe(true);
    expect(server.files.size).toBe(0);
    expect(server.files.deleted).toHaveLength(1);
    expect(server.files.pending).toBe(0);
    expect(doings).toEqual([
      'sent 0.5 MB of 1.3 MB',
      'sent 1.0 MB of 1.3 MB',
      'sent 1.3 MB of 1.3 MB',
    ]);
    expect(notices).toEqual([]);
  });

  it('goes inline where it is little enough', async () => {
    await ask({ mostInlineBytes: wav.length });
    expect(server.questions[0]!.wav.equals(wav)).toBe(true);
    expect(server.files.receivedBytes).toBe(0);
  });

  it('is read no further ahead than a part', async () => {
    let read = 0;
    let ahead = 0;
    const pieces = async function* () {
      for await (const piece of call.sound.pieces()) {
        read += piece.length;
        ahead = Math.max(ahead, read - server.files.receivedBytes);
        yield piece;
      }
    };
    const analyst = new GeminiAnalyst({
      apiKey: GEMINI_ANALYST_KEY,
      url: server.url,
      ...UPLOADING,
    });
    const sound = { bytes: wav.length, pieces };
    await analyst.analyze({ ...call, sound }, { signal: new AbortController().signal });
    expect(read).toBe(wav.length);
    expect(ahead).toBeLessThan(UPLOADING.partBytes + 10_000);
  });

  it.each(['partLost', 'lastAnswerLost', 'lookFails', 'deletedLate'] as const)(
    'is heard all the same, and deleted: %s',
    async (fault) => {
      server.files.reset(fault);
      await ask();
      expect(server.questions[0]!.wav.equals(wav)).toBe(true);
      expect(server.files.size).toBe(0);
      expect(server.files.deleted).toHaveLength(1);
      expect(notices).toEqual([]);
    },
  );

  it('goes on from what the server has when a part got lost', async () => {
    server.files.reset('partLost');
    await ask();
    expect(server.files.receivedBytes).toBe(wav.length + 256 * KIB);
  });

  it.each([
    ['noFiles', 'audio_too_large', false],
    ['uploadRefused', 'provider_rejected', false],
    ['noRoom', 'provider_quota_exceeded', false],
    ['noAddress', 'provider_garbled', false],
    ['partRefused', 'provider_rejected', false],
    ['endless', 'provider_lost', true],
    ['unreadable', 'provider_failed', true],
  ] as const)('is named when it comes to nothing, and nothing is left: %s', async (...expected) => {
    const [fault, code, isPassing] = expected;
    const error = await fails(fault);
    expect(error).toMatchObject({ name: 'AnalysisError', code, isPassing });
    expect(error.message).toMatch(/\. [A-Z][^.]+\.$/u);
    expect(error.message).not.toMatch(/\bw[12]\b/u);
    expect(server.questions).toEqual([]);
    expect(server.files.size).toBe(0);
    expect(server.files.pending).toBe(0);
  });

  it('is given up and deleted when it never becomes active', async () => {
    const error = await fails('neverActive', { timeoutMs: 500 });
    expect(error.code).toBe('provider_timeout');
    expect(error.message).toContain('was not ready within 0.5 s');
    expect(server.files.deleted).toHaveLength(1);
  });

  it.each(['overloaded', 'askedTooOften', 'modelRefuses', 'noAnswer'] as const)(
    'is deleted when the question fails: %s',
    async (fault) => {
      server.script = { fault };
      await expect(ask()).rejects.toMatchObject({ name: 'AnalysisError' });
      expect(server.files.size).toBe(0);
      expect(server.files.deleted).toHaveLength(1);
    },
  );

  it('is deleted when the question is given up', async () => {
    server.files.reset('neverActive');
    const controller = new AbortController();
    const asked = ask({}, controller.signal);
    await expect.poll(() => server.files.size).toBe(1);
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.files.size).toBe(0);
  });

  it('is told of when it cannot be deleted, and the analysis counts', async () => {
    server.files.reset('keptForEver');
    expect((await ask()).usage).not.toBeNull();
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^Gemini still has the sound as files\/antiphon-\w+: .*HTTP 500/u);
  });
});
