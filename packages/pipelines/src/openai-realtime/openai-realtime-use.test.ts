import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import { PipelineError } from '../pipeline-error.ts';
import { OpenaiRealtimeEngine } from './openai-realtime-engine.ts';
import { callerFrame, PLAIN_CONFIG } from '../upstream/testing/conversation-fixture.ts';
import { RealtimeFixture } from './testing/realtime-fixture.ts';
import type { FixtureOptions } from './testing/realtime-fixture.ts';
import { UPSTREAM_KEY } from './testing/realtime-upstream.ts';
import type { UpstreamScript } from './testing/upstream-script.ts';

const open: RealtimeFixture[] = [];

afterEach(async () => {
  for (const fixture of open.splice(0)) await fixture.close();
});

async function start(script: UpstreamScript = {}, options: FixtureOptions = {}) {
  const fixture = await RealtimeFixture.start(script, options);
  open.push(fixture);
  return fixture;
}

describe('a connection of OpenaiRealtimeEngine', () => {
  it('is there, and configured, before the caller has said anything', async () => {
    const fixture = await start();
    await fixture.connected();
    expect(fixture.upstream.upgrades).toMatchObject([
      {
        url: '/v1/realtime?model=gpt-realtime-2.1',
        headers: { authorization: `Bearer ${UPSTREAM_KEY}` },
      },
    ]);
    expect(fixture.upstream.upgrades[0]?.headers['openai-beta']).toBeUndefined();
    expect(fixture.upstream.last.heard).toMatchObject([
      {
        type: 'session.update',
        session: {
          type: 'realtime',
          instructions: 'Be brief.',
          output_modalities: ['audio'],
          audio: {
            input: { transcription: { model: 'gpt-transcribe' }, turn_detection: null },
            output: { voice: 'marin', speed: 1 },
          },
        },
      },
    ]);
  });

  it("takes Azure's addresses and its header", async () => {
    const fixture = await start(
      {},
      { settings: { apiKeyHeader: 'api-key', model: 'azure-deployment' } },
    );
    await fixture.connected();
    expect(fixture.upstream.upgrades[0]?.headers).toMatchObject({ 'api-key': UPSTREAM_KEY });
    expect(fixture.upstream.upgrades[0]?.headers.authorization).toBeUndefined();
    const { url } = fixture.upstream.settings;
    const deployment = '/openai/realtime?api-version=1&deployment=azure-deployment';
    const address = `${new URL(url!).origin}${deployment}`;
    const other = await start();
    const settings = { ...fixture.upstream.settings, url: address, model: 'ignored' };
    const engine = new OpenaiRealtimeEngine({ settings, clock: other.clock });
    const session = engine.open({ sessionId: 'b', history: () => [], onEvent: () => {} });
    await fixture.until(() => fixture.upstream.upgrades.length > 1);
    expect(fixture.upstream.upgrades[1]?.url).toBe(deployment);
    session.close();
  });

  it('is told what changes, and no more, before the answer it is for', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.answer('a');
    await fixture.ended('a');
    expect(fixture.upstream.last.types).toEqual(['session.update', 'response.create']);
    fixture.answer('b', {
      ...FIXTURE_CONFIG,
      instructions: 'Be long.',
      toolChoice: { name: 'lookup_order' },
      maxOutputTokens: 300,
    });
    await fixture.ended('b');
    expect(fixture.upstream.last.heard[2]).toMatchObject({
      session: {
        instructions: 'Be long.',
        tool_choice: { type: 'function', name: 'lookup_order' },
        max_output_tokens: 300,
        tools: [{ type: 'function', name: 'lookup_order', parameters: { type: 'object' } }],
      },
    });
  });

  it('is told what an answer overrides with that answer alone', async () => {
    const fixture = await start();
    await fixture.connected();
    const context = [
      {
        kind: 'message',
        id: 'x',
        speaker: 'caller',
        medium: 'text',
        status: 'completed',
        text: 'Hi.',
        audioMs: 0,
      },
    ] as const;
    fixture.caller.answer('a', { instructions: 'Sing.', modality: 'text', context }, PLAIN_CONFIG);
    await fixture.ended('a');
    expect(fixture.upstream.last.heard.at(-1)).toMatchObject({
      type: 'response.create',
      response: {
        instructions: 'Sing.',
        output_modalities: ['text'],
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi.' }] }],
      },
    });
    expect(fixture.caller.of('generation.audio')).toEqual([]);
  });

  it('refuses settings with which no connection can be made', () => {
    const clock = new DrivenClock();
    for (const settings of [
      { apiKey: '', model: 'm' },
      { apiKey: 'k', model: 'm', url: 'nowhere' },
      { apiKey: 'k', model: 'm', url: 'https://api.openai.com/v1/realtime' },
    ]) {
      expect(() => new OpenaiRealtimeEngine({ settings, clock })).toThrow(PipelineError);
    }
  });
});

