import { DrivenClock } from '@antiphon/session/testing';
import { systemClock } from '@antiphon/session';
import { afterAll, describe, expect, it } from 'vitest';
import {
  atTicket,
  CLOAKROOM,
  cloakroom,
} from '../../embedded/scripted-model/cloakroom-dialogue.ts';
import { ScriptedLanguageModel } from '../../embedded/scripted-model/scripted-language-model.ts';
import type { SpokenConversation } from '../../embedded/scripted-model/spoken-conversation.ts';
import { describeLanguageModel } from '../../testing/language-model-suite.ts';
import { until } from '../../testing/until.ts';
import { OpenaiChatLanguageModel } from './openai-chat-language-model.ts';
import { callChunks, endChunks, textChunks } from './testing/chat-chunks.ts';
import type { CallStyle } from './testing/chat-chunks.ts';
import { callsOf, chatFixtures, QUESTION, textOf } from './testing/chat-fixture.ts';
import { CHAT_KEY, LocalChatServer } from './testing/local-chat-server.ts';
import { answersOf } from './testing/scripted-chat.ts';

const start = chatFixtures();

describe('a chat model that follows a script', () => {
  const closings: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const closing of closings.toReversed()) await closing();
  });

  describeLanguageModel('OpenaiChatLanguageModel', async () => {
    const server = await LocalChatServer.start({
      answer: answersOf(new ScriptedLanguageModel(CLOAKROOM)),
    });
    const languageModel = new OpenaiChatLanguageModel({
      model: 'local-chat',
      apiKey: CHAT_KEY,
      url: server.url,
      clock: systemClock,
    });
    closings.push(
      () => server.close(),
      () => languageModel.close(),
    );
    const request = (talk: SpokenConversation) => ({
      ...QUESTION,
      history: talk.history,
      tools: talk.tools,
    });
    return {
      languageModel,
      spoken: request(cloakroom().callerSays('when do you close')),
      calling: request((await atTicket()).callerSays('one two three')),
    };
  });
});

