import { describe, expect, it } from 'vitest';
import { BRIEF_TRY_MS, call, failing, json, pausesMs, started } from './webhook-trial.ts';

describe('a webhook', () => {
  it('gets the arguments and who calls, and its JSON is the result', async () => {
    const service = await started(json);
    const headers = { authorization: 'Bearer ${TOKEN}', 'X-Team': 'support' };
    expect(await call(service.url, { webhook: { headers } })).toEqual({ status: 'shipped' });
    expect(service.requests).toHaveLength(1);
    const [request] = service.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/hook?tenant=1' });
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer s3cret',
      'x-team': 'support',
      'content-type': 'application/json',
      'idempotency-key': 'sess_1.call%202',
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      arguments: { order_id: '4471' },
      session: 'sess_1',
      call: 'call 2',
    });
  });

  it('is told which span it is called for, where there is one', async () => {
    const service = await started(json);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await call(service.url, { traceparent });
    await call(service.url);
    const told = service.requests.map(({ headers }) => headers['traceparent']);
    expect(told).toEqual([traceparent, undefined]);
  });

  it.each([
    ['text/plain', 'It has shipped.', 'It has shipped.'],
    ['application/problem+json', '[1]', [1]],
    ['application/json', '', null],
  ])('may answer with %s', async (type, body, value) => {
    const service = await started((response) => {
      response.setHeader('content-type', type);
      response.end(body);
    });
    expect(await call(service.url)).toEqual(value);
  });

  it('may say nothing at all', async () => {
    const service = await started((response) => response.writeHead(204).end());
    expect(await call(service.url)).toBeNull();
  });
});

describe('a webhook that fails', () => {
  it.each([429, 502, 503, 504])(
    'is tried three times when it answers %i and the effect allows it, with one key',
    async (status) => {
      const service = await started(failing(9, status));
      await expect(call(service.url, { effect: 'idempotent' })).rejects.toThrow(`with ${status}.`);
      expect(service.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
        'sess_1.call%202',
        'sess_1.call%202',
        'sess_1.call%202',
      ]);
      expect(new Set(service.requests.map(({ body }) => body)).size).toBe(1);
      expect(pausesMs()).toEqual([250, 500]);
    },
  );

  it('is asked again until it answers', async () => {
    const service = await started(failing(2, 503));
    expect(await call(service.url)).toEqual({ status: 'shipped' });
    expect(service.requests).toHaveLength(3);
  });

  it('is tried as often as its definition says', async () => {
    const service = await started(failing(9, 503));
    await expect(call(service.url, { webhook: { retries: 0 } })).rejects.toThrow('with 503.');
    expect(service.requests).toHaveLength(1);
  });

  it.each([400, 404, 500, 501])('is not asked again when it answers %i', async (status) => {
    const service = await started(failing(9, status));
    await expect(call(service.url)).rejects.toThrow(`with ${status}.`);
    expect(service.requests).toHaveLength(1);
  });

  it('is asked again when it says, and not before', async () => {
    const service = await started(failing(1, 503, { 'retry-after': '3' }));
    await call(service.url);
    expect(pausesMs()).toEqual([3_000]);
  });

  it.each([
    ['3600', 'seconds'],
    [new Date(Date.now() + 3_600_000).toUTCString(), 'a date'],
  ])('is left alone when it wants to be for longer than a caller waits: %s', async (retryAfter) => {
    const service = await started(failing(9, 429, { 'retry-after': retryAfter }));
    await expect(call(service.url)).rejects.toThrow('with 429.');
    expect(service.requests).toHaveLength(1);
  });

  it('is asked again when it broke off', async () => {
    const service = await started((response, index) => {
      if (index === 0) response.destroy();
      else json(response, index);
    });
    expect(await call(service.url)).toEqual({ status: 'shipped' });
  });

  it('is asked again when it breaks off within its answer', async () => {
    const service = await started((response, index) => {
      if (index > 0) json(response, index);
      else {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '50' });
        response.write('{"status":', () => response.destroy());
      }
    });
    expect(await call(service.url)).toEqual({ status: 'shipped' });
  });

  it('is given up, try by try, when it hangs', async () => {
    const service = await started(() => {});
    const webhook = { tryTimeoutMs: BRIEF_TRY_MS, retries: 1 };
    await expect(call(service.url, { webhook })).rejects.toThrow(
      'The service did not answer in time.',
    );
    expect(service.requests).toHaveLength(2);
  });

  it('is given up when it hangs within its answer', async () => {
    const service = await started((response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('It has');
    });
    const webhook = { tryTimeoutMs: BRIEF_TRY_MS, retries: 0 };
    await expect(call(service.url, { webhook })).rejects.toThrow('did not answer in time');
  });

  it('is hung up on when nobody waits any more', async () => {
    const service = await started(() => {});
    const abort = new AbortController();
    const arrival = service.arrival();
    const result = call(service.url, { signal: abort.signal });
    await arrival;
    abort.abort();
    await expect(result).rejects.toThrow('The call was given up.');
    expect(service.requests).toHaveLength(1);
  });

  it('is not called at all when nobody waits already', async () => {
    const service = await started(json);
    await expect(call(service.url, { signal: AbortSignal.abort() })).rejects.toThrow('given up');
    expect(service.requests).toHaveLength(0);
  });

  it.each([true, false])(
    'is read no further than an agent reads, length told: %s',
    async (told) => {
      let sentBytes = 0;
      const service = await started((response) => {
        response.setHeader('content-type', 'text/plain');
        if (told) response.setHeader('content-length', 10_000_000);
        const write = (): void => {
          while (sentBytes < 10_000_000) {
            sentBytes += 10_000;
            if (!response.write('x'.repeat(10_000))) return;
          }
          response.end();
        };
        response.on('drain', write);
        write();
      });
      await expect(call(service.url)).rejects.toThrow(
        'The service answered with more than 65536 bytes.',
      );
      expect(service.requests).toHaveLength(1);
      expect(sentBytes).toBeLessThan(10_000_000);
    },
  );

  it.each([
    ['application/json', '{"status":', 'something that is no JSON'],
    ['image/png', 'x', 'neither JSON nor text'],
  ])('is not believed when it answers with %s %s', async (type, body, message) => {
    const service = await started((response) => {
      response.setHeader('content-type', type);
      response.end(body);
    });
    await expect(call(service.url)).rejects.toThrow(message);
    expect(service.requests).toHaveLength(1);
  });

  it('is not believed in an encoding that nobody asked for', async () => {
    const service = await started((response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' });
      response.end('x');
    });
    await expect(call(service.url)).rejects.toThrow('encoding');
  });
});
