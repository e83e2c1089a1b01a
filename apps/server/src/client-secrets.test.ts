import { DrivenClock } from '@antiphon/session/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClientSecrets } from './client-secrets.ts';

const GRANT = { key: 'sk-one', tenant: 'acme', session: { instructions: 'Be brief.' } };

let clock: DrivenClock;
let secrets: ClientSecrets;

beforeEach(() => {
  clock = new DrivenClock();
  secrets = new ClientSecrets(clock);
});

describe('ClientSecrets', () => {
  it('opens what it was made for until it expires', () => {
    const secret = secrets.make(GRANT, 60_000)!;
    expect(secret.expiresAtMs).toBe(clock.now() + 60_000);
    clock.advance(59_999);
    expect(secrets.grantOf(secret.value)).toEqual(GRANT);
    clock.advance(1);
    expect(secrets.grantOf(secret.value)).toBeNull();
  });

  it.each([null, undefined, '', 'ek_guess', 'sk-one'])('knows no secret %s', (candidate) => {
    secrets.make(GRANT, 60_000);
    expect(secrets.grantOf(candidate)).toBeNull();
  });

  it('makes no more than ten thousand at once, and goes on when some have expired', () => {
    const first = secrets.make(GRANT, 60_000)!;
    for (let made = 1; made < 10_000; made += 1) secrets.make(GRANT, 120_000);
    expect(secrets.make(GRANT, 60_000)).toBeNull();
    expect(secrets.grantOf(first.value)).toEqual(GRANT);
    clock.advance(60_000);
    expect(secrets.make(GRANT, 60_000)).not.toBeNull();
    expect(secrets.make(GRANT, 60_000)).toBeNull();
  });

  it('keeps 32 MiB of attached sessions at most', () => {
    const large = {
      key: 'sk-one',
      tenant: 'acme',
      session: { instructions: 'x'.repeat(8 * 1024 * 1024) },
    };
    const made = Array.from({ length: 5 }, () => secrets.make(large, 60_000) !== null);
    expect(made).toEqual([true, true, true, false, false]);
    expect(secrets.make(GRANT, 60_000)).not.toBeNull();
    clock.advance(60_000);
    expect(secrets.make(large, 60_000)).not.toBeNull();
  });
});
