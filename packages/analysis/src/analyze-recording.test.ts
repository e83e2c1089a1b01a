import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readWav } from '@antiphon/audio';
import { SessionArchive } from '@antiphon/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analyzeRecording, keptAnalysis } from './analyze-recording.ts';
import type { AnalyzeRecordingOptions } from './analyze-recording.ts';
import type { CallAnalyst, CallMaterial } from './call-analyst.ts';
import { wholeOf } from './call-sound.ts';
import { DEFAULT_RUBRIC } from './rubric/default-rubric.ts';
import { rubricSchema } from './rubric/rubric.ts';
import { goodAnswer } from './testing/local-analyst-server.ts';
import { callEvents, recordCall } from './testing/recorded-call.ts';

/** An analyst that remembers what it was asked. */
class FakeAnalyst implements CallAnalyst {
  readonly provider = 'fake';
  readonly mostAudioBytes = 200_000;
  readonly mostCallMs = 11_000;
  readonly asked: CallMaterial[] = [];
  model = 'fake-1';
  answer: unknown = undefined;

  analyze(call: CallMaterial) {
    this.asked.push(call);
    const answer = this.answer ?? goodAnswer(call.rubric.dimensions.map(({ id }) => id));
    return Promise.resolve({ answer, answeredBy: 'fake-1-001', usage: null });
  }
}

describe('a recording', () => {
  let folder: string;
  let archive: SessionArchive;
  let analyst: FakeAnalyst;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'antiphon-analyze-'));
    archive = new SessionArchive(folder);
    analyst = new FakeAnalyst();
    await recordCall(folder, 'sess_a');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const analyze = (options: Partial<AnalyzeRecordingOptions> = {}) =>
    analyzeRecording({
      archive,
      sessionId: 'sess_a',
      analyst,
      rubric: DEFAULT_RUBRIC,
      reuse: 'same',
      signal: new AbortController().signal,
      ...options,
    });

  it('is sent in one channel with its transcript, and the result is kept beside it', async () => {
    const { analysis, isNew } = await analyze();
    const { sound, callMs, transcript } = analyst.asked[0]!;
    const wav = await wholeOf(sound);
    expect(wav).toHaveLength(sound.bytes);
    expect(readWav(wav)).toMatchObject({ sampleRate: 8000, channels: 1 });
    expect(new Set(readWav(wav).pcm)).toEqual(new Set([107]));
    expect(callMs).toBe(8_000);
    expect(transcript).toContain('[0:02] caller: where is my order');
    expect(isNew).toBe(true);
    expect(analysis).toMatchObject({
      version: 1,
      sessionId: 'sess_a',
      agent: 'acme-support',
      analyst: { provider: 'fake', model: 'fake-1', answeredBy: 'fake-1-001' },
      callMs: 8_000,
      resolution: 'resolved',
    });
    expect(analysis.scores).toHaveLength(DEFAULT_RUBRIC.dimensions.length);
    expect(await keptAnalysis(archive, 'sess_a')).toEqual(analysis);
    expect((await readdir(path.join(folder, 'sess_a'))).toSorted()).toEqual([
      'analysis.json',
      'audio.wav',
      'events.jsonl',
    ]);
  });

  it('is not asked about twice by the same model and rubric', async () => {
    const { analysis } = await analyze();
    expect(await analyze()).toEqual({ analysis, isNew: false });
    expect(await analyze({ reuse: 'any', rubric: OTHER })).toEqual({ analysis, isNew: false });
    expect(analyst.asked).toHaveLength(1);
    await analyze({ rubric: OTHER });
    analyst.model = 'fake-2';
    await analyze({ rubric: OTHER });
    await analyze({ rubric: OTHER, reuse: 'none' });
    expect(analyst.asked).toHaveLength(4);
    expect((await keptAnalysis(archive, 'sess_a'))?.analyst.model).toBe('fake-2');
  });

  it('is asked about again where what was kept cannot be read', async () => {
    for (const text of ['{', '{"version": 2}']) {
      await writeFile(path.join(folder, 'sess_a', 'analysis.json'), text);
      expect(await keptAnalysis(archive, 'sess_a')).toBeNull();
      expect((await analyze({ reuse: 'any' })).isNew).toBe(true);
    }
  });

  it('keeps what it had when the answer is none', async () => {
    await analyze();
    const file = path.join(folder, 'sess_a', 'analysis.json');
    const kept = await readFile(file, 'utf8');
    analyst.answer = { verdict: 'fine' };
    await expect(analyze({ reuse: 'none' })).rejects.toMatchObject({ code: 'provider_garbled' });
    expect(await readFile(file, 'utf8')).toBe(kept);
  });

  const events = callEvents('sess_b');
  it.each([
    ['that is not there', null, 'recording_missing'],
    ['without sound', { seconds: null }, 'recording_missing'],
    ['with an empty sound', { seconds: 0 }, 'recording_missing'],
    ['of a call that goes on', { events: events.slice(0, -1) }, 'recording_unfinished'],
    ['in which the caller said nothing', { events: [events[0]!, events.at(-1)!] }, 'nothing_said'],
    ['that is too large', { seconds: 13 }, 'audio_too_large'],
    ['that is too long', { seconds: 12 }, 'audio_too_large'],
  ] as const)('%s is named, and nobody is asked', async (_which, made, code) => {
    if (made) await recordCall(folder, 'sess_b', made);
    const refused = analyze({ sessionId: 'sess_b' });
    await expect(refused).rejects.toMatchObject({ name: 'AnalysisError', code });
    expect(analyst.asked).toEqual([]);
  });

  it('that is deleted meanwhile leaves nothing behind', async () => {
    const { asked } = analyst;
    const deleting: CallAnalyst = {
      provider: 'fake',
      model: 'fake-1',
      mostAudioBytes: analyst.mostAudioBytes,
      mostCallMs: null,
      analyze: async (call) => {
        await archive.delete('sess_a');
        asked.push(call);
        return {
          answer: goodAnswer(call.rubric.dimensions.map(({ id }) => id)),
          answeredBy: null,
          usage: null,
        };
      },
    };
    await expect(analyze({ analyst: deleting })).rejects.toMatchObject({ code: 'not_kept' });
    expect(await readdir(folder)).toEqual([]);
  });
});

const OTHER = rubricSchema.parse({
  name: 'other',
  dimensions: [{ id: 'warmth', asks: 'Was it warm?' }],
});