describe('a request to a chat model', () => {
  it('tells the tokens that were cached, of which there are no more than were read', async () => {
    const { server, ask } = await start();
    for (const [cached, told] of [
      [8, 8],
      [80, 12],
    ] as const) {
      const usage = { input: 12, output: 3, cached };
      server.script = { answer: () => [...textChunks('It has.'), ...endChunks('stop', usage)] };
      expect((await ask()).at(-1)).toMatchObject({ type: 'end', cachedTextTokens: told });
    }
  });

  it('says what is known, and is streamed with its usage', async () => {
    const { server, ask } = await start();
    const parts = await ask({ temperature: 0.4, maxOutputTokens: 90 });
    expect(textOf(parts)).toBe('It has shipped.');
    expect(parts.at(-1)).toEqual({
      type: 'end',
      finish: 'stop',
      usage: {
        inputTextTokens: 12,
        inputAudioTokens: 0,
        outputTextTokens: 3,
        outputAudioTokens: 0,
      },
    });
    expect(server.last.url).toBe('/v1/chat/completions');
    expect(server.last.headers.authorization).toBe(`Bearer ${CHAT_KEY}`);
    expect(server.last.body).toEqual({
      model: 'local-chat',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'where is my order' },
      ],
      stream: true,
      stream_options: { include_usage: true },
      tools: QUESTION.tools.map(({ name, description, parameters }) => ({
        type: 'function',
        function: { name, description, parameters },
      })),
      tool_choice: 'auto',
      temperature: 0.4,
      max_tokens: 90,
    });
  });

  it.each([
    ['none', 'none'],
    ['required', 'required'],
    [{ name: 'lookup_order' }, { type: 'function', function: { name: 'lookup_order' } }],
  ] as const)('has the choice %j', async (toolChoice, sent) => {
    const { server, ask } = await start();
    await ask({ toolChoice });
    expect(server.last.body.tool_choice).toEqual(sent);
  });

  it('has neither tools nor a choice where there are none', async () => {
    const { server, ask } = await start();
    await ask({ tools: [], toolChoice: 'none' });
    expect(server.last.body).not.toHaveProperty('tools');
    expect(server.last.body).not.toHaveProperty('tool_choice');
  });

  it("goes to Azure's address with its version and key header", async () => {
    const address = '/openai/deployments/azure-deployment?region=west';
    const { server, model } = await start();
    const azure = new OpenaiChatLanguageModel({
      model: 'azure-deployment',
      apiKey: CHAT_KEY,
      apiKeyHeader: 'api-key',
      url: server.url.replace('/v1', address),
      apiVersion: '2025-03-01-preview',
      clock: systemClock,
    });
    const { signal } = new AbortController();
    const parts = [];
    for await (const part of azure.answer({ ...QUESTION, signal })) parts.push(part);
    await azure.close();
    expect(model.name).toBe('openai-chat');
    expect(textOf(parts)).toBe('It has shipped.');
    const { url, headers } = server.last;
    expect(url.split('?')[0]).toBe('/openai/deployments/azure-deployment/chat/completions');
    expect(new URLSearchParams(url.split('?')[1])).toEqual(
      new URLSearchParams({ region: 'west', 'api-version': '2025-03-01-preview' }),
    );
    expect(headers['api-key']).toBe(CHAT_KEY);
    expect(headers.authorization).toBeUndefined();
  });

  it('holds no key for a server that asks for none', async () => {
    const { server, ask } = await start({ refuses: () => ({ status: 400 }) }, { apiKey: null });
    await ask().catch(() => {});
    expect(server.last.headers.authorization).toBeUndefined();
    expect(server.last.headers['api-key']).toBeUndefined();
  });

  it.each([
    ['temperature', 'unsupported_value', {}],
    ['stream_options.include_usage', 'unknown_parameter', {}],
    ['max_tokens', 'unsupported_parameter', { max_completion_tokens: 90 }],
  ])(
    'is sent again without %s where the server takes none, and so from then on',
    async (param, code, other) => {
      const [member = ''] = param.split('.');
      const { server, ask } = await start({
        refuses: ({ body }) => (member in body ? { status: 400, param, code } : null),
      });
      const request = { temperature: 0.4, maxOutputTokens: 90 };
      expect(textOf(await ask(request))).toBe('It has shipped.');
      expect(textOf(await ask(request))).toBe('It has shipped.');
      expect(server.exchanges.map(({ body }) => member in body)).toEqual([true, false, false]);
      expect(server.last.body).toMatchObject(other);
    },
  );
});

