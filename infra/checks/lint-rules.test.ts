import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inRepository } from '../setup/repository.mjs';
import { importsOfRoom } from './rooms.mjs';

interface Finding {
  readonly rule: string;
  readonly line: number;
}

const rooms = Object.keys(importsOfRoom);
const floating = 'async function settle(): Promise<void> {}\nsettle();\n';
const rawTime = [
  'export const readings = [Date.now(), performance.now(), process.hrtime.bigint()];',
  'globalThis.setTimeout(() => {}, readings.length);',
  'setInterval(() => {}, 1);',
  'export const signal = AbortSignal.timeout(1);',
].join('\n');
const libraryTime =
  "export { setTimeout } from 'node:timers/promises';\nexport { timer } from 'rxjs';";
const machine = [
  'export const machine = setup({ guards: { isLate: () => true } }).createMachine({',
  '  context: () => ({ turns: 0 }),',
  '  entry: () => {},',
  '  on: { heard: { guard() { return true; } } },',
  '});',
].join('\n');
const clockRooms = ['packages/session', 'packages/realtime', 'packages/pipelines'];

describe('lint rules', () => {
  let folder = '';
  let findings: ReadonlyMap<string, readonly Finding[]> = new Map();

  const linesOf = (file: string, rule: string): readonly number[] =>
    (findings.get(file) ?? []).filter((found) => found.rule === rule).map(({ line }) => line);

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'antiphon-lint-'));
    for (const file of ['.oxlintrc.json', 'infra/checks/machine-rules.mjs']) {
      cpSync(inRepository(file), path.join(folder, file));
    }
    writeFixtures(folder);
    findings = lint(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(rooms)('%s may import exactly the packages of its row', (room) => {
    const forbidden = rooms.filter((other) => !importsOfRoom[room]?.includes(nameOf(other)));
    for (const form of importForms) {
      const lines = linesOf(`${room}/src/${form.name}.ts`, 'eslint(no-restricted-imports)');
      const expected = form.isByPath ? rooms : forbidden;
      expect(lines.map((line) => rooms[line - 1])).toEqual(expected);
    }
  });

  it.each(clockRooms)('%s takes time only from the clock', (room) => {
    expect(linesOf(`${room}/src/raw-time.ts`, 'eslint(no-restricted-globals)')).toEqual([
      1, 1, 2, 3,
    ]);
    expect(linesOf(`${room}/src/raw-time.ts`, 'eslint(no-restricted-properties)')).toEqual([1, 4]);
    expect(linesOf(`${room}/src/library-time.ts`, 'eslint(no-restricted-imports)')).toEqual([1, 2]);
    expect(findings.has(`${room}/src/system-clock.ts`)).toBe(false);
  });

  it('rules that need types are on', () => {
    expect(linesOf('packages/audio/src/floating.ts', 'typescript(no-floating-promises)')).toEqual([
      2,
    ]);
  });

  it('machines name their guards and actions', () => {
    expect(linesOf('packages/session/src/turn.machine.ts', 'machines(names-only)')).toEqual([3, 4]);
  });

  it('files import each other in one direction', () => {
    expect(linesOf('packages/audio/src/hen.ts', 'import(no-cycle)')).toEqual([1]);
  });

  it('a file has at most 400 lines', () => {
    expect(linesOf('packages/audio/src/endless.ts', 'eslint(max-lines)')).toHaveLength(1);
  });
});

interface ImportForm {
  readonly name: string;
  readonly isByPath?: boolean;
  readonly line: (room: string, index: number) => string;
}

const importForms: readonly ImportForm[] = [
  { name: 'values', line: (room, i) => `import { v${i} } from '@antiphon/${nameOf(room)}';` },
  { name: 'types', line: (room, i) => `import type { T${i} } from '@antiphon/${nameOf(room)}';` },
  { name: 're-exports', line: (room, i) => `export { v${i} } from '@antiphon/${nameOf(room)}';` },
  { name: 'fakes', line: (room) => `export * from '@antiphon/${nameOf(room)}/testing';` },
  { name: 'lazy', line: (room, i) => `export const v${i} = import('@antiphon/${nameOf(room)}');` },
  {
    name: 'paths',
    isByPath: true,
    line: (room) => `export * from '../../../${room}/src/index.ts';`,
  },
];

function nameOf(room: string): string {
  return path.basename(room);
}

function writeFixtures(folder: string): void {
  write(folder, 'tsconfig.json', '{ "compilerOptions": { "module": "NodeNext", "types": [] } }');
  for (const room of rooms) {
    for (const { name, line } of importForms) {
      write(folder, `${room}/src/${name}.ts`, rooms.map(line).join('\n'));
    }
  }
  for (const room of clockRooms) {
    write(folder, `${room}/src/raw-time.ts`, rawTime);
    write(folder, `${room}/src/system-clock.ts`, rawTime);
    write(folder, `${room}/src/library-time.ts`, libraryTime);
  }
  write(folder, 'packages/session/src/turn.machine.ts', machine);
  write(folder, 'packages/audio/src/floating.ts', floating);
  write(
    folder,
    'packages/audio/src/hen.ts',
    "import { egg } from './egg.ts';\nexport const hen = () => egg;\n",
  );
  write(
    folder,
    'packages/audio/src/egg.ts',
    "import { hen } from './hen.ts';\nexport const egg = () => hen;\n",
  );
  write(folder, 'packages/audio/src/endless.ts', 'export {};\n\n// one more line\n'.repeat(134));
}

function write(folder: string, file: string, text: string): void {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** Findings by file, each file's in the order of its lines. */
function lint(folder: string): ReadonlyMap<string, readonly Finding[]> {
  const { stdout } = spawnSync(
    process.execPath,
    [inRepository('node_modules/oxlint/bin/oxlint'), '--format=json'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, OXLINT_TSGOLINT_PATH: inRepository('node_modules/.bin/tsgolint') },
      // Each fixture holds many findings.
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const report = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[];
  };
  const byFile = new Map<string, Finding[]>();
  for (const { code, filename, labels } of report.diagnostics) {
    const found = byFile.get(filename) ?? [];
    byFile.set(filename, [...found, { rule: code, line: labels[0]?.span.line ?? 0 }]);
  }
  for (const found of byFile.values()) found.sort((a, b) => a.line - b.line);
  return byFile;
}
