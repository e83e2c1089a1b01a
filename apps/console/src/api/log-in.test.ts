import { describe, expect, it } from 'vitest';
import { codeOfStatus } from './ask-server.ts';
import { keyOfHash } from './log-in.ts';
import { Login } from './login.ts';

describe('the login', () => {
  it.each([
    ['#key=sk-a_b', 'sk-a_b'],
    ['key=sk-a%2Bb', 'sk-a+b'],
    ['#key=', null],
    ['#content', null],
    ['', null],
  ])('finds in the address %s the key %s', (hash, key) => {
    expect(keyOfHash(hash)).toBe(key);
  });

  it('tells those who listen when it is found or lost, once', () => {
    const login = new Login();
    const states: string[] = [];
    const leave = login.subscribe(() => states.push(login.state()));
    expect(login.state()).toBe('checking');
    login.lost();
    login.lost();
    login.found();
    leave();
    login.lost();
    expect(states).toEqual(['out', 'in']);
  });

  it.each([
    [401, 'login'],
    [403, 'refused'],
    [404, 'missing'],
    [410, 'missing'],
    [429, 'refused'],
    [500, 'failed'],
    [503, 'failed'],
  ])('calls an answer of %s %s', (status, code) => {
    expect(codeOfStatus(status)).toBe(code);
  });
});