describe('calls of a chat model', () => {
  const CALLS = [
    { name: 'lookup_order', arguments: '{"order_id":"4471"}' },
    { name: 'trace_package', arguments: '{"order_id":"44é71"}' },
  ];
  const STYLES: CallStyle[] = [
    'openai',
    'interleaved',
    'index-0',
    'no-index',
    'no-id',
    'repeating',
  ];

  it.each(STYLES)('are put together as servers have them: %s', async (style) => {
    const { ask } = await start({
      cutBytes: 7,
      answer: () => [
        ...textChunks('One moment.'),
        ...callChunks(CALLS, style),
        ...endChunks('tool_calls'),
      ],
    });
    const parts = await ask();
    expect(textOf(parts)).toBe('One moment.');
    expect(callsOf(parts)).toEqual(CALLS.map((call) => [call.name, call.arguments]));
    const ids = parts.flatMap((part) => (part.type === 'toolCall' ? [part.callId] : []));
    expect(new Set(ids).size).toBe(2);
    if (style === 'no-id') expect(ids[0]).toMatch(/^call_[0-9a-f]{32}$/u);
    else expect(ids).toEqual(['call_lookup_order', 'call_trace_package']);
  });

  it('are passed on with arguments that are no JSON, or none', async () => {
    const { ask } = await start({
      answer: () => [
        ...callChunks([
          { name: 'lookup_order', arguments: '{"order_id": 44' },
          { name: 'trace_package', arguments: '' },
        ]),
        ...endChunks('tool_calls'),
      ],
    });
    expect(callsOf(await ask())).toEqual([
      ['lookup_order', '{"order_id": 44'],
      ['trace_package', '{}'],
    ]);
  });

  it('show that they are being written', async () => {
    const { ask } = await start({
      answer: () => [...callChunks([CALLS[0]!]), ...endChunks('tool_calls')],
    });
    const kinds = (await ask()).map((part) => (part.type === 'text' ? part.delta : part.type));
    expect(kinds[0]).toBe('');
    expect(kinds.slice(-2)).toEqual(['toolCall', 'end']);
  });

  it('get ids that the conversation does not have yet', async () => {
    const { ask } = await start({
      answer: () => [...callChunks([CALLS[0]!, CALLS[0]!]), ...endChunks('tool_calls')],
    });
    const call = { kind: 'toolCall', id: 'item_2', status: 'completed', ...CALLS[0]! } as const;
    const history = [...QUESTION.history, { ...call, callId: 'call_lookup_order' }];
    const parts = await ask({ history });
    const ids = parts.flatMap((part) => (part.type === 'toolCall' ? [part.callId] : []));
    expect(new Set([...ids, 'call_lookup_order']).size).toBe(ids.length + 1);
  });

  it('are not passed on where none was to be made, or where they were cut', async () => {
    const answer = () => [
      ...textChunks('One moment.'),
      ...callChunks([CALLS[0]!]),
      ...endChunks('tool_calls'),
    ];
    const deaf = await start({ answer });
    expect(callsOf(await deaf.ask({ toolChoice: 'none' }))).toEqual([]);
    const cut = await start({ answer: () => [...answer().slice(0, 5), ...endChunks('length')] });
    const parts = await cut.ask();
    expect(callsOf(parts)).toEqual([]);
    expect(parts.at(-1)).toMatchObject({ type: 'end', finish: 'length' });
  });
});

describe('connections to a chat model', () => {
  it('are opened before they are needed, and used again and again', async () => {
    const { server, ask } = await start();
    await until(() => server.http.touches === 1);
    for (let count = 0; count < 20; count++) await ask();
    expect(server.exchanges).toHaveLength(20);
    // While one is in use another is kept ready; one is free a moment after its answer.
    expect(server.http.connections).toBeLessThanOrEqual(3);
  });

  it('are asked again on another one when the server has closed the idle ones', async () => {
    const { server, ask } = await start();
    await ask();
    await until(() => server.http.open === 2);
    server.http.dropConnections();
    expect(textOf(await ask())).toBe('It has shipped.');
  });

  it('are kept in use while nobody asks, and leave nothing behind', async () => {
    const clock = new DrivenClock();
    const { server, ask, model } = await start({}, { clock });
    await ask();
    await until(() => server.http.touches > 0);
    const before = server.http.touches;
    clock.advance(20_000);
    await until(() => server.http.touches > before);
    await model.close();
    expect(clock.pending).toBe(0);
    await until(() => server.http.open === 0);
  });

  it('are closed by a caller who cuts in, and replaced', async () => {
    const { server, model, ask } = await start({
      step: (chunk, { body }) =>
        chunk < 3 || body.temperature !== undefined ? Promise.resolve() : new Promise(() => {}),
    });
    const controller = new AbortController();
    const parts = [];
    for await (const part of model.answer({ ...QUESTION, signal: controller.signal })) {
      parts.push(part);
      setImmediate(() => controller.abort());
    }
    expect(textOf(parts)).toBe('It');
    await until(() => server.last.isAborted);
    expect(textOf(await ask({ temperature: 1 }))).toBe('It has shipped.');
  });

  it('are not waited for when the answer is not wanted any more', async () => {
    const { server, model } = await start({ step: () => new Promise(() => {}) });
    const controller = new AbortController();
    const answer = model.answer({ ...QUESTION, signal: controller.signal });
    const next = answer.next();
    await until(() => server.exchanges.length === 1);
    controller.abort();
    expect((await next).done).toBe(true);
    await until(() => server.last.isAborted);
  });
});
