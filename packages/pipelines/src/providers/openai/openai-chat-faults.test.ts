import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { until } from '../../testing/until.ts';
import { callChunks, chunkOf, endChunks, textChunks } from './testing/chat-chunks.ts';
import { chatFixtures, QUESTION, textOf } from './testing/chat-fixture.ts';
import type { ChatRefusal, ChatScript } from './testing/local-chat-server.ts';

const start = chatFixtures();

const TEXT = textChunks('It has shipped.');

describe('a chat model that refuses', () => {
  it.each([
    ['key', { apiKey: 'sk-wrong' }, 'provider_unauthorized', 'refused the key (invalid_api_key)'],
    ['model', { model: 'gpt-9' }, 'unknown_model', 'does not have the model (model)'],
  ] as const)('a wrong %s says so', async (...[, options, code, says]) => {
    const { fault } = await start({}, options);
    const error = await fault();
    expect([error.code, error.message]).toEqual([code, `The chat model ${says}`]);
  });

  const REFUSALS: [ChatRefusal, string][] = [
    [{ status: 429, code: 'rate_limit_exceeded', type: 'tokens' }, 'provider_rate_limited'],
    [{ status: 429, code: 'insufficient_quota' }, 'provider_quota_exceeded'],
    [{ status: 429, body: '{"error":{"code":"429","message":"order"}}' }, 'provider_rate_limited'],
    [{ status: 402, body: 'Pay for the order.' }, 'provider_quota_exceeded'],
    [{ status: 403, type: 'permission_error' }, 'provider_unauthorized'],
    [{ status: 403, code: 'insufficient_permissions' }, 'provider_unauthorized'],
    [{ status: 503, code: 'model_overloaded' }, 'provider_failed'],
    [{ status: 404, body: '{"error":{"code":"DeploymentNotFound"}}' }, 'unknown_model'],
    [
      { status: 404, body: '{"object":"error","type":"NotFoundError","code":404}' },
      'unknown_model',
    ],
    [{ status: 400, code: null, param: 'model' }, 'unknown_model'],
    [{ status: 400, code: 'content_filter' }, 'provider_failed'],
    [{ status: 500, type: 'server_error' }, 'provider_failed'],
    [{ status: 503, body: '<html>where is my order</html>' }, 'provider_failed'],
    [{ status: 504, body: '' }, 'provider_timeout'],
    [{ status: 307, body: '' }, 'provider_failed'],
  ];
  it.each(REFUSALS)('with %j fails as %s, once, and quotes nobody', async (refusal, code) => {
    const { server, fault } = await start({ refuses: () => refusal });
    const error = await fault();
    expect(error.code).toBe(code);
    expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/order|sk-local/u);
    expect(server.exchanges).toHaveLength(1);
  });

  it('is asked again by the next turn', async () => {
    let count = 0;
    const { ask, fault } = await start({ refuses: () => (++count === 1 ? { status: 500 } : null) });
    expect((await fault()).code).toBe('provider_failed');
    expect(textOf(await ask())).toBe('It has shipped.');
  });
});

