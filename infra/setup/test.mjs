import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runNodeModule } from './run-command.mjs';
import { setUpTests } from './set-up-tests.mjs';

/** @typedef {import('../vitest/summary-reporter.mjs').TestSummary} TestSummary */
/** @typedef {import('./selected-tests.mjs').MissingPackage} MissingPackage */

await main(process.argv.slice(2));

/** @param {readonly string[]} args for vitest: options, and parts of the paths of the test files */
async function main(args) {
  const filters = args.filter((arg) => !arg.startsWith('-'));
  const missing = await setUpTests(filters);

  const { code, summary } = await runTests(args, missing);
  for (const line of reasonsForSkips(summary.skipped, missing)) console.log(line);
  if (summary.unhandledErrors > 0) console.log(`unhandled errors: ${summary.unhandledErrors}`);
  const someRan = summary.passed + summary.failed > 0;
  process.exitCode = code === 0 && !someRan ? 1 : code;
  console.log(closingLine(summary));
}

/** @param {readonly string[]} args @param {readonly MissingPackage[]} missing */
async function runTests(args, missing) {
  const folder = mkdtempSync(path.join(tmpdir(), 'antiphon-tests-'));
  const summaryFile = path.join(folder, 'summary.json');
  const reporters = ['--reporter=default', '--reporter=./infra/vitest/summary-reporter.mjs'];
  const { code } = await runNodeModule('vitest/vitest.mjs', ['run', ...reporters, ...args], {
    env: {
      ANTIPHON_TEST_SUMMARY: summaryFile,
      ANTIPHON_MISSING: missing.map(({ name }) => name).join(','),
    },
  });
  /** @type {TestSummary} */
  const summary = existsSync(summaryFile)
    ? JSON.parse(readFileSync(summaryFile, 'utf8'))
    : { passed: 0, failed: 0, unhandledErrors: 0, skipped: [] };
  rmSync(folder, { recursive: true });
  return { code, summary };
}

/**
 * @param {TestSummary['skipped']} skipped
 * @param {readonly MissingPackage[]} missing
 * @returns {string[]} one line per reason
 */
function reasonsForSkips(skipped, missing) {
  /** @type {Map<string, string[]>} */
  const testsByReason = new Map();
  for (const { test, file, reason } of skipped) {
    const needed = missing.find(({ tests }) => tests.includes(file));
    const because = reason ?? (needed ? `${needed.name} is not installed` : 'no reason given');
    testsByReason.set(because, [...(testsByReason.get(because) ?? []), `${file} > ${test}`]);
  }
  return [...testsByReason].map(
    ([reason, tests]) => `skipped ${tests.length}: ${reason} (${tests[0]}${tests[1] ? ', …' : ''})`,
  );
}

/** @param {TestSummary} summary */
function closingLine({ passed, failed, skipped }) {
  const counts = [`${passed} passed`, `${failed} failed`];
  if (skipped.length > 0) counts.push(`${skipped.length} skipped`);
  return counts.join(', ');
}
