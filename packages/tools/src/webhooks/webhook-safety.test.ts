import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AddressGuard } from './address-guard.ts';
import { BRIEF_TRY_MS, call, failing, json, started } from './webhook-trial.ts';

describe('a webhook whose effect may happen once', () => {
  const unknown = expect.objectContaining({ name: 'ToolUnknownError' }) as Error;

  it.each([500, 502, 503])('is asked once, and may have done it, at %i', async (status) => {
    const service = await started(failing(9, status));
    await expect(call(service.url, { effect: 'at_most_once' })).rejects.toThrow(unknown);
    expect(service.requests).toHaveLength(1);
  });

  it.each([302, 400, 409, 429])('has not done it when it refuses with %i', async (status) => {
    const service = await started(failing(9, status));
    await expect(call(service.url, { effect: 'at_most_once' })).rejects.toThrow(
      expect.objectContaining({ name: 'Error' }) as Error,
    );
    expect(service.requests).toHaveLength(1);
  });

  it('may have done it when it breaks off', async () => {
    const service = await started((response) => response.destroy());
    await expect(call(service.url, { effect: 'at_most_once' })).rejects.toThrow(unknown);
    expect(service.requests).toHaveLength(1);
  });

  it('may have done it when it hangs', async () => {
    const service = await started(() => {});
    const webhook = { tryTimeoutMs: BRIEF_TRY_MS };
    const result = call(service.url, { effect: 'at_most_once', webhook });
    await expect(result).rejects.toThrow(unknown);
    expect(service.requests).toHaveLength(1);
  });

  it.each(['{"status":', 'x'.repeat(70_000)])(
    'may have done it when what it says cannot be read',
    async (body) => {
      const service = await started((response) => {
        response.setHeader('content-type', 'application/json');
        response.end(body);
      });
      await expect(call(service.url, { effect: 'at_most_once' })).rejects.toThrow(unknown);
    },
  );

  it('has not done it when it cannot be reached', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await expect(call(`http://127.0.0.1:${port}/`, { effect: 'at_most_once' })).rejects.toThrow(
      expect.objectContaining({
        name: 'Error',
        message: 'The service cannot be reached.',
      }) as Error,
    );
  });
});

describe('where a webhook may be', () => {
  const nowhere = new AddressGuard({ allowed: [] });

  it('is not on this machine or near it, unless it is allowed', async () => {
    const service = await started(json);
    const result = call(service.url, { guard: nowhere });
    await expect(result).rejects.toThrow('The service is at an address that must not be called.');
    expect(service.requests).toHaveLength(0);
  });

  it('is not where a name leads that means an address near this machine', async () => {
    const service = await started(json);
    let lookups = 0;
    const guard = new AddressGuard({
      allowed: [],
      // A name of public repute that turns out to be this machine when it is called.
      resolve: () => {
        lookups += 1;
        return Promise.resolve(['127.0.0.1']);
      },
    });
    const url = `http://crm.example.com:${service.port}/`;
    await expect(call(url, { guard })).rejects.toThrow('must not be called');
    expect(lookups).toBe(1);
    expect(service.requests).toHaveLength(0);
  });

  it('is looked at again at every try', async () => {
    const service = await started(failing(9, 503));
    const guard = new AddressGuard({
      allowed: ['127.0.0.1'],
      resolve: () => Promise.resolve(service.requests.length === 0 ? ['127.0.0.1'] : ['127.0.0.2']),
    });
    const url = `http://crm.example.com:${service.port}/`;
    await expect(call(url, { guard })).rejects.toThrow('must not be called');
    expect(service.requests).toHaveLength(1);
  });

  it('is not where a redirect leads', async () => {
    const target = await started(json);
    const service = await started((response) => {
      response.writeHead(307, { location: target.url }).end();
    });
    await expect(call(service.url)).rejects.toThrow(
      'The service answered with 307, a redirect, which is not followed.',
    );
    expect(target.requests).toHaveLength(0);
  });
});

describe('what a webhook is told in secret', () => {
  it('names the variable that is missing, when it is made', () => {
    expect(() => call('http://127.0.0.1/', { webhook: { headers: { key: '${NONE}' } } })).toThrow(
      expect.objectContaining({
        code: 'missing_variable',
        message:
          'the header key of the tool find needs the environment variable NONE; set it before the start',
      }) as Error,
    );
  });

  it('is in no message of a failure', async () => {
    const service = await started(failing(9, 400));
    const headers = { authorization: 'Bearer ${TOKEN}' };
    const failure = await call(service.url, { webhook: { headers } }).catch(
      (error: unknown) => error as Error,
    );
    const told = (failure as Error).message;
    for (const secret of ['s3cret', 'secret page', '127.0.0.1', '4471']) {
      expect(told).not.toContain(secret);
    }
  });
});
