import type { EngineEvent } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import { PipelineError } from '../pipeline-error.ts';
import { FakeTextToSpeech } from '../testing/index.ts';
import { callerFrame, message, PLAIN_CONFIG } from '../upstream/testing/conversation-fixture.ts';
import { GeminiLiveEngine } from './gemini-live-engine.ts';
import { geminiTrials } from './testing/gemini-trials.ts';
import { GEMINI_KEY } from './testing/local-gemini.ts';

const start = geminiTrials();

describe('a connection of GeminiLiveEngine', () => {
  it('is there, and set up, before the caller has said anything, with the key in a header alone', async () => {
    const fixture = await start({}, { language: 'en-US' });
    await fixture.connected();
    const [upgrade] = fixture.upstream.upgrades;
    expect(upgrade?.headers['x-goog-api-key']).toBe(GEMINI_KEY);
    expect(upgrade?.url).not.toContain(GEMINI_KEY);
    expect(fixture.upstream.last.heard).toEqual([
      {
        setup: {
          model: 'models/gemini-3.8-live',
          generationConfig: {
            responseModalities: ['AUDIO'],
            speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Puck' } } },
          },
          systemInstruction: { parts: [{ text: 'Be brief.' }] },
          realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
          inputAudioTranscription: { languageCodes: ['en-US'] },
          outputAudioTranscription: {},
          contextWindowCompression: { slidingWindow: {} },
          sessionResumption: {},
        },
      },
    ]);
  });

  it('is told the tools that may be called, as those the model waits for', async () => {
    const fixture = await start();
    const other = { ...FIXTURE_CONFIG.tools[0]!, name: 'cancel_order' };
    const config = { ...FIXTURE_CONFIG, tools: [...FIXTURE_CONFIG.tools, other] };
    fixture.answer('a', { ...config, toolChoice: { name: 'cancel_order' }, maxOutputTokens: 300 });
    await fixture.ended('a');
    expect(fixture.upstream.last.setup).toMatchObject({
      generationConfig: { maxOutputTokens: 300 },
      tools: [
        {
          functionDeclarations: [
            {
              name: 'cancel_order',
              description: 'Finds an order.',
              parametersJsonSchema: { type: 'object' },
              behavior: 'BLOCKING',
            },
          ],
        },
      ],
    });
    fixture.answer('b', { ...config, toolChoice: 'none' });
    await fixture.ended('b');
    expect(fixture.upstream.last.setup?.tools).toBeUndefined();
  });

  it('is another one for an answer that overrides what it was set up with, and for what comes after', async () => {
    const fixture = await start();
    fixture.turn('one');
    fixture.answer('a');
    await fixture.ended('a');
    const context = [{ ...message('x', 'caller', 'Hi.'), medium: 'text' as const }];
    const options = { instructions: 'Sing.', modality: 'text', context } as const;
    fixture.caller.answer('b', options, PLAIN_CONFIG);
    await fixture.ended('b');
    expect(fixture.upstream.last.setup?.systemInstruction).toEqual({ parts: [{ text: 'Sing.' }] });
    expect(fixture.said[0]).toBe('user: Hi.');
    const sounds = fixture.caller.of('generation.audio');
    expect(sounds.every(({ generationId }) => generationId === 'a')).toBe(true);
    await fixture.connected(3);
    expect(fixture.upstream.last.setup?.systemInstruction).toEqual({
      parts: [{ text: 'Be brief.' }],
    });
  });

  it('is set up for the one answer that a session is opened for', async () => {
    const fixture = await start();
    await fixture.connected();
    const told: EngineEvent[] = [];
    const session = fixture.engine.open({
      sessionId: 'beside',
      history: () => [],
      onEvent: (event) => told.push(event),
    });
    const options = { instructions: 'Sing.', context: [] };
    session.generate({ kind: 'answer', generationId: 'x', config: PLAIN_CONFIG, options });
    await fixture.until(() => told.at(-1)?.type === 'generation.ended', 10);
    expect(fixture.upstream.connections).toHaveLength(2);
    expect(fixture.upstream.last.setup?.systemInstruction).toEqual({ parts: [{ text: 'Sing.' }] });
    session.close();
  });

  it('refuses settings with which no connection can be made', () => {
    const clock = new DrivenClock();
    const speech = { textToSpeech: new FakeTextToSpeech(clock), defaultVoice: 'fake-voice' };
    for (const settings of [
      { apiKey: '', model: 'm' },
      { apiKey: 'k', model: ' ' },
      { apiKey: 'k', model: 'm', url: 'nowhere' },
      { apiKey: 'k', model: 'm', url: 'https://generativelanguage.googleapis.com' },
    ]) {
      expect(() => new GeminiLiveEngine({ settings, clock, speech })).toThrow(PipelineError);
    }
  });
});

