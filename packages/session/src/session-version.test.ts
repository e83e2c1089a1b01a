import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sessionMachine } from './session.machine.ts';

/** What decides how the machine steps, apart from comments and layout. */
function rules(): string {
  const names = readdirSync(import.meta.dirname).filter((name) => /^session\.\w+\.ts$/u.test(name));
  return names
    .toSorted()
    .map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8'))
    .join('')
    .replaceAll(/\/\*.*?\*\/|^\s*\/\/.*$/gmsu, '')
    .replaceAll(/\s/gu, '');
}

it('the version of the machine is another whenever its rules are, so that a replay of older calls says so', () => {
  const hash = createHash('sha256').update(rules()).digest('hex').slice(0, 16);
  // When this fails: count the version in session.machine.ts up, and put the new pair here.
  expect({ version: sessionMachine.version, hash }).toEqual({
    version: '2',
    hash: '6faca2cd9e1a0c85',
  });
});