describe('audio of OpenaiRealtimeEngine', () => {
  it.each([
    [undefined, 'audio/pcmu'],
    ['g711_ulaw', 'audio/pcmu'],
    ['g711_alaw', 'audio/pcma'],
  ] as const)('of 8 kHz that is %s goes and comes as %s', async (encoding, type) => {
    const fixture = await start();
    fixture.caller.encoding = encoding;
    await fixture.connected();
    fixture.turn('turn');
    fixture.answer('a');
    await fixture.ended('a');
    const { last } = fixture.upstream;
    expect(last.session.audio?.input?.format).toEqual({ type });
    expect(last.session.audio?.output?.format).toEqual({ type });
    expect(last.appendedBytes).toBe(10 * 160);
    const rates = fixture.caller.of('generation.audio').map(({ sampleRate }) => sampleRate);
    expect(new Set(rates)).toEqual(new Set([8000]));
  });

  it.each([
    [8000, 'pcm', 24 * 2 * 200],
    [16_000, 'auto', 24 * 2 * 200],
    [24_000, 'auto', 24 * 2 * 200],
    [48_000, 'auto', 24 * 2 * 200],
    [24_000, 'g711', 8 * 200],
  ] as const)('of %d Hz goes whole where "audio" is %s', async (rate, audio, bytes) => {
    const fixture = await start({}, { settings: { audio } });
    await fixture.connected();
    fixture.turn('turn', 10, callerFrame(rate));
    await fixture.until(() => fixture.caller.of('transcript').length > 0);
    expect(fixture.upstream.last.appendedBytes).toBe(bytes);
  });

  it('is made long enough to be taken where a turn is very short', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.turn('turn', 1);
    await fixture.until(() => fixture.caller.of('transcript').some(({ isFinal }) => isFinal));
    expect(fixture.upstream.last.appendedBytes).toBe(800);
    expect(fixture.upstream.last.errors).toEqual([]);
  });
});

