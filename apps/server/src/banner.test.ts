import { describe, expect, it } from 'vitest';
import { banner } from './banner.ts';
import type { RunningServer } from './server.ts';

const PLAIN: RunningServer = {
  url: 'http://127.0.0.1:8787',
  key: 'sk-one',
  keyFile: '/srv/.antiphon/api-key',
  isNewKey: false,
  selfSignedCertFile: null,
  mails: 'E-mailed answers go to /srv/.antiphon/mail; promises are lost when this process ends.',
  agents: ['greeter', 'waiter'],
  undurableTools: [],
  close: () => Promise.resolve(),
};

const READER = { workingDir: '/srv', isTerminal: true };

const CERT = '/srv/.antiphon/tls/cert.pem';

describe('the banner', () => {
  it('says where to talk, how to call and where the key is', () => {
    const text = banner(PLAIN, READER);
    expect(text).toContain('http://127.0.0.1:8787/talk#key=sk-one');
    expect(text).toContain('npx antiphon call greeter\n');
    expect(text).toContain('ws://127.0.0.1:8787/v1/realtime?agent=greeter');
    expect(text).toContain('E-mailed answers go to /srv/.antiphon/mail');
    expect(text).not.toContain('TLS');
  });

  it('keeps a key that is not new out of output that is not a terminal', () => {
    const log = { ...READER, isTerminal: false };
    expect(banner(PLAIN, log)).not.toContain('sk-one');
    expect(banner({ ...PLAIN, isNewKey: true }, log)).toContain('#key=sk-one');
  });

  it('names https and wss addresses when the server speaks TLS', () => {
    const text = banner({ ...PLAIN, url: 'https://0.0.0.0:8443' }, READER);
    expect(text).toContain('https://localhost:8443/talk#key=sk-one');
    expect(text).toContain('wss://localhost:8443/v1/realtime?agent=greeter');
    expect(text).toContain('npx antiphon call greeter --url https://localhost:8443\n');
    expect(text).not.toContain('NODE_EXTRA_CA_CERTS');
  });

  it('says which queued tools are lost with the process', () => {
    expect(banner(PLAIN, READER)).not.toContain('REDIS_URL');
    const text = banner({ ...PLAIN, undurableTools: ['greeter/cancel_order'] }, READER);
    expect(text).toContain('greeter/cancel_order: queued, but run in this process');
    expect(text).toContain('REDIS_URL');
  });

  it('says how Node is made to trust a certificate that was made here', () => {
    const text = banner(
      { ...PLAIN, url: 'https://127.0.0.1:8443', selfSignedCertFile: CERT },
      READER,
    );
    expect(text).toContain('self-signed: .antiphon/tls/cert.pem');
    expect(text).toContain(`NODE_EXTRA_CA_CERTS=${CERT} npx antiphon call greeter`);
  });
});