describe('an answer that is not as it must be', () => {
  const told = { error: { message: 'where is my order', type: 'server_error', code: null } };
  const ANSWERS: [string, ChatScript, string][] = [
    [
      'garbage in an event',
      { answer: () => [...TEXT, 'data: {"choices": [\n\n'] },
      'provider_garbled',
    ],
    [
      'an event of another shape',
      { answer: () => [...TEXT, 'data: {"order":1}\n\n'] },
      'provider_garbled',
    ],
    ['an event that is null', { answer: () => ['data: null\n\n'] }, 'provider_garbled'],
    [
      'a page in place of a stream',
      { answer: () => ['<html>'], contentType: 'text/html', saysDone: false },
      'provider_garbled',
    ],
    ['nothing at all', { answer: () => [], saysDone: false }, 'provider_garbled'],
    ['nothing but an end', { answer: () => endChunks('stop') }, 'provider_silent'],
    ['blanks', { answer: () => [...textChunks(' '), ...endChunks('stop')] }, 'provider_silent'],
    [
      'a filter that lets nothing through',
      { answer: () => endChunks('content_filter') },
      'provider_silent',
    ],
    [
      'half a chunk at the end',
      { answer: () => [...TEXT, 'data: {"choi'], saysDone: false },
      'provider_garbled',
    ],
    ['an end without a reason', { answer: () => TEXT }, 'provider_lost'],
    [
      'an end in the middle of a call',
      {
        answer: () =>
          callChunks([{ name: 'lookup_order', arguments: '{"order_id":"4471"}' }]).slice(0, 3),
        saysDone: false,
      },
      'provider_lost',
    ],
    [
      'an error told in an event',
      { answer: () => [...TEXT, `data: ${JSON.stringify(told)}\n\n`] },
      'provider_failed',
    ],
    [
      'a rate told in an event',
      {
        answer: () => [
          `event: error\ndata: ${JSON.stringify({ error: { code: 'rate_limit_exceeded' } })}\n\n`,
        ],
      },
      'provider_rate_limited',
    ],
    [
      'text without end',
      {
        answer: () =>
          Array.from({ length: 5 }, () => chunkOf({ content: 'a'.repeat(1024 * 1024) })),
      },
      'provider_garbled',
    ],
  ];
  it.each(ANSWERS)('%s', async (_what, script, code) => {
    const { server, ask, fault } = await start(script);
    const error = await fault();
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('order');
    server.script = {};
    expect(textOf(await ask())).toBe('It has shipped.');
  });

  it('by a filter that cuts it is an answer that was cut', async () => {
    const { ask } = await start({ answer: () => [...TEXT, ...endChunks('content_filter')] });
    expect((await ask()).at(-1)).toMatchObject({ type: 'end', finish: 'length' });
  });

  it('but only unusual is read all the same', async () => {
    const { ask } = await start({
      cutBytes: 1,
      saysDone: false,
      answer: () => [
        ': a comment\r\n\r\n',
        // As Azure begins.
        'data: {"choices":[],"prompt_filter_results":[]}\n\n',
        chunkOf({ role: 'assistant', content: null }),
        chunkOf({ content: 'Größe: 👍 ' }),
        {
          ...chunkOf({ content: 'Another.' }),
          choices: [{ ...chunkOf({ content: 'Another.' }).choices[0]!, index: 1 }],
        },
        chunkOf({ refusal: 'I cannot.' }),
        'data: {"choices":[{"index":0,"delta":{"reasoning_content":"Hm."},"finish_reason":null}]}\n\n',
        'data: {"choices":[{"index":0,"finish_reason":"stop"}]}\r\n\r\n',
        'data: {"usage":{"prompt_tokens":7,"completion_tokens":null}}\n\n',
      ],
    });
    const parts = await ask();
    expect(textOf(parts)).toBe('Größe: 👍 I cannot.');
    expect(parts.at(-1)).toMatchObject({ usage: { inputTextTokens: 7, outputTextTokens: 0 } });
  });
});

describe('a chat model that is lost', () => {
  it.each([
    ['before it answers', 0],
    ['in mid-stream', 3],
  ])('%s', async (_when, at) => {
    const { fault, server } = await start({
      step: async (chunk, exchange) => {
        if (chunk === at) exchange.response.destroy();
        await new Promise(setImmediate);
      },
    });
    const error = await fault();
    expect([error.code, error.message]).toEqual([
      'provider_lost',
      'The chat model cannot be reached (ECONNRESET)',
    ]);
    expect(server.exchanges.length).toBeLessThan(5);
  });

  it('and cannot be reached', async () => {
    const { server, fault } = await start({}, { warm: 0 });
    await server.close();
    expect((await fault()).message).toBe('The chat model cannot be reached (ECONNREFUSED)');
  });

  it('and speaks no HTTP', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).resume();
      socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const { fault } = await start({}, { url, warm: 0 });
    expect((await fault()).code).toBe('provider_garbled');
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });

  it('while it is closed ends its answers, and refuses others', async () => {
    const { server, model, fault } = await start({ step: () => new Promise(() => {}) });
    const { signal } = new AbortController();
    const failed = model
      .answer({ ...QUESTION, signal })
      .next()
      .catch((error: unknown) => error);
    await until(() => server.exchanges.length === 1);
    await model.close();
    expect(await failed).toMatchObject({ code: 'closed' });
    expect((await fault()).code).toBe('closed');
    await until(() => server.http.open === 0);
  });
});

describe('a chat model that says nothing', () => {
  it.each([
    ['from the beginning', 0, ''],
    ['in the middle', 3, 'It'],
  ])('%s', async (_when, stuckAt, said) => {
    const clock = new DrivenClock();
    let sent = -1;
    const { server, model } = await start(
      {
        step: (chunk) => {
          sent = chunk;
          return chunk >= stuckAt ? new Promise(() => {}) : Promise.resolve();
        },
      },
      { clock, silenceMs: 5_000 },
    );
    const { signal } = new AbortController();
    let text = '';
    let error: unknown;
    const running = (async () => {
      for await (const part of model.answer({ ...QUESTION, signal })) text += textOf([part]);
    })().catch((thrown: unknown) => (error = thrown));
    await until(() => sent === stuckAt && text === said);
    clock.advance(4_999);
    await new Promise(setImmediate);
    expect(error).toBeUndefined();
    await until(
      () => error !== undefined,
      () => clock.advance(1),
    );
    await running;
    expect(error).toMatchObject({
      code: 'provider_timeout',
      message: 'The chat model took too long (nothing came for 5000 ms)',
    });
    await until(() => server.last.isAborted);
    await model.close();
    expect(clock.pending).toBe(0);
  });
});
