import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagesForTests } from '../setup/debian-packages.mjs';
import { inRepository } from '../setup/repository.mjs';

/** What a test, or what it imports by path, says where it runs a package's program. */
const SIGNS: Readonly<Record<string, RegExp>> = {
  chromium: /['"]\/usr\/bin\/chromium['"]/u,
  prometheus: /['"]\/usr\/bin\/promtool['"]/u,
  'redis-server': /['"]\/usr\/bin\/redis-server['"]|\bPrivateRedis\b/u,
  openssl: /['"]openssl['"]/u,
};

const SKIPPED: readonly string[] = ['node_modules', 'dist', '.turbo'];

function testsBelow(folder: string): string[] {
  return readdirSync(inRepository(folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.includes(entry.name) ? [] : testsBelow(file);
    return file.endsWith('.test.ts') ? [file] : [];
  });
}

/** The text of a file, with that of the testing helpers that it imports by path. */
function textWithHelpers(file: string, known = new Set<string>()): string {
  if (known.has(file) || !existsSync(inRepository(file))) return '';
  known.add(file);
  const text = readFileSync(inRepository(file), 'utf8');
  const imports = [...text.matchAll(/from '(\.[^']+)'/gu)].map(([, name = '']) =>
    path.posix.join(path.posix.dirname(file), name),
  );
  // What is no helper runs programs only where it is asked to, and an index leads everywhere.
  const helpers = imports.filter((name) => /\/testing\/(?!index\.ts)/u.test(name));
  return [text, ...helpers.map((name) => textWithHelpers(name, known))].join('\n');
}

const needs = ['packages', 'apps', 'infra']
  .flatMap(testsBelow)
  .filter((file) => file !== 'infra/checks/debian-packages.test.ts')
  .map((file) => ({ file, text: textWithHelpers(file) }));

describe('the list of tests that need a Debian package', () => {
  it('knows every package that tests are searched for', () => {
    expect(packagesForTests.map(({ name }) => name).toSorted()).toEqual(
      Object.keys(SIGNS).toSorted(),
    );
  });

  it.each(packagesForTests)('has each test that runs $binary, and no other', ({ name, tests }) => {
    const found = needs.filter(({ text }) => SIGNS[name]?.test(text)).map(({ file }) => file);
    expect([...tests].toSorted()).toEqual(found.toSorted());
  });
});
