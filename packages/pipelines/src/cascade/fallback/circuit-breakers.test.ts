import { DrivenClock } from '@antiphon/session/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { CircuitBreaker } from './circuit-breaker.ts';
import { CircuitBreakers } from './circuit-breakers.ts';
import type { BreakerStanding, BreakerSubject } from './circuit-breakers.ts';

let clock: DrivenClock;

beforeEach(() => {
  clock = new DrivenClock();
});

describe('a circuit breaker', () => {
  it('opens after failures in a row, lets one try after a while, and closes when that goes well', () => {
    const breaker = new CircuitBreaker({ name: 'a', clock });
    breaker.failed();
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    breaker.failed();
    expect(breaker.admits()).toBe(true);
    breaker.failed();
    expect([breaker.state, breaker.admits()]).toEqual(['open', false]);
    clock.advance(9_999);
    expect(breaker.admits()).toBe(false);
    clock.advance(1);
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
    breaker.failed();
    expect(breaker.admits()).toBe(false);
    clock.advance(10_000);
    expect(breaker.admits()).toBe(true);
    breaker.succeeded();
    expect([breaker.state, breaker.admits(), breaker.admits()]).toEqual(['closed', true, true]);
  });

  it('lets another try where the first trial never told how it went', () => {
    const breaker = new CircuitBreaker({
      name: 'a',
      clock,
      limits: { failures: 1, coolDownMs: 1_000 },
    });
    breaker.failed();
    clock.advance(1_000);
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
    clock.advance(1_000);
    expect(breaker.admits()).toBe(true);
  });

  it('is half open when it has been open for long enough', () => {
    const breaker = new CircuitBreaker({ name: 'a', clock, limits: { failures: 1 } });
    breaker.failed();
    clock.advance(9_999);
    expect(breaker.state).toBe('open');
    clock.advance(1);
    expect(breaker.state).toBe('halfOpen');
    breaker.admits();
    breaker.failed();
    expect(breaker.state).toBe('open');
  });

  it('is kept open no longer by those who were asked before it opened', () => {
    const breaker = new CircuitBreaker({ name: 'a', clock });
    for (let failures = 0; failures < 3; failures += 1) breaker.failed();
    clock.advance(5_000);
    breaker.failed();
    clock.advance(5_000);
    expect(breaker.state).toBe('halfOpen');
  });

  it('tells when it opens and when it closes, and not of what comes between', () => {
    const told: string[] = [];
    const onChange = (state: string) => told.push(state);
    const breaker = new CircuitBreaker({ name: 'a', clock, limits: { failures: 1 }, onChange });
    breaker.succeeded();
    breaker.failed();
    clock.advance(10_000);
    breaker.failed();
    clock.advance(10_000);
    breaker.succeeded();
    expect(told).toEqual(['open', 'closed']);
  });
});

describe('the circuit breakers of a process', () => {
  const model: BreakerSubject = {
    service: 'languageModel',
    name: 'openai gpt',
    identity: 'https://one gpt',
  };

  it('are one for a provider, whoever asks for it', () => {
    const breakers = new CircuitBreakers({ clock });
    expect(breakers.of({ ...model })).toBe(breakers.of(model));
    expect(breakers.of({ ...model, identity: 'https://other gpt' })).not.toBe(breakers.of(model));
    expect(breakers.of({ ...model, service: 'textToSpeech' })).not.toBe(breakers.of(model));
  });

  it('open by the tightest of the limits that agents give', () => {
    const breakers = new CircuitBreakers({ clock });
    const breaker = breakers.of(model, { failures: 5, coolDownMs: 20_000 });
    breakers.of(model, { failures: 2 });
    breaker.failed();
    expect(breaker.state).toBe('closed');
    breaker.failed();
    expect(breaker.state).toBe('open');
    clock.advance(10_000);
    expect(breaker.state).toBe('halfOpen');
  });

  it('tell how each provider stands, and of each that opens', () => {
    const told: BreakerStanding[] = [];
    const breakers = new CircuitBreakers({ clock, onChange: (standing) => told.push(standing) });
    const breaker = breakers.of(model);
    breakers.of({ service: 'speechToText', name: 'deepgram', identity: '' });
    for (let failures = 0; failures < 3; failures += 1) breaker.failed();
    const open = { service: 'languageModel', name: 'openai gpt', state: 'open' };
    expect(told).toEqual([open]);
    const closed = { service: 'speechToText', name: 'deepgram', state: 'closed' };
    expect(breakers.standings()).toEqual([open, closed]);
  });
});