describe('audio of GeminiLiveEngine', () => {
  it.each([8000, 16_000, 24_000, 48_000] as const)(
    'of %d Hz goes whole as 16 kHz, while it is spoken',
    async (rate) => {
      const fixture = await start();
      await fixture.connected();
      const { session } = fixture.caller;
      session.beginTurn('one');
      for (let frame = 0; frame < 9; frame += 1) session.hear(callerFrame(rate));
      await fixture.until(() => fixture.upstream.last.appendedBytes > 16 * 2 * 90);
      session.hear(callerFrame(rate));
      session.commitTurn('one');
      await fixture.until(() => fixture.caller.of('transcript').length > 0);
      expect(fixture.upstream.last.appendedBytes).toBe(16 * 2 * 200);
    },
  );

  it('of two rates in one turn goes whole', async () => {
    const fixture = await start();
    await fixture.connected();
    const { session } = fixture.caller;
    session.beginTurn('one');
    for (const rate of [8000, 24_000, 16_000] as const) session.hear(callerFrame(rate));
    session.commitTurn('one');
    await fixture.until(() => fixture.caller.of('transcript').length > 0);
    expect(fixture.upstream.last.appendedBytes).toBe(16 * 2 * 60);
  });

  it('tells what was said so far while it is written down', async () => {
    const fixture = await start();
    await fixture.connected();
    fixture.turn('one');
    await fixture.until(() => fixture.caller.of('transcript').some(({ isFinal }) => isFinal));
    expect(fixture.caller.of('transcript').map(({ text, isFinal }) => [text, isFinal])).toEqual([
      ['where', false],
      ['where is', false],
      ['where is my', false],
      ['where is my order', false],
      ['where is my order', true],
    ]);
  });
});

describe('what an answer costs', () => {
  it('is counted with its thoughts, by the prices of the settings', async () => {
    const prices = {
      textInput: 1,
      cachedTextInput: 0.5,
      audioInput: 3,
      textOutput: 4,
      audioOutput: 12,
    };
    const fixture = await start({ countsTokens: true }, { prices });
    fixture.turn('one');
    fixture.answer('a');
    const { usage } = await fixture.ended('a');
    expect(usage).toEqual({
      inputTextTokens: 100,
      inputAudioTokens: 100,
      outputTextTokens: 100,
      outputAudioTokens: 100,
    });
    expect(fixture.costs).toMatchObject([{ usage, cachedTextTokens: 50, cachedAudioTokens: 0 }]);
    expect(fixture.costs[0]?.dollars).toBeCloseTo((50 + 50 * 0.5 + 100 * (3 + 4 + 12)) / 1e6, 9);
    const whose = { operation: 'realtime_inference', provider: 'gcp.gemini' };
    const { dollars } = fixture.costs[0]!;
    expect(fixture.caller.used).toMatchObject([
      { ...whose, model: 'gemini-3.8-live', ...usage, cachedTextTokens: 50, dollars },
      // What it took is told by itself.
      { ...whose, model: 'gemini-3.8-live', outputTextTokens: 0, dollars: null },
    ]);
  });

  it('is counted of an answer that nobody asked for, too', async () => {
    const fixture = await start({ countsTokens: true });
    await fixture.connected();
    fixture.turn('one');
    await fixture.until(() => fixture.costs.length > 0);
    expect(fixture.costs).toMatchObject([{ usage: { outputAudioTokens: 100 }, dollars: null }]);
    expect(fixture.caller.of('generation.ended')).toEqual([]);
  });
});

describe("a model's words", () => {
  it('have their times before their audio once all of it is there', async () => {
    const text = 'word '.repeat(60).trim();
    const fixture = await start({ answer: () => ({ text }) });
    fixture.turn('one');
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
    expect(words.map((word) => word.text).join(' ')).toBe(text);
  });

  it('end with all of the audio where it cannot be aligned', async () => {
    const fixture = await start();
    fixture.aligner.error = new PipelineError('alignment_failed', 'no such words');
    fixture.turn('one');
    fixture.answer('a');
    await fixture.ended('a');
    const words = fixture.caller.of('generation.words').flatMap((event) => event.words);
    expect(words.map(({ text }) => text).join(' ')).toBe(fixture.caller.text);
    for (const { startMs, endMs } of words) expect([startMs, endMs]).toEqual([430, 430]);
  });
});
