import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from './self-signed-certificate.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import { openTls } from './tls.ts';

const DAY_MS = 24 * 60 * 60_000;

let dataDir: string;
let clock: DrivenClock;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'antiphon-tls-'));
  clock = new DrivenClock(Date.now());
});

afterEach(() => rm(dataDir, { recursive: true }));

const SIGNING_PROGRAM = 'openssl';

const isWithoutOpenssl = spawnSync(SIGNING_PROGRAM, ['version']).error !== undefined;

describe.skipIf(isWithoutOpenssl)('a self-signed certificate', () => {
  it('is for this machine, and is none that could sign others', async () => {
    const { certFile } = await selfSignedCertificate({ dataDir, clock });
    const certificate = new X509Certificate(await readFile(certFile));
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('example.org')).toBeUndefined();
    expect(certificate.ca).toBe(false);
  });

  it('is kept with its key, readable by the owner only', async () => {
    const { certFile, keyFile } = await selfSignedCertificate({ dataDir, clock });
    for (const file of [certFile, keyFile]) {
      expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
    }
    expect(await readdir(dataDir)).toEqual(['tls']);
    expect(await readdir(path.join(dataDir, 'tls'))).toEqual(['cert.pem', 'key.pem']);
  });

  it('is made once, and again when it is about to expire', async () => {
    const { certFile } = await selfSignedCertificate({ dataDir, clock });
    const first = await readFile(certFile, 'utf8');
    clock.advance(700 * DAY_MS);
    await selfSignedCertificate({ dataDir, clock });
    expect(await readFile(certFile, 'utf8')).toBe(first);
    clock.advance(100 * DAY_MS);
    await selfSignedCertificate({ dataDir, clock });
    expect(await readFile(certFile, 'utf8')).not.toBe(first);
  });

  it('says which package is missing when it cannot be made', async () => {
    const making = selfSignedCertificate({ dataDir, clock, openssl: 'no-such-openssl' });
    await expect(making).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining('Install the package "openssl"') as string,
    });
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('names the folder that cannot be used', async () => {
    await writeFile(path.join(dataDir, 'tls'), 'a file');
    await expect(selfSignedCertificate({ dataDir, clock })).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining(path.join(dataDir, 'tls')) as string,
    });
  });
});

describe.skipIf(isWithoutOpenssl)('certificate files', () => {
  const read = (certFile: string, keyFile: string) =>
    openTls({ dataDir, tls: { certFile, keyFile } }, clock);

  it('are served as they are', async () => {
    const { certFile, keyFile } = await selfSignedCertificate({ dataDir, clock });
    expect(await read(certFile, keyFile)).toEqual({
      certFile,
      isSelfSigned: false,
      cert: await readFile(certFile),
      key: await readFile(keyFile),
    });
  });

  it('that are missing, unreadable or of another pair are named with the reason', async () => {
    const { certFile, keyFile } = await selfSignedCertificate({ dataDir, clock });
    const nowhere = path.join(dataDir, 'nowhere.pem');
    const text = path.join(dataDir, 'text.pem');
    await writeFile(text, 'no PEM');
    const other = path.join(dataDir, 'other.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(other, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const problems = [
      [nowhere, keyFile, `ANTIPHON_TLS_CERT is ${nowhere}, which cannot be read: there is no such`],
      [certFile, nowhere, `ANTIPHON_TLS_KEY is ${nowhere}, which cannot be read: there is no such`],
      [text, keyFile, `ANTIPHON_TLS_CERT is ${text}, which holds no certificate in PEM: `],
      [certFile, text, `ANTIPHON_TLS_KEY is ${text}, which holds no unencrypted private key`],
      [certFile, dataDir, `ANTIPHON_TLS_KEY is ${dataDir}, which cannot be read: EISDIR`],
      [certFile, other, `${other}, which is not the key of the certificate ${certFile}`],
    ] as const;
    for (const [cert, key, message] of problems) {
      await expect(read(cert, key)).rejects.toMatchObject({
        code: 'invalid_config',
        message: expect.stringContaining(message) as string,
      });
    }
  });
});

describe.skipIf(isWithoutOpenssl)('a server with TLS', () => {
  it('speaks https and wss to who trusts its certificate, and to nobody else', async () => {
    const server = await startTestServer({ tls: 'self-signed' });
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(server.selfSignedCertFile).toBe(path.join(server.dataDir, 'tls', 'cert.pem'));
    const ca = await readFile(server.selfSignedCertFile ?? '');
    const status = await new Promise((resolve, reject) => {
      get(`${server.url}/healthz`, { ca, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(200);
    const url = `${server.wsUrl}/v1/realtime?agent=greeter`;
    const client = await TestClient.open(url, { key: TEST_KEY, ca });
    await client.message('response.output_audio.delta');
    const { session } = await client.message('session.created');
    const { id } = session as { id: string };
    const feed = await TestClient.open(`${server.wsUrl}/sessions/${id}/feed`, {
      key: TEST_KEY,
      ca,
    });
    await feed.message('session.started');
    await expect(TestClient.open(url, { key: TEST_KEY })).rejects.toThrow(/self-signed/);
    await expect(TestClient.open(url.replace('wss', 'ws'), { key: TEST_KEY })).rejects.toThrow();
    await server.close();
    expect((await client.closed).code).toBe(1001);
  });

  it('tells a caller from connections without a key, of which only so many may wait', async () => {
    const server = await startTestServer({ tls: 'self-signed' }, { mostWaiting: 1 });
    const ca = await readFile(server.selfSignedCertFile ?? '');
    const caller = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY, ca });
    await caller.message('session.created');
    const port = Number(new URL(server.url).port);
    const guests = [];
    for (let count = 0; count < 2; count += 1) {
      const guest = connect({ port, host: '127.0.0.1', ca });
      // Whoever is dropped may be told so by a reset.
      guest.on('error', () => {});
      guest.resume();
      guests.push({ guest, closed: new Promise((resolve) => guest.once('close', resolve)) });
      await once(guest, 'secureConnect');
    }
    await guests[0]?.closed;
    caller.send({ type: 'session.update', session: { type: 'realtime' } });
    await caller.message('session.updated');
    expect(guests[1]?.guest.destroyed).toBe(false);
    await server.close();
  });
});
