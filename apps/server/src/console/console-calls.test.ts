import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClient } from '../testing/test-client.ts';
import { startTestServer, TEST_KEY } from '../testing/test-server.ts';
import type { TestServer } from '../testing/test-server.ts';

let server: TestServer;
let cookie: string;

beforeAll(async () => {
  server = await startTestServer();
  const login = await fetch(`${server.url}/console/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: TEST_KEY }),
  });
  cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
});

afterAll(() => server.close());

const makeSecret = (headers: Record<string, string>) =>
  fetch(`${server.url}/v1/realtime/client_secrets`, { method: 'POST', headers });

describe('a page of the console that is logged in', () => {
  it('is told the agents', async () => {
    const answer = await fetch(`${server.url}/agents`, { headers: { cookie } });
    expect(answer.status).toBe(200);
    const { agents } = (await answer.json()) as { agents: { name: string }[] };
    expect(agents.map(({ name }) => name).toSorted()).toEqual(['greeter', 'waiter']);
  });

  it('makes a client secret that opens a call', async () => {
    const answer = await makeSecret({ cookie, origin: server.url });
    expect(answer.status).toBe(200);
    const { value } = (await answer.json()) as { value: string };
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime?agent=greeter`, {
      key: value,
    });
    await client.message('session.created');
    await client.close();
  });

  it('makes none for a page of another server, whatever its cookie', async () => {
    expect((await makeSecret({ cookie, origin: 'https://elsewhere.example' })).status).toBe(401);
    expect((await makeSecret({ cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(401);
  });

  it('reads nothing else that wants a key', async () => {
    for (const path of ['/metrics', '/sessions']) {
      expect((await fetch(`${server.url}${path}`, { headers: { cookie } })).status).toBe(401);
    }
  });

  it('is nobody without its login, or with a wrong one', async () => {
    expect((await makeSecret({ origin: server.url })).status).toBe(401);
    expect((await makeSecret({ cookie: `${cookie}x`, origin: server.url })).status).toBe(401);
    expect((await fetch(`${server.url}/agents`)).status).toBe(401);
  });

  it('with a key beside its cookie has what the key has', async () => {
    const headers = { cookie, authorization: 'Bearer sk-wrong', origin: server.url };
    expect((await makeSecret(headers)).status).toBe(401);
  });
});