describe('what an answer costs', () => {
  it('is counted for each response, by the prices of the settings', async () => {
    const prices = {
      textInput: 4,
      cachedTextInput: 1,
      audioInput: 32,
      textOutput: 24,
      audioOutput: 64,
    };
    const fixture = await start({ countsTokens: true }, { settings: { prices } });
    fixture.answer('a');
    const { usage } = await fixture.ended('a');
    expect(usage).toEqual({
      inputTextTokens: 100,
      inputAudioTokens: 100,
      outputTextTokens: 100,
      outputAudioTokens: 100,
    });
    expect(fixture.costs).toMatchObject([{ usage, cachedTextTokens: 50, cachedAudioTokens: 0 }]);
    expect(fixture.costs[0]?.dollars).toBeCloseTo(
      (50 * 4 + 50 * 1 + 100 * (32 + 24 + 64)) / 1e6,
      9,
    );
    const whose = { operation: 'realtime_inference', provider: 'openai' };
    const { dollars } = fixture.costs[0]!;
    expect(fixture.caller.used).toMatchObject([
      { ...whose, model: 'gpt-realtime-2.1', ...usage, cachedTextTokens: 50, dollars },
    ]);
  });

  it('is counted for each transcript, by tokens or by time', async () => {
    const prices = { transcriptInput: 2, transcriptOutput: 10, transcriptMinute: 0.006 };
    const tokens = {
      type: 'tokens' as const,
      total_tokens: 30,
      input_tokens: 20,
      input_token_details: { text_tokens: 5, audio_tokens: 15 },
      output_tokens: 10,
    };
    let count = 0;
    const fixture = await start(
      {
        sends: (event) => {
          if (!event.type.endsWith('transcription.completed') || !('usage' in event)) return true;
          count += 1;
          // By time at first, then by tokens, then not at all.
          if (count === 2) Object.assign(event, { usage: tokens });
          if (count === 3) delete (event as { usage?: unknown }).usage;
          return true;
        },
      },
      { settings: { prices } },
    );
    await fixture.connected();
    for (const itemId of ['one', 'two', 'three']) {
      fixture.turn(itemId);
      const { length } = fixture.transcriptCosts;
      await fixture.until(() => fixture.transcriptCosts.length > length);
    }
    const dollars = fixture.transcriptCosts.map((cost) => cost.dollars);
    expect(dollars[0]).toBeCloseTo((0.2 / 60) * 0.006, 12);
    expect(dollars[1]).toBeCloseTo((20 * 2 + 10 * 10) / 1e6, 12);
    expect(dollars[2]).toBe(0);
    // Of the last one nothing is known.
    const whose = { operation: 'speech_to_text', provider: 'openai', model: 'gpt-transcribe' };
    expect(fixture.caller.used).toMatchObject([
      { ...whose, audioMs: 200, dollars: dollars[0] },
      { ...whose, audioMs: 0, inputAudioTokens: 15, outputTextTokens: 10, dollars: dollars[1] },
    ]);
    expect(fixture.transcriptCosts[1]?.usage).toMatchObject({
      inputTextTokens: 5,
      inputAudioTokens: 15,
      outputTextTokens: 10,
    });
    expect(fixture.costs).toEqual([]);
  });

  it('is counted of an answer that was stopped, too', async () => {
    const fixture = await start({ countsTokens: true });
    fixture.answer('a');
    await fixture.until(() => fixture.caller.audioMs > 0);
    fixture.caller.session.cancel('a');
    await fixture.until(() => fixture.costs.length > 0);
    expect(fixture.costs).toMatchObject([{ usage: { outputAudioTokens: 100 }, dollars: null }]);
  });
});

describe("a model's words", () => {
  it('have their times before their audio once all of it is there, though its beginning plays by then', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const fixture = await start();
    fixture.aligner.ready = held;
    fixture.answer('a');
    await fixture.until(() => fixture.aligner.requests.length > 0);
    // 430 ms are less than what goes ahead.
    expect(fixture.caller.audioMs).toBe(430);
    expect(fixture.caller.of('generation.words')).toEqual([]);
    release();
    await fixture.ended('a');
    const words = fixture.caller.of('generation.words').flatMap((event) => event.words);
    expect(words.map(({ text }) => text).join(' ')).toBe(fixture.caller.text);
    for (const { endMs } of words) expect(endMs).toBeGreaterThanOrEqual(430);
  });

  it('are told with their own times where audio waits to be played', async () => {
    const text = 'word '.repeat(60).trim();
    const fixture = await start({ answer: () => ({ messages: [{ text }] }) });
    fixture.answer('a');
    await fixture.until(() => fixture.caller.of('generation.words').length > 0);
    const { events } = fixture.caller;
    const told = events.findIndex(({ type }) => type === 'generation.words');
    const before = events.slice(0, told).filter((event) => event.type === 'generation.audio');
    // Nothing has been played of 2990 ms, so 600 ms had gone on.
    expect(before.reduce((ms, { pcm }) => ms + pcm.length / 24, 0)).toBe(600);
    await fixture.ended('a');
    expect(fixture.caller.audioMs).toBe(2990);
    const words = fixture.caller.of('generation.words').flatMap((event) => event.words);
    expect(words).toHaveLength(60);
    words.forEach(({ endMs }, index) => {
      expect(endMs).toBeCloseTo(Math.max(600, Math.min(2990, index * 50 + 40 + 60)), 6);
    });
  });

  it('end with all of the audio where it cannot be aligned', async () => {
    const fixture = await start();
    fixture.aligner.error = new PipelineError('alignment_failed', 'no such words');
    fixture.answer('a');
    await fixture.ended('a');
    const words = fixture.caller.of('generation.words').flatMap((event) => event.words);
    expect(words.map(({ text }) => text).join(' ')).toBe(fixture.caller.text);
    for (const { startMs, endMs } of words) expect([startMs, endMs]).toEqual([430, 430]);
  });
});
